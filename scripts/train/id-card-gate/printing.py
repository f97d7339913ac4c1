"""Invented text, fonts, and the small things that are printed on documents (and, for the negatives, on posters)."""
import math
import subprocess
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FAMILIES = (
    "DejaVu Sans,DejaVu Serif,DejaVu Sans Mono,DejaVu Sans Condensed,Liberation Sans,Liberation Serif,Liberation Mono,"
    "Liberation Sans Narrow,FreeSans,FreeSerif,FreeMono,Lato,Noto Sans,Noto Serif,Noto Sans Display,Noto Mono,Roboto,"
    "Roboto Condensed,Open Sans,Z003,Nimbus Sans,Nimbus Roman"
).split(",")
SCRIPTS = {  # script -> (family, first, last code point)
    "thai": ("Noto Sans Thai", 0x0E01, 0x0E2E),
    "arabic": ("Noto Naskh Arabic", 0x0621, 0x064A),
    "devanagari": ("Noto Sans Devanagari", 0x0905, 0x0939),
    "cjk": ("WenQuanYi Zen Hei", 0x4E00, 0x7000),
    "kana": ("WenQuanYi Zen Hei", 0x3042, 0x3093),
    "hangul": ("WenQuanYi Zen Hei", 0xAC00, 0xC400),
    "cyrillic": ("DejaVu Sans", 0x0410, 0x044F),
    "greek": ("DejaVu Sans", 0x0391, 0x03C9),
}


@lru_cache(None)
def font_files():
    found = {}
    listing = subprocess.run(["fc-list", ":", "family", "file"], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        file, _, families = line.partition(":")
        if not file.endswith((".ttf", ".otf", ".ttc")):
            continue
        for family in families.strip().split(","):
            found.setdefault(family.strip(), []).append(file)
    return {k: sorted(v) for k, v in found.items()}


@lru_cache(None)
def latin_fonts():
    return [f for name in FAMILIES for f in font_files().get(name, [])]


@lru_cache(4000)
def font(file, size):
    return ImageFont.truetype(file, max(5, int(size)), layout_engine=ImageFont.Layout.BASIC)


def pick_fonts(rng):
    """A document's fonts: (label, value, title), often the same file."""
    files = latin_fonts()
    a = rng.choice(files)
    b = a if rng.random() < 0.5 else rng.choice(files)
    c = b if rng.random() < 0.5 else rng.choice(files)
    return a, b, c


FAMILY_NAMES = "NGUYỄN TRẦN LÊ PHẠM HOÀNG HUỲNH PHAN VŨ VÕ ĐẶNG BÙI ĐỖ HỒ NGÔ DƯƠNG LÝ ĐINH TRỊNH MAI TÔ".split()
MIDDLE = "VĂN THỊ ĐỨC NGỌC MINH THANH QUỐC HỮU XUÂN THU KIM ANH GIA BẢO HẢI TUẤN".split()
GIVEN = "AN BÌNH CHI DUNG DŨNG GIANG HÀ HẠNH HIẾU HÒA HÙNG HƯƠNG KHÁNH LAN LINH LONG MY NAM NGA PHÚC QUÂN SƠN TÂM THẢO TRANG TRÍ TÙNG VÂN YẾN".split()
PLACES = "Hà Nội,Hải Phòng,Đà Nẵng,Cần Thơ,Nghệ An,Thanh Hóa,Nam Định,Thái Bình,Quảng Ninh,Bắc Giang,Lâm Đồng,Đồng Nai,Long An,Kiên Giang,Cà Mau,Đắk Lắk,Bình Định,Phú Yên,TP. Hồ Chí Minh".split(",")
VI_HEADERS = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "SOCIALIST REPUBLIC OF VIET NAM",
    "Independence - Freedom - Happiness", "BỘ GIAO THÔNG VẬN TẢI", "BỘ CÔNG AN", "BỘ GIÁO DỤC VÀ ĐÀO TẠO", "TRƯỜNG ĐẠI HỌC",
    "CÔNG TY CỔ PHẦN", "SỞ Y TẾ", "UBND TỈNH", "CỤC CẢNH SÁT",
]
VI_TITLES = [
    "GIẤY CHỨNG MINH NHÂN DÂN", "CĂN CƯỚC CÔNG DÂN", "CĂN CƯỚC", "GIẤY PHÉP LÁI XE", "THẺ SINH VIÊN", "THẺ NHÂN VIÊN", "HỘ CHIẾU",
    "THẺ HỌC SINH", "THẺ BẢO HIỂM Y TẾ", "THẺ CĂN CƯỚC", "CHỨNG MINH SĨ QUAN", "THẺ ĐẢNG VIÊN", "THẺ NHÀ BÁO", "DRIVER'S LICENSE",
]
VI_LABELS = [
    "Họ và tên", "Họ tên", "Ngày sinh", "Giới tính", "Quốc tịch", "Quê quán", "Nơi thường trú", "Nguyên quán", "Nơi cư trú", "Số", "Dân tộc",
    "Tôn giáo", "Có giá trị đến", "Ngày cấp", "Hạng", "Lớp", "Khoa", "Khóa học", "Chức vụ", "Phòng ban", "Mã số", "Số CCCD",
]
LABELS = [
    "Surname", "Given names", "Name", "Nationality", "Date of birth", "Sex", "Place of birth", "Date of issue", "Date of expiry", "Authority",
    "Personal No.", "Passport No.", "Type", "Code", "Height", "Address", "ID No.", "Card no.", "Class", "Department", "Position", "Valid until",
    "Nom", "Prénoms", "Fecha de nacimiento", "Apellidos", "Geburtsdatum", "Staatsangehörigkeit", "Cognome", "Vorname", "Signature", "DOB", "EXP", "ISS",
]
TITLES = [
    "IDENTITY CARD", "PASSPORT", "DRIVING LICENCE", "DRIVER LICENSE", "RESIDENCE PERMIT", "STUDENT CARD", "EMPLOYEE ID", "STAFF", "VISA", "NATIONAL ID",
    "PERSONALAUSWEIS", "CARTE D'IDENTITÉ", "CARTA D'IDENTITÀ", "PASSEPORT", "PASAPORTE", "PERMANENT RESIDENT", "ID CARD", "VISITOR", "PRESS", "MEMBER",
]
SYLLABLES = "ka ro mi ta le no va si do re ma lu pe ti an or en is ul gra sto ven bel dor kin shi mo ya zu ha pra".split()


def word(rng, a=2, b=4):
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(a, b)))


def date(rng):
    d, m, y = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1945, 2035)
    sep = rng.choice("/.- ")
    if rng.random() < 0.15:
        return f"{d:02d} {rng.choice('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split())} {y}"
    return f"{d:02d}{sep}{m:02d}{sep}{y}"


def number(rng, a=6, b=12):
    s = "".join(rng.choice("0123456789") for _ in range(rng.randint(a, b)))
    if rng.random() < 0.3:
        s = "".join(rng.choice("ABCDEFGHKLMNPRSTUXYZ") for _ in range(rng.randint(1, 3))) + s
    return s


class Language:
    """Where a document's words come from; `file` replaces the fonts for scripts other than Latin."""

    def __init__(self, rng):
        self.rng = rng
        r = rng.random()
        self.kind = "vi" if r < 0.42 else "latin" if r < 0.82 else rng.choice(list(SCRIPTS))
        self.file = None
        if self.kind in SCRIPTS:
            family, self.first, self.last = SCRIPTS[self.kind]
            files = font_files().get(family, [])
            self.file = rng.choice(files) if files else None
            if not files:
                self.kind = "latin"

    def glyphs(self, n):
        return "".join(chr(self.rng.randint(self.first, self.last)) for _ in range(n))

    def label(self):
        if self.file:
            return self.glyphs(self.rng.randint(2, 6))
        if self.kind == "vi":
            label = self.rng.choice(VI_LABELS)
            return f"{label} / {self.rng.choice(LABELS)}" if self.rng.random() < 0.4 else label
        return self.rng.choice(LABELS) if self.rng.random() < 0.8 else word(self.rng).capitalize()

    def value(self):
        rng, r = self.rng, self.rng.random()
        if r < 0.3:
            return date(rng)
        if r < 0.45:
            return number(rng)
        if self.file:
            return self.glyphs(rng.randint(2, 10))
        if self.kind == "vi":
            if r < 0.7:
                return self.name()
            return f"{rng.choice(['Thôn', 'Tổ', 'Số'])} {rng.randint(1, 99)}, {rng.choice(PLACES)}, {rng.choice(PLACES)}"[: rng.randint(8, 44)]
        v = " ".join(word(rng) for _ in range(rng.randint(1, 4)))
        return v.upper() if rng.random() < 0.6 else v.title()

    def name(self):
        if self.file:
            return self.glyphs(self.rng.randint(2, 8))
        if self.kind == "vi":
            n = f"{self.rng.choice(FAMILY_NAMES)} {self.rng.choice(MIDDLE)} {self.rng.choice(GIVEN)}"
        else:
            n = f"{word(self.rng)} {word(self.rng)}"
        return n.upper() if self.rng.random() < 0.7 else n.title()

    def header(self):
        if self.file:
            return self.glyphs(self.rng.randint(5, 16))
        if self.kind == "vi":
            return self.rng.choice(VI_HEADERS)
        return (f"{self.rng.choice(['REPUBLIC OF', 'KINGDOM OF', 'STATE OF', 'UNIVERSITY OF', 'RÉPUBLIQUE', 'MINISTRY OF', 'THE'])} {word(self.rng)}").upper()

    def title(self):
        if self.file:
            return self.glyphs(self.rng.randint(3, 8))
        if self.kind == "vi":
            return self.rng.choice(VI_TITLES)
        return self.rng.choice(TITLES) if self.rng.random() < 0.8 else word(self.rng).upper()


def text(draw, xy, s, file, size, fill, width=None, anchor="la", spacing=0):
    """One line, made narrower until it fits; answers its width."""
    f = font(file, size)
    w = f.getlength(s)
    while width and w > width and len(s) > 3:
        if size > 9 and w < 1.6 * width:
            size *= 0.93
            f = font(file, size)
        else:
            s = s[: max(3, int(len(s) * width / w))]
        w = f.getlength(s)
        if size <= 9 and w > width:
            s = s[: max(3, int(len(s) * width / w) - 1)]
            w = f.getlength(s)
            break
    draw.text(xy, s, font=f, fill=fill, anchor=anchor)
    return w


def colour(rng, lo=0, hi=255):
    return tuple(rng.randint(lo, hi) for _ in range(3))


def dark(rng):
    r = rng.random()
    if r < 0.5:
        v = rng.randint(0, 60)
        return (v, v, v)
    c = [rng.randint(0, 70) for _ in range(3)]
    c[rng.randrange(3)] = rng.randint(60, 200)
    return tuple(c)


def pale(rng):
    base = np.array(colour(rng, 120, 255), float)
    base += (base.mean() - base) * rng.uniform(0, 0.9)
    k = rng.uniform(0.2, 0.85)
    return tuple(int(v) for v in base * (1 - k) + 255 * k)


def guilloche(img, rng, alpha=None):
    """Families of fine waves or rosettes in two or three tints."""
    h, w = img.shape[:2]
    layer = img.copy()
    for _ in range(rng.randint(1, 3)):
        tint = tuple(int(v) for v in np.clip(np.array(img[h // 2, w // 2], float) + np.array([rng.randint(-110, 30) for _ in range(3)]), 0, 255))
        n = rng.randint(6, 40)
        if rng.random() < 0.65:
            t = np.linspace(-0.2, 1.2, 90)
            p1, p2 = rng.uniform(0, 6.3), rng.uniform(0, 6.3)
            f1, f2 = rng.uniform(1, 12), rng.uniform(2, 30)
            a1, a2 = rng.uniform(0.01, 0.18) * h, rng.uniform(0.0, 0.04) * h
            turn = rng.uniform(-0.5, 0.5) if rng.random() < 0.6 else 1.57
            c, s = math.cos(turn), math.sin(turn)
            lines = []
            for i in range(n):
                y = (i / n * 1.6 - 0.3) * h + a1 * np.sin(f1 * t + p1 + i * 0.12) + a2 * np.sin(f2 * t + p2)
                x = t * w
                lines.append(np.stack([(x - w / 2) * c - (y - h / 2) * s + w / 2, (x - w / 2) * s + (y - h / 2) * c + h / 2], 1).astype(np.int32))
            cv2.polylines(layer, lines, False, tint, 1, cv2.LINE_AA)
        else:
            cx, cy, r = rng.uniform(0.1, 0.9) * w, rng.uniform(0.1, 0.9) * h, rng.uniform(0.2, 0.7) * h
            t = np.linspace(0, 6.2832, 150)
            k = rng.randint(3, 24)
            lines = []
            for i in range(n // 2 + 2):
                rad = r * (0.25 + 0.75 * i / (n // 2 + 2)) * (1 + 0.15 * np.sin(k * t + i * 0.3))
                lines.append(np.stack([cx + rad * np.cos(t), cy + rad * np.sin(t)], 1).astype(np.int32))
            cv2.polylines(layer, lines, True, tint, 1, cv2.LINE_AA)
    a = rng.uniform(0.2, 0.9) if alpha is None else alpha
    cv2.addWeighted(layer, a, img, 1 - a, 0, img)


def star(cx, cy, r, n=5, inner=0.4, turn=-math.pi / 2):
    return [(cx + (r if i % 2 == 0 else r * inner) * math.cos(turn + math.pi * i / n), cy + (r if i % 2 == 0 else r * inner) * math.sin(turn + math.pi * i / n)) for i in range(2 * n)]


def emblem(draw, rng, x, y, s):
    """Something like a coat of arms, a seal or a flag in a box of s pixels."""
    kind = rng.random()
    a, b = colour(rng, 0, 220), rng.choice([(255, 220, 0), (255, 255, 255), colour(rng)])
    if rng.random() < 0.35:
        a, b = (rng.randint(190, 235), rng.randint(10, 50), rng.randint(10, 50)), (250, rng.randint(200, 235), 0)
    if kind < 0.4:
        draw.ellipse([x, y, x + s, y + s], fill=a, outline=b if rng.random() < 0.5 else None, width=max(1, int(s / 20)))
        draw.polygon(star(x + s / 2, y + s / 2, s * rng.uniform(0.25, 0.42), rng.choice([5, 5, 5, 6, 8, 12]), rng.uniform(0.35, 0.7)), fill=b)
        if rng.random() < 0.4:
            draw.arc([x + s * 0.08, y + s * 0.08, x + s * 0.92, y + s * 0.92], 20, 160, fill=b, width=max(1, int(s / 12)))
    elif kind < 0.6:
        hh = s * rng.uniform(0.6, 0.75)
        draw.rectangle([x, y, x + s, y + hh], fill=a)
        if rng.random() < 0.5:
            draw.polygon(star(x + s / 2, y + hh / 2, hh * 0.3), fill=b)
        else:
            for i in range(1, 6, 2):
                draw.rectangle([x, y + hh * i / 6, x + s, y + hh * (i + 1) / 6], fill=b)
    elif kind < 0.85:
        pts = [(x, y), (x + s, y), (x + s, y + s * 0.55), (x + s / 2, y + s), (x, y + s * 0.55)]
        draw.polygon(pts, fill=a, outline=b)
        draw.line([(x + s / 2, y), (x + s / 2, y + s)], fill=b, width=max(1, int(s / 12)))
        if rng.random() < 0.5:
            draw.line([(x, y + s * 0.35), (x + s, y + s * 0.35)], fill=b, width=max(1, int(s / 12)))
    else:
        n = rng.randint(5, 11)
        half = [(rng.uniform(0.05, 0.5) * s, i / (n - 1) * s) for i in range(n)]
        draw.polygon([(x + s / 2 - dx, y + dy) for dx, dy in half] + [(x + s / 2 + dx, y + dy) for dx, dy in reversed(half)], fill=a)


def qr(rng, s):
    n = rng.choice([21, 25, 29, 37])
    m = (np.array([[rng.random() < 0.5 for _ in range(n)] for _ in range(n)]) * 255).astype(np.uint8)
    for y, x in ((0, 0), (0, n - 7), (n - 7, 0)):
        m[y : y + 7, x : x + 7] = 0
        m[y + 1 : y + 6, x + 1 : x + 6] = 255
        m[y + 2 : y + 5, x + 2 : x + 5] = 0
    m = cv2.copyMakeBorder(m, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=255)
    return cv2.resize(m, (s, s), interpolation=cv2.INTER_NEAREST if s > n else cv2.INTER_AREA)


def bars(rng, w, h, stacked=False):
    rows = rng.randint(6, 16) if stacked else 1
    n = max(20, w // 3)
    m = np.array([[rng.random() < 0.5 for _ in range(n)] for _ in range(rows)], np.uint8) * 255
    return cv2.resize(m, (max(2, w), max(2, h)), interpolation=cv2.INTER_NEAREST)


def signature(draw, rng, x, y, w, h, fill):
    pts, px, py = [], x, y + h / 2
    n = rng.randint(14, 40)
    for i in range(n):
        t = i / n
        px = x + w * t + w * 0.10 * math.sin(i * rng.uniform(0.9, 1.5))
        py = y + h * (0.5 + rng.uniform(-0.45, 0.45) * (1 - 0.6 * t))
        pts.append((px, py))
    curve = []
    for i in range(1, len(pts) - 1):
        a = ((pts[i - 1][0] + pts[i][0]) / 2, (pts[i - 1][1] + pts[i][1]) / 2)
        b = ((pts[i][0] + pts[i + 1][0]) / 2, (pts[i][1] + pts[i + 1][1]) / 2)
        for t in (0, 0.33, 0.66):
            curve.append(((1 - t) ** 2 * a[0] + 2 * t * (1 - t) * pts[i][0] + t * t * b[0], (1 - t) ** 2 * a[1] + 2 * t * (1 - t) * pts[i][1] + t * t * b[1]))
    draw.line(curve, fill=fill, width=max(1, int(h / 16)))


def fingerprint(img, rng, x, y, w, h, tint):
    for i in range(2, 12):
        k = i / 12
        cv2.ellipse(img, (int(x + w / 2), int(y + h * 0.55)), (max(1, int(w / 2 * k)), max(1, int(h / 2 * k))), rng.uniform(-20, 20), rng.uniform(0, 60) + 100, rng.uniform(300, 460) + 0, tint, max(1, int(w / 50)), cv2.LINE_AA)


def stamp(draw, rng, cx, cy, r, file):
    c = (rng.randint(170, 230), rng.randint(10, 60), rng.randint(20, 80)) if rng.random() < 0.75 else (rng.randint(20, 80), rng.randint(20, 90), rng.randint(140, 220))
    for k in (1.0, 0.68):
        draw.ellipse([cx - r * k, cy - r * k, cx + r * k, cy + r * k], outline=c, width=max(1, int(r / 16)))
    draw.polygon(star(cx, cy, r * 0.3), outline=c, fill=c if rng.random() < 0.5 else None)
    for i in range(18):
        a = i / 18 * 6.283
        draw.text((cx + r * 0.84 * math.cos(a), cy + r * 0.84 * math.sin(a)), chr(65 + rng.randrange(26)), font=font(file, r * 0.24), fill=c, anchor="mm")


def overlay_words(img, rng, words, tint, alpha, size, turn, repeat=1):
    """Words across an image, turned: SPECIMEN on a document, a watermark on a photo."""
    h, w = img.shape[:2]
    layer = Image.new("L", (w, h), 0)
    d = ImageDraw.Draw(layer)
    f = font(rng.choice(latin_fonts()), size)
    for _ in range(repeat):
        tw = int(f.getlength(words)) + 8
        tile = Image.new("L", (tw, int(size * 1.5)), 0)
        ImageDraw.Draw(tile).text((4, 2), words, font=f, fill=255)
        tile = tile.rotate(turn, expand=True, resample=Image.BILINEAR)
        layer.paste(255, (int(rng.uniform(0, w) - tile.width / 2), int(rng.uniform(0, h) - tile.height / 2)), tile)
    m = np.asarray(layer, np.float32)[..., None] / 255 * alpha
    np.copyto(img, (img * (1 - m) + np.array(tint, np.float32) * m).astype(np.uint8))


def text_page(rng, w, h):
    """A poster, sign, page, wall of forms, shop front or book shelf: background for negatives."""
    kind = rng.random()
    base = colour(rng) if rng.random() < 0.5 else pale(rng)
    img = np.full((h, w, 3), base, np.uint8)
    if rng.random() < 0.4:
        guilloche(img, rng)
    if kind < 0.2:  # shelves of books
        rows = rng.randint(2, 5)
        for r in range(rows):
            x, y0, y1 = 0, int(h * r / rows) + 3, int(h * (r + 1) / rows) - 4
            while x < w:
                bw = rng.randint(max(4, w // 60), max(6, w // 16))
                top = y0 + rng.randint(0, max(1, (y1 - y0) // 4))
                cv2.rectangle(img, (x, top), (x + bw, y1), colour(rng), -1)
                cv2.rectangle(img, (x, top), (x + bw, y1), (20, 20, 20), 1)
                if rng.random() < 0.6:
                    cv2.rectangle(img, (x + bw // 4, top + (y1 - top) // 5), (x + bw * 3 // 4, top + (y1 - top) // 2), colour(rng, 120), -1)
                x += bw
        return img
    pil = Image.fromarray(img)
    d = ImageDraw.Draw(pil)
    lang = Language(rng)
    if kind < 0.45:  # wall of papers, notices and framed certificates
        for _ in range(rng.randint(2, 9)):
            pw, ph = rng.randint(w // 8, w // 2), rng.randint(h // 8, h // 2)
            x, y = rng.randint(-pw // 3, w - pw // 2), rng.randint(-ph // 3, h - ph // 2)
            d.rectangle([x, y, x + pw, y + ph], fill=pale(rng) if rng.random() < 0.7 else colour(rng), outline=dark(rng) if rng.random() < 0.6 else None, width=rng.randint(1, 5))
            block_of_text(d, rng, lang, x + pw * 0.08, y + ph * 0.06, pw * 0.84, ph * 0.86)
            if rng.random() < 0.4:
                emblem(d, rng, x + pw * 0.1, y + ph * 0.1, min(pw, ph) * 0.25)
    elif kind < 0.75:  # one poster: large words
        file = lang.file or rng.choice(latin_fonts())
        y = rng.uniform(-0.05, 0.2) * h
        while y < h:
            size = rng.uniform(0.05, 0.3) * h
            text(d, (rng.uniform(-0.1, 0.3) * w, y), rng.choice([lang.title, lang.header, lang.name])(), file, size, colour(rng))
            y += size * rng.uniform(1.0, 1.8)
    else:  # sponsors' wall or form
        file = rng.choice(latin_fonts())
        words = [lang.title() if rng.random() < 0.5 else word(rng).upper() for _ in range(rng.randint(1, 4))]
        inks = [colour(rng) for _ in words]
        sw, sh = w / rng.uniform(2, 5), h / rng.uniform(4, 9)
        for j in range(int(h / sh) + 1):
            for i in range(int(w / sw) + 2):
                k = (i + j) % len(words)
                text(d, ((i - 0.5 * (j % 2)) * sw, j * sh), words[k], lang.file or file, sh * 0.4, inks[k], sw * 0.85)
                if rng.random() < 0.1:
                    emblem(d, rng, (i - 0.5 * (j % 2)) * sw, j * sh, sh * 0.8)
    return np.asarray(pil).copy()


def block_of_text(d, rng, lang, x, y, w, h):
    fa, fb, _ = pick_fonts(rng)
    size = max(6, h * rng.uniform(0.04, 0.12))
    ink = dark(rng)
    yy = y
    while yy < y + h - size:
        text(d, (x, yy), rng.choice([lang.value, lang.label, lang.header])(), lang.file or fa, size, ink, w)
        yy += size * rng.uniform(1.1, 1.7)
