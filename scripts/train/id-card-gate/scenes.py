"""Training pictures: cards as scans, on desks, in hands, close up; and people who are not cards, the tricky ones too.

Both classes end in the same `camera` (light, blur, noise, compression) and the same choice of view and resize.
"""
import math
import random

import cv2
import numpy as np
from PIL import Image, ImageDraw

import printing as pr
from cards import make_card
from network import RASTER
from portraits import collect, crop_portrait, cut_out, on_background, plain_background

NEGATIVES = (
    "photo", "photo with captions", "before text", "before a scene", "before a studio background", "badge on the chest", "pictures on the wall", "collage",
    "print on a desk", "no person",
)
NEGATIVE_LIMITS = (0.30, 0.43, 0.59, 0.71, 0.76, 0.80, 0.84, 0.86, 0.91)
SET_WEIGHT = {
    "lfw": 24, "asian_singles": 20, "asian_celebrities": 20, "mask_chandrika": 10, "nogizaka_crop": 3, "nogizaka_raw": 4, "sunglasses_selfies": 8,
    "rmfd_asian": 3, "blackpink_crop": 2, "mask_prajnasb": 2, "variants_too_close": 2, "variants_face_fraction_sweep": 2, "variants_degraded": 2,
}


def fit(img, side):
    k = side / max(img.shape[:2])
    return img if k >= 1 else cv2.resize(img, (max(1, round(img.shape[1] * k)), max(1, round(img.shape[0] * k))), interpolation=cv2.INTER_AREA)


def resize_to(img, w, h):
    shrinks = img.shape[1] >= w and img.shape[0] >= h
    return cv2.resize(img, (w, h), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


# ---------------------------------------------------------------------------------------------- light and camera


def camera(img, rng):
    h, w = img.shape[:2]
    r = rng.random
    x = img
    if r() < 0.12:
        x = glare(x, rng)
    x = x.astype(np.float32)
    if r() < 0.25:
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        g = (xx / w - r()) * rng.uniform(-0.6, 0.6) + (yy / h - r()) * rng.uniform(-0.6, 0.6)
        if r() < 0.3:
            g = np.where(g > 0, 0.1, -rng.uniform(0.1, 0.4)).astype(np.float32)
            g = cv2.GaussianBlur(g, (0, 0), w * 0.02)
        x *= (1 + g)[..., None]
    if r() < 0.6:
        x *= np.array([rng.uniform(0.85, 1.15) for _ in range(3)], np.float32)
    if r() < 0.06:
        x *= np.array([rng.uniform(0.5, 1.3) for _ in range(3)], np.float32)
    gray = r()
    if gray < 0.11:
        x = np.repeat(x @ np.array([0.299, 0.587, 0.114], np.float32).reshape(3, 1), 3, 2)
        if gray < 0.03:
            x = (x - 128) * rng.uniform(1.4, 2.6) + rng.uniform(120, 170)
    x = np.clip(x, 0, 255)
    if r() < 0.6:
        x = 255 * (x / 255) ** rng.uniform(0.6, 1.6)
    if r() < 0.6:
        x = (x - 128) * rng.uniform(0.6, 1.3) + 128 + rng.uniform(-35, 35)
    if r() < 0.08:
        x *= rng.uniform(0.15, 0.6)
    if r() < 0.06:
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        f, a = rng.uniform(0.2, 2.8), rng.uniform(0, 3.14)
        x += (np.sin((xx * math.cos(a) + yy * math.sin(a)) * f + 3 * np.sin(yy * rng.uniform(0.005, 0.05)))[..., None] * np.array([rng.uniform(0, 14) for _ in range(3)], np.float32))
    x = np.clip(x, 0, 255).astype(np.uint8)
    b = r()
    if b < 0.3:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 1.8))
    elif b < 0.36:
        n = rng.choice([3, 5, 7, 9, 11])
        k = np.zeros((n, n), np.float32)
        a = rng.uniform(0, 3.14)
        for t in np.linspace(-1, 1, 4 * n):
            k[int(round(n // 2 + t * (n // 2) * math.sin(a))), int(round(n // 2 + t * (n // 2) * math.cos(a)))] = 1
        x = cv2.filter2D(x, -1, k / k.sum())
    elif b < 0.44:
        k = rng.uniform(0.3, 0.7)
        x = cv2.resize(cv2.resize(x, (max(8, int(w * k)), max(8, int(h * k))), interpolation=cv2.INTER_AREA), (w, h), interpolation=rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST]))
    elif b < 0.5:
        s = cv2.GaussianBlur(x, (0, 0), 1.2)
        x = cv2.addWeighted(x, 1.8, s, -0.8, 0)
    if r() < 0.35:
        noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(2, 16), (h, w, 3 if r() < 0.6 else 1)).astype(np.float32)
        x = np.clip(x + noise, 0, 255).astype(np.uint8)
    if r() < 0.6:
        x = cv2.imdecode(cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(18, 92)])[1], cv2.IMREAD_COLOR)
    return x


def glare(img, rng):
    h, w = img.shape[:2]
    m = np.zeros((h, w), np.float32)
    c = (int(rng.uniform(0, w)), int(rng.uniform(0, h)))
    if rng.random() < 0.7:
        cv2.ellipse(m, c, (int(w * rng.uniform(0.03, 0.25)), int(h * rng.uniform(0.03, 0.2))), rng.uniform(0, 180), 0, 360, 1, -1)
    else:
        a = rng.uniform(0, 3.14)
        d = (int(w * math.cos(a)), int(w * math.sin(a)))
        cv2.line(m, (c[0] - d[0], c[1] - d[1]), (c[0] + d[0], c[1] + d[1]), 1, max(1, int(w * rng.uniform(0.02, 0.1))))
    m = cv2.GaussianBlur(m, (0, 0), w * rng.uniform(0.01, 0.08))[..., None] * rng.uniform(0.3, 1)
    return (img * (1 - m) + 255 * m).astype(np.uint8)


def texture(rng, w, h):
    """Wood, cloth, carpet, stone, paper: something a card may lie on."""
    n = np.random.default_rng(rng.getrandbits(32))
    kind = rng.random()
    base = np.array(pr.colour(rng, 20, 235), np.float32)
    if kind < 0.3:  # wood
        base = np.array([rng.uniform(60, 220), 0, 0], np.float32)
        base[1], base[2] = base[0] * rng.uniform(0.6, 0.85), base[0] * rng.uniform(0.3, 0.7)
        g = cv2.resize(n.normal(0, 1, (max(2, h // 3), max(2, w // 60))).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
        g = g * rng.uniform(5, 22)
        if rng.random() < 0.5:
            g = cv2.resize(np.ascontiguousarray(g.T), (w, h))
        img = base + g[..., None]
        if rng.random() < 0.4:
            for i in range(1, 5):
                y = int(h * i / 5)
                img[y : y + 2] *= 0.6
    elif kind < 0.5:  # woven
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        f = rng.uniform(0.3, 2)
        img = base + ((np.sin(xx * f) * np.sin(yy * f * rng.uniform(0.7, 1.4))) * rng.uniform(5, 40))[..., None] + n.normal(0, 6, (h, w, 1)).astype(np.float32)
    elif kind < 0.65:  # checks and stripes
        img = np.empty((h, w, 3), np.float32)
        img[:] = base
        step = rng.randint(8, 80)
        for x in range(0, w, step * 2):
            img[:, x : x + step] = img[:, x : x + step] * 0.6 + np.array(pr.colour(rng), np.float32) * 0.4
        if rng.random() < 0.6:
            for y in range(0, h, step * 2):
                img[y : y + step] *= rng.uniform(0.7, 1.2)
    elif kind < 0.85:  # clouds
        s = rng.choice([2, 4, 8, 16])
        img = base + cv2.resize(n.normal(0, 1, (s * 2, s * 2, 3 if rng.random() < 0.3 else 1)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC).reshape(h, w, -1) * rng.uniform(4, 40)
    else:
        img = plain_background(rng, w, h).astype(np.float32)
    return np.clip(img + n.normal(0, rng.uniform(0, 5), (h, w, 1)), 0, 255).astype(np.uint8)


def homography(rng, size, box_w, centre, angle, tilt):
    """Maps a card of `size` so that its width becomes box_w, turned and tilted, its middle at `centre`."""
    w, h = size
    k = box_w / w
    src = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    pts = (src - [w / 2, h / 2]) * k
    c, s = math.cos(angle), math.sin(angle)
    pts = pts @ np.array([[c, s], [-s, c]], np.float32)
    if tilt:
        a = rng.uniform(0, 6.283)
        d = pts @ np.array([math.cos(a), math.sin(a)])
        z = 1 + tilt * d / (np.abs(d).max() + 1e-6)
        pts = pts / z[:, None]
        pts += np.array([[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(4)]) * tilt * 0.05 * box_w
    return cv2.getPerspectiveTransform(src, (pts + centre).astype(np.float32)), k


def lay(canvas, card, alpha, H, k, rng, shadow=True):
    """Warps the card onto the canvas, reduced first where it shrinks much."""
    h, w = canvas.shape[:2]
    S = np.eye(3)
    if k < 0.7:
        f = max(k * 1.15, 0.08)
        nw, nh = max(4, int(card.shape[1] * f)), max(4, int(card.shape[0] * f))
        S = np.diag([card.shape[1] / nw, card.shape[0] / nh, 1.0])
        card = cv2.resize(card, (nw, nh), interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(alpha, (nw, nh), interpolation=cv2.INTER_AREA)
    M = H @ S
    c = cv2.warpPerspective(card, M, (w, h), flags=cv2.INTER_LINEAR)
    a = cv2.warpPerspective(alpha, M, (w, h), flags=cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
    if shadow and rng.random() < 0.6:
        d = rng.uniform(1, 6)
        sh = cv2.GaussianBlur(np.roll(a[..., 0], (int(d), int(rng.uniform(-d, d))), (0, 1)), (0, 0), d)[..., None]
        canvas = canvas * (1 - sh * rng.uniform(0.2, 0.7))
    return (canvas * (1 - a) + c * a).astype(np.uint8)


def fingers(img, rng, x, y, toward, size):
    """Skin-coloured fingers that come from outside and end near (x, y)."""
    base = np.array([rng.uniform(110, 240), 0, 0])
    base[1], base[2] = base[0] * rng.uniform(0.66, 0.82), base[0] * rng.uniform(0.5, 0.72)
    h, w = img.shape[:2]
    for i in range(rng.randint(1, 4)):
        a = toward + rng.uniform(-0.25, 0.25)
        off = (i - 1) * size * rng.uniform(0.8, 1.1)
        tip = np.array([x - math.sin(toward) * off, y + math.cos(toward) * off])
        end = tip + np.array([math.cos(a), math.sin(a)]) * size * rng.uniform(4, 9)
        m = np.zeros((h, w), np.float32)
        cv2.line(m, tuple(int(v) for v in tip), tuple(int(v) for v in end), 1, max(2, int(size)), cv2.LINE_AA)
        shade = cv2.GaussianBlur(m, (0, 0), max(1, size * 0.25))
        m = cv2.GaussianBlur(m, (0, 0), max(0.5, size * 0.04))[..., None]
        tone = base * (0.65 + 0.4 * shade[..., None])
        np.copyto(img, np.clip(img * (1 - m) + tone * m, 0, 255).astype(np.uint8))
        if rng.random() < 0.5:
            nail = tip + np.array([math.cos(a), math.sin(a)]) * size * 0.25
            cv2.ellipse(img, tuple(int(v) for v in nail), (max(1, int(size * 0.3)), max(1, int(size * 0.22))), math.degrees(a), 0, 360, tuple(np.clip(base * 1.08 + 10, 0, 255)), -1, cv2.LINE_AA)


# ---------------------------------------------------------------------------------------------- the studio


class Studio:
    """Holds the photos, the portraits and a pool of cards; makes one picture after the other."""

    def __init__(self, rows, data, seed, portraits=500, cards=150):
        self.rng = random.Random(seed)
        rng = self.rng
        self.photos, self.empty = {}, []
        for r in rows:
            img = cv2.imread(str(data / r["path"]))
            if img is None or min(img.shape[:2]) < 24:
                continue
            k = min(1.0, 400 / max(img.shape[:2]))
            small = fit(img, 400)[..., ::-1]
            if r["set"] == "noface_imagenet" or "no_face" in r["label"]:
                self.empty.append(np.ascontiguousarray(small))
                continue
            boxes = [[v * k for v in f[:4]] for f in r["faces"] if f[4] > 0.6]
            self.photos.setdefault(r["set"], []).append((np.ascontiguousarray(small), boxes))
        self.sets = sorted(self.photos)
        self.set_weights = [SET_WEIGHT.get(s, 1) for s in self.sets]
        self.portraits = collect(rows, data, portraits, seed)
        self.cut = [p for p in self.portraits if p[2] is not None]
        self.cards = [make_card(rng, self.portraits) for _ in range(cards)]

    def photo(self):
        return self.rng.choice(self.photos[self.rng.choices(self.sets, self.set_weights)[0]])

    def card(self):
        rng = self.rng
        if rng.random() < 0.12:
            self.cards[rng.randrange(len(self.cards))] = make_card(rng, self.portraits)
        return rng.choice(self.cards)

    def surface(self, w, h):
        rng = self.rng
        r = rng.random()
        if r < 0.45 and self.empty:
            b = rng.choice(self.empty)
        elif r < 0.68:  # a piece of a photo away from the faces
            img, boxes = self.photo()
            top = int(min([b[1] for b in boxes], default=img.shape[0]))
            left = int(min([b[0] for b in boxes], default=img.shape[1]) * 0.8)
            right = int(max([b[0] + b[2] for b in boxes], default=0) * 0.9 + img.shape[1] * 0.1)
            b = max((img[:top], img[:, :left], img[:, right:]), key=lambda part: part.size)
            b = b if min(b.shape[:2]) > 24 else texture(rng, w, h)
        else:
            return texture(rng, w, h)
        H, W = b.shape[:2]
        k = rng.uniform(0.5, 1)
        cw, ch = max(8, int(W * k)), max(8, int(min(H, W * k * h / w)))
        x, y = rng.randint(0, max(0, W - cw)), rng.randint(0, max(0, H - ch))
        out = cv2.resize(b[y : y + ch, x : x + cw], (w, h), interpolation=cv2.INTER_LINEAR)
        if rng.random() < 0.3:
            out = cv2.GaussianBlur(out, (0, 0), rng.uniform(1, 5))
        return out

    def canvas_size(self, aspect=None):
        rng = self.rng
        a = aspect or rng.choice([4 / 3, 4 / 3, 3 / 4, 3 / 4, 16 / 9, 9 / 16, 1, 1.5, 2 / 3, rng.uniform(0.6, 1.7)])
        side = rng.randint(240, 400)
        return (side, max(90, int(side / a))) if a >= 1 else (max(90, int(side * a)), side)

    # ------------------------------------------------------------------ cards

    def positive(self):
        rng = self.rng
        card, alpha, face = self.card()
        ch, cw = card.shape[:2]
        a = cw / ch
        r = rng.random()
        angle, tilt, shadow = 0.0, 0.0, True
        self.kind = "scan" if r < 0.26 else "desk" if r < 0.64 else "hand" if r < 0.76 else "close-up" if r < 0.93 else "page"
        if self.kind == "scan":  # flat scan or crop of the card alone
            w, h = self.canvas_size(a * rng.uniform(0.93, 1.07))
            if rng.random() < 0.25:
                w, h = self.canvas_size()
            canvas = np.full((h, w, 3), rng.choice([255, 255, 245, 230, 128, 20, 0, rng.randint(0, 255)]), np.uint8)
            if rng.random() < 0.15:
                canvas = texture(rng, w, h)
            k = rng.uniform(0.97, 1.1) if rng.random() < 0.65 else rng.uniform(0.55, 0.97)
            width = min(w, h * a) * k
            centre = np.array([w / 2 + rng.uniform(-0.02, 0.02) * w, h / 2 + rng.uniform(-0.02, 0.02) * h])
            if k < 0.9:
                centre += np.array([rng.uniform(-0.5, 0.5) * (w - width), rng.uniform(-0.5, 0.5) * max(0, h - width / a)])
            angle = rng.gauss(0, 0.012)
            shadow = False
        elif self.kind == "desk":  # on something, tilted
            w, h = self.canvas_size()
            canvas = self.surface(w, h)
            width = min(w, h * a) * rng.uniform(0.32, 1.0) ** 0.8
            angle = rng.gauss(0, 0.18) if rng.random() < 0.8 else rng.uniform(-1.6, 1.6)
            tilt = rng.uniform(0, 0.3)
            spare = np.array([max(0, w - width * 0.9), max(0, h - width / a * 0.9)])
            centre = np.array([w / 2, h / 2]) + np.array([rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5)]) * spare
        elif self.kind == "hand":  # in a hand
            w, h = self.canvas_size()
            canvas = self.surface(w, h)
            if rng.random() < 0.6:
                canvas = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(1, 6))
            width = min(w, h * a) * rng.uniform(0.5, 1.05)
            angle, tilt = rng.gauss(0, 0.15), rng.uniform(0, 0.3)
            centre = np.array([w * rng.uniform(0.4, 0.6), h * rng.uniform(0.4, 0.6)])
        elif self.kind == "close-up":  # close-up of the portrait with print around it
            w, h = self.canvas_size()
            canvas = self.surface(w, h)
            fw = rng.uniform(0.13, 0.34) * min(w, h * 1.1)
            width = cw * fw / face[2]
            angle, tilt = rng.gauss(0, 0.1), rng.uniform(0, 0.2)
            off = (np.array([cw / 2, ch / 2]) - np.array([face[0] + face[2] / 2, face[1] + face[3] / 2])) * fw / face[2]
            f = np.array([w * rng.uniform(0.3, 0.7), h * rng.uniform(0.35, 0.62)])
            if rng.random() < 0.5:  # keep the card's middle towards the frame's
                f = f - np.sign(off) * np.array([w, h]) * rng.uniform(0, 0.12)
            centre = f + off
        else:  # a copy on a page, or on a screen
            w, h = self.canvas_size(rng.choice([0.7, 0.7, 1.41, 0.56]))
            canvas = np.full((h, w, 3), rng.choice([255, 250, 240, 30, 15, rng.randint(0, 255)]), np.uint8)
            pil = Image.fromarray(canvas)
            d = ImageDraw.Draw(pil)
            if rng.random() < 0.6:
                pr.block_of_text(d, rng, pr.Language(rng), w * 0.08, h * 0.66, w * 0.8, h * 0.28)
            canvas = np.asarray(pil).copy()
            width = min(w, h * a) * rng.uniform(0.5, 0.95)
            centre = np.array([w / 2, h * rng.uniform(0.28, 0.45)])
            shadow = False
            if rng.random() < 0.4:
                c2, a2, _ = self.card()
                H2, k2 = homography(rng, (c2.shape[1], c2.shape[0]), width * min(1, 0.8 * c2.shape[1] / c2.shape[0]), np.array([w / 2, h * 0.8]), 0, 0)
                canvas = lay(canvas, c2, a2, H2, k2, rng, False)
        H, k = homography(rng, (cw, ch), width, centre, angle, tilt)
        if rng.random() < 0.12:
            card = glare(card, rng)
        img = lay(canvas, card, alpha, H, k, rng, shadow)
        if self.kind == "hand" or rng.random() < 0.04:
            corners = cv2.perspectiveTransform(np.array([[[0, 0], [cw, 0], [cw, ch], [0, ch]]], np.float32), H)[0]
            size = width * rng.uniform(0.09, 0.17)
            for side in rng.sample([0, 1, 2, 3], rng.randint(1, 2)):
                p, q = corners[side], corners[(side + 1) % 4]
                t = rng.uniform(0.2, 0.8)
                at = p + (q - p) * t
                out = at - centre
                inner = at - out * rng.uniform(0.0, 0.15)
                fingers(img, rng, inner[0], inner[1], math.atan2(out[1], out[0]), size)
        fq = cv2.perspectiveTransform(np.array([[[face[0], face[1]], [face[0] + face[2], face[1]], [face[0] + face[2], face[1] + face[3]], [face[0], face[1] + face[3]]]], np.float32), H)[0]
        x0, y0 = fq.min(0)
        x1, y1 = fq.max(0)
        return self.shoot(img, [x0, y0, x1 - x0, y1 - y0], turn=0.12)

    # ------------------------------------------------------------------ not cards

    def negative(self):
        rng = self.rng
        r = rng.random()
        self.kind = NEGATIVES[sum(r >= limit for limit in NEGATIVE_LIMITS)]
        if self.kind == "photo":
            img, boxes = self.photo()
            img, box = self.part_of(img, boxes)
        elif self.kind == "photo with captions":
            img, boxes = self.photo()
            img, box = self.part_of(img, boxes)
            img = self.captions(img.copy(), box)
        elif self.kind == "before text":
            img, box = self.before(lambda w, h: pr.text_page(rng, w, h), 0.55)
        elif self.kind == "before a scene":
            img, box = self.before(self.surface, 0.15)
        elif self.kind == "before a studio background":
            img, box = self.before(lambda w, h: plain_background(rng, w, h), 0.5)
            if rng.random() < 0.15:
                img = self.captions(img, box)
        elif self.kind == "badge on the chest":
            img, boxes = self.photo()
            img, box = self.part_of(img, boxes)
            img = self.badge(img.copy(), box)
        elif self.kind == "pictures on the wall":
            img, box = self.picture_on_the_wall()
        elif self.kind == "collage":
            img, box = self.collage()
        elif self.kind == "print on a desk":
            img, box = self.print_on_a_desk()
        else:
            img, box = (self.surface(*self.canvas_size()) if rng.random() < 0.5 or not self.empty else rng.choice(self.empty)), None
        if rng.random() < 0.03:
            img = img.copy()
            h, w = img.shape[:2]
            fingers(img, rng, rng.uniform(0, w), rng.uniform(0.5, 1) * h, rng.uniform(0.8, 2.4), w * rng.uniform(0.05, 0.12))
        return self.shoot(img, box, turn=0.06)

    def part_of(self, img, boxes):
        """A random crop that keeps the main face, or the whole."""
        rng = self.rng
        h, w = img.shape[:2]
        if not boxes:
            return img, None
        x, y, bw, bh = boxes[0]
        if rng.random() < 0.45:
            return img, [x, y, bw, bh]
        tight = rng.uniform(0.0, 1.0)
        x0 = int(rng.uniform(0, max(0, x - 0.1 * bw)) * tight)
        y0 = int(rng.uniform(0, max(0, y - 0.1 * bh)) * tight)
        x1 = int(w - rng.uniform(0, max(0, w - x - 1.1 * bw)) * tight)
        y1 = int(h - rng.uniform(0, max(0, h - y - 1.1 * bh)) * tight)
        if x1 - x0 < 30 or y1 - y0 < 30:
            return img, [x, y, bw, bh]
        return np.ascontiguousarray(img[y0:y1, x0:x1]), [x - x0, y - y0, bw, bh]

    def before(self, background, smallest):
        """A person cut out and set before a background, down to the lower edge of the frame."""
        rng = self.rng
        w, h = self.canvas_size(rng.choice([0.75, 0.75, 1.33, 1, 1.78, 0.56]))
        img = background(w, h)
        if rng.random() < 0.3:
            img = cv2.GaussianBlur(img, (0, 0), rng.uniform(0.6, 4))
        crop, box, mask = rng.choice(self.cut)
        ch, cw = crop.shape[:2]
        k = rng.uniform(smallest, 1.1) * h / ch
        k = min(k, 1.5 * w / cw)
        nw, nh = max(12, int(cw * k)), max(12, int(ch * k))
        c, m = resize_to(crop, nw, nh), resize_to(mask, nw, nh)[..., None]
        x, y = int(rng.uniform(0, 1) * max(0, w - nw) if nw < w else (w - nw) / 2), h - nh + int(rng.uniform(0, 0.12) * nh)
        x0, y0, x1, y1 = max(0, x), max(0, y), min(w, x + nw), min(h, y + nh)
        c, m = c[y0 - y : y1 - y, x0 - x : x1 - x], m[y0 - y : y1 - y, x0 - x : x1 - x]
        img[y0:y1, x0:x1] = (img[y0:y1, x0:x1] * (1 - m) + c * m).astype(np.uint8)
        return img, [x + box[0] * k, y + box[1] * k, box[2] * k, box[3] * k]

    def captions(self, img, box):
        """What broadcasters, sites and phones print over a photo, at its edges."""
        rng = self.rng
        h, w = img.shape[:2]
        r = rng.random()
        lang = pr.Language(rng)
        file = lang.file or rng.choice(pr.latin_fonts())
        pil = Image.fromarray(img)
        d = ImageDraw.Draw(pil)
        if r < 0.15 and box is not None:  # large words beside the face, as on announcements and in subtitles
            x, y, bw, bh = box
            left, right = x - 0.15 * bw, w - x - 1.15 * bw
            for _ in range(rng.randint(1, 7)):
                size = h * rng.uniform(0.03, 0.13)
                places = [(0, w, 0, y - size * 1.2), (0, w, y + bh * 1.05, h - size)]
                places += [(0, left, 0, h - size)] if left > 0.15 * w else []
                places += [(w - right, w, 0, h - size)] if right > 0.15 * w else []
                x0, x1, y0, y1 = rng.choice(places)
                if y1 <= y0:
                    continue
                tx, ty = x0 + rng.uniform(0.02, 0.3) * (x1 - x0), rng.uniform(y0, y1)
                if rng.random() < 0.35:
                    d.rectangle([tx - 3, ty - 2, min(x1, tx + (x1 - x0) * rng.uniform(0.4, 0.9)), ty + size * 1.2], fill=pr.colour(rng))
                pr.text(d, (tx, ty), rng.choice([lang.name, lang.title, lang.header, lang.value])(), file, size, pr.colour(rng), max(20, (x1 - tx) * 0.95))
        elif r < 0.40:  # lower third
            top = h * rng.uniform(0.72, 0.9)
            n = rng.randint(1, 3)
            if rng.random() < 0.7:
                d.rectangle([w * rng.choice([0, 0, 0.05]), top, w * rng.uniform(0.6, 1), h * rng.uniform(0.9, 1.0)], fill=pr.colour(rng))
            for i in range(n):
                size = (h - top) / n * 0.75
                pr.text(d, (w * rng.uniform(0.01, 0.1), top + i * size * 1.2), rng.choice([lang.name, lang.title, lang.header, lang.value])(), file, size, pr.colour(rng), w * 0.85)
            if rng.random() < 0.5:
                pr.emblem(d, rng, w * rng.choice([0.03, 0.82]), h * 0.03, h * rng.uniform(0.06, 0.14))
        elif r < 0.55:  # logo, date or site name in corners
            for _ in range(rng.randint(1, 4)):
                x, y = w * rng.choice([0.02, 0.6, 0.75]), h * rng.choice([0.01, 0.9, 0.94, 0.05])
                if rng.random() < 0.4:
                    pr.emblem(d, rng, x, min(y, h * 0.85), h * rng.uniform(0.05, 0.15))
                else:
                    pr.text(d, (x, y), rng.choice([pr.date(rng), "www." + pr.word(rng) + ".com", lang.name(), pr.number(rng)]), file, h * rng.uniform(0.03, 0.07), pr.colour(rng), w * 0.4)
        elif r < 0.72:  # watermark over all of it
            img = np.asarray(pil).copy()
            pr.overlay_words(img, rng, rng.choice([pr.word(rng), "SAMPLE", "© " + pr.word(rng), "DEMO", "SPECIMEN", lang.title()]), rng.choice([(255, 255, 255), (220, 30, 30), (0, 0, 0), pr.colour(rng)]), rng.uniform(0.2, 0.9), h * rng.uniform(0.04, 0.16), rng.choice([0, 0, rng.uniform(-45, 45)]), rng.randint(1, 9))
            return img
        elif r < 0.88:  # a phone's or a site's bars above and below
            pad_t, pad_b = int(h * rng.uniform(0.05, 0.3)), int(h * rng.uniform(0.05, 0.5))
            c = rng.choice([(255, 255, 255), (0, 0, 0), (20, 20, 30), pr.pale(rng)])
            img = cv2.copyMakeBorder(np.asarray(pil), pad_t, pad_b, 0, 0, cv2.BORDER_CONSTANT, value=c)
            pil = Image.fromarray(img)
            d = ImageDraw.Draw(pil)
            ink = (255, 255, 255) if sum(c) < 380 else (30, 30, 30)
            pr.text(d, (w * 0.05, pad_t * 0.2), lang.name(), file, min(pad_t * 0.5, w * 0.07), ink, w * 0.9)
            y, size = h + pad_t + pad_b * 0.1, w * rng.uniform(0.03, 0.06)
            while y < h + pad_t + pad_b - size and rng.random() < 0.8:
                pr.text(d, (w * 0.05, y), lang.value(), file, size, ink, w * 0.9)
                y += size * 1.5
        else:  # a mount, a frame, a white edge
            e = [int(min(h, w) * rng.uniform(0.02, 0.22)) for _ in range(4)]
            if rng.random() < 0.6:
                e = [e[0]] * 4
            img = cv2.copyMakeBorder(np.asarray(pil), *e, cv2.BORDER_CONSTANT, value=rng.choice([(255, 255, 255), (0, 0, 0), pr.colour(rng), pr.pale(rng)]))
            if rng.random() < 0.4:
                cv2.rectangle(img, (e[2] // 2, e[0] // 2), (img.shape[1] - e[3] // 2, img.shape[0] - e[1] // 2), pr.colour(rng), rng.randint(1, 4))
            return img
        return np.asarray(pil).copy()

    def badge(self, img, box):
        """A card on the chest of a person, below the face, with or without a ribbon."""
        rng = self.rng
        h, w = img.shape[:2]
        if box is None:
            return img
        x, y, bw, bh = box
        below = h - (y + bh)
        if below < 0.25 * bh:  # make space for a chest
            grow = int(bh * rng.uniform(0.5, 1.0))
            img = cv2.copyMakeBorder(img, 0, grow, 0, 0, cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_REFLECT)
            h = img.shape[0]
        card, alpha, _ = self.card()
        width = bw * rng.uniform(0.25, 0.75)
        cx = x + bw * rng.uniform(-0.3, 1.3)
        cy = min(h - 4, y + bh * rng.uniform(1.3, 2.0))
        if rng.random() < 0.6:
            c = pr.colour(rng)
            t = max(1, int(bw * rng.uniform(0.04, 0.1)))
            cv2.line(img, (int(x + bw * 0.1), int(y + bh * 1.1)), (int(cx), int(cy)), c, t, cv2.LINE_AA)
            cv2.line(img, (int(x + bw * 0.9), int(y + bh * 1.1)), (int(cx), int(cy)), c, t, cv2.LINE_AA)
        H, k = homography(rng, (card.shape[1], card.shape[0]), width, np.array([cx, cy + width * 0.5]), rng.gauss(0, 0.1), rng.uniform(0, 0.2))
        return lay(img, card, alpha, H, k, rng)

    def picture_on_the_wall(self):
        """A person before a wall with framed pictures, some of them of faces."""
        rng = self.rng

        def wall(w, h):
            img = plain_background(rng, w, h) if rng.random() < 0.6 else self.surface(w, h)
            for _ in range(rng.randint(1, 4)):
                p, _ = self.photo()
                e = max(2, int(p.shape[0] * rng.uniform(0.03, 0.15)))
                p = cv2.copyMakeBorder(p, e, e, e, e, cv2.BORDER_CONSTANT, value=pr.colour(rng))
                if rng.random() < 0.3:
                    p = pr.text_page(rng, 200, 150)
                width = w * rng.uniform(0.1, 0.35)
                H, k = homography(rng, (p.shape[1], p.shape[0]), width, np.array([w * rng.random(), h * rng.uniform(0, 0.6)]), rng.gauss(0, 0.03), rng.uniform(0, 0.15))
                img = lay(img, p, np.full(p.shape[:2], 255, np.uint8), H, k, rng)
            return img

        return self.before(wall, 0.35)

    def collage(self):
        rng = self.rng
        n = rng.choice([(1, 2), (2, 1), (2, 2), (1, 3)])
        cw, ch = rng.randint(90, 200), rng.randint(110, 220)
        gap = rng.randint(0, 10)
        img = np.full((n[0] * ch + gap * (n[0] + 1), n[1] * cw + gap * (n[1] + 1), 3), rng.choice([255, 0, 200]), np.uint8)
        same = self.photo() if rng.random() < 0.25 else None
        first = None
        for j in range(n[0]):
            for i in range(n[1]):
                p, b = same or self.photo()
                y, x = gap + j * (ch + gap), gap + i * (cw + gap)
                img[y : y + ch, x : x + cw] = resize_to(p, cw, ch)
                if first is None and b:
                    kx, ky = cw / p.shape[1], ch / p.shape[0]
                    first = [x + b[0][0] * kx, y + b[0][1] * ky, b[0][2] * kx, b[0][3] * ky]
        return img, first

    def print_on_a_desk(self):
        """A paper photo without any print lies on something: a rectangle with a face alone is no card."""
        rng = self.rng
        w, h = self.canvas_size()
        img = self.surface(w, h)
        p, b = self.photo()
        e = int(min(p.shape[:2]) * rng.choice([0, 0, 0.04, 0.1]))
        q = cv2.copyMakeBorder(p, e, e, e, e, cv2.BORDER_CONSTANT, value=(245, 245, 245))
        a = q.shape[1] / q.shape[0]
        width = min(w, h * a) * rng.uniform(0.5, 1.0)
        H, k = homography(rng, (q.shape[1], q.shape[0]), width, np.array([w * rng.uniform(0.4, 0.6), h * rng.uniform(0.4, 0.6)]), rng.gauss(0, 0.2), rng.uniform(0, 0.25))
        img = lay(img, q, np.full(q.shape[:2], 255, np.uint8), H, k, rng)
        box = None
        if b:
            f = cv2.perspectiveTransform(np.array([[[b[0][0] + e, b[0][1] + e], [b[0][0] + b[0][2] + e, b[0][1] + b[0][3] + e]]], np.float32), H)[0]
            box = [min(f[0][0], f[1][0]), min(f[0][1], f[1][1]), abs(f[1][0] - f[0][0]), abs(f[1][1] - f[0][1])]
        return img, box

    # ------------------------------------------------------------------ the same end for both classes

    def shoot(self, img, box, turn):
        rng = self.rng
        img = fit(img, 400)
        img = camera(np.ascontiguousarray(img), rng)
        h, w = img.shape[:2]
        if box is not None and rng.random() < 0.35:  # a view around the face
            side = box[2] * rng.uniform(4.5, 9)
            cx, cy = box[0] + box[2] * rng.uniform(0.2, 0.8), box[1] + box[3] * rng.uniform(0.2, 0.8)
            sh = side * rng.uniform(0.8, 1.25)
            x0, x1, y0, y1 = (int(np.clip(v, 0, m)) for v, m in ((cx - side / 2, w), (cx + side / 2, w), (cy - sh / 2, h), (cy + sh / 2, h)))
            if x1 - x0 >= 40 and y1 - y0 >= 40:
                img = img[y0:y1, x0:x1]
        elif rng.random() < 0.1:  # bars on two sides
            e = int(max(h, w) * rng.uniform(0.03, 0.2))
            v = rng.choice([0, 0, 255, rng.randint(0, 255)])
            img = cv2.copyMakeBorder(img, *((e, e, 0, 0) if rng.random() < 0.5 else (0, 0, e, e)), cv2.BORDER_CONSTANT, value=(v, v, v))
        out = resize_to(img, RASTER, RASTER)
        if rng.random() < turn:
            out = np.rot90(out, rng.choice([1, 2, 3]))
        return np.ascontiguousarray(out)
