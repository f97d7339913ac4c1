"""Invented identity documents with a portrait: no layout of a real document is copied."""
import cv2
import numpy as np
from PIL import Image, ImageDraw

import printing as pr
from portraits import on_background, plain_background

HEIGHT = 400


def backdrop(rng, w, h):
    a, b = np.array(pr.pale(rng), np.float32), np.array(pr.pale(rng), np.float32)
    if rng.random() < 0.12:
        a = np.array(pr.colour(rng), np.float32)
    if rng.random() < 0.2:
        a = b = np.array([rng.randint(235, 255)] * 3, np.float32)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    t = np.clip((xx / w) * rng.uniform(-1, 1.2) + (yy / h) * rng.uniform(-1, 1.2) + rng.uniform(0, 0.5), 0, 1)
    if rng.random() < 0.3:
        t = 0.5 + 0.5 * np.sin(t * rng.uniform(3, 9))
    img = a * (1 - t[..., None]) + b * t[..., None]
    if rng.random() < 0.25:
        c = np.array(pr.pale(rng), np.float32)
        t2 = np.exp(-(((xx / w - rng.random()) ** 2) + ((yy / h - rng.random()) ** 2)) * rng.uniform(3, 20))[..., None]
        img = img * (1 - t2) + c * t2
    img = np.ascontiguousarray(img.clip(0, 255).astype(np.uint8))
    for _ in range(rng.choice([0, 1, 1, 1, 2, 2])):
        pr.guilloche(img, rng)
    if rng.random() < 0.35:  # a large pale emblem or shape behind the print
        layer = Image.fromarray(img)
        d = ImageDraw.Draw(layer)
        s = h * rng.uniform(0.4, 0.9)
        pr.emblem(d, rng, rng.uniform(0.1, 0.9) * w - s / 2, h * 0.5 - s / 2, s)
        img = cv2.addWeighted(np.asarray(layer), 0.25, img, 0.75, 0)
    return img


def portrait_picture(rng, portraits, w, h, card_patch=None):
    """The portrait as printed: its own or another background, gray, tinted, faded."""
    p = rng.choice(portraits)
    crop, box, mask = p
    ch, cw = crop.shape[:2]
    r = rng.random()
    if mask is not None and r < 0.6:
        crop = on_background(p, plain_background(rng, cw, ch))
    elif mask is not None and r < 0.75 and card_patch is not None:
        crop = on_background(p, cv2.resize(card_patch, (cw, ch)))
    # cut to the wanted shape
    want = w / h
    if cw / ch > want:
        nw = int(ch * want)
        x = int(np.clip(box[0] + box[2] / 2 - nw / 2, 0, cw - nw))
        crop, bx = crop[:, x : x + nw], [box[0] - x, box[1], box[2], box[3]]
    else:
        nh = int(cw / want)
        y = int(np.clip(box[1] + box[3] * 0.5 - nh * 0.47, 0, ch - nh))
        crop, bx = crop[y : y + nh], [box[0], box[1] - y, box[2], box[3]]
    k = w / crop.shape[1]
    out = cv2.resize(crop, (w, h), interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR).astype(np.float32)
    r = rng.random()
    if r < 0.22:
        out = np.repeat(out.mean(2, keepdims=True), 3, 2)
        if rng.random() < 0.4:
            out = out / 255 * (255 - np.array(pr.dark(rng), np.float32)) * 0.9 + np.array(pr.dark(rng), np.float32) * 0.6
    if rng.random() < 0.5:
        c = rng.uniform(0.6, 1.2)
        out = (out - 128) * c + 128 + rng.uniform(-20, 40)
    return out.clip(0, 255).astype(np.uint8), [v * k for v in bx]


def paste_portrait(img, rng, pic, x, y, strength=1.0, oval=False):
    h, w = pic.shape[:2]
    H, W = img.shape[:2]
    x, y = int(np.clip(x, 0, W - w)), int(np.clip(y, 0, H - h))
    m = np.full((h, w), strength, np.float32)
    if oval:
        m[:] = 0
        cv2.ellipse(m, (w // 2, h // 2), (int(w * 0.48), int(h * 0.49)), 0, 0, 360, strength, -1)
        m = cv2.GaussianBlur(m, (0, 0), w / 30)
    elif rng.random() < 0.25:
        e = max(2, w // 20)
        m[:e] = m[-e:] = 0
        m[:, :e] = m[:, -e:] = 0
        m = cv2.GaussianBlur(m, (0, 0), e / 1.5)
    patch = img[y : y + h, x : x + w]
    img[y : y + h, x : x + w] = (patch * (1 - m[..., None]) + pic * m[..., None]).astype(np.uint8)
    return x, y


def fields(d, rng, lang, x, y, w, h, ink, tint, files):
    """Rows of label and value in a box, in one of several arrangements."""
    fa, fb, _ = files
    fa, fb = lang.file or fa, lang.file or fb
    n = rng.randint(3, 10)
    pitch = h / n
    style = rng.choice(["above", "above", "inline", "inline", "value", "columns"])
    ls = pitch * rng.uniform(0.26, 0.42)
    vs = pitch * rng.uniform(0.4, 0.7)
    if style in ("inline", "value"):
        vs = pitch * rng.uniform(0.45, 0.85)
        ls = vs * rng.uniform(0.7, 1.0)
    ls, vs = min(ls, 24), min(vs, 34)
    line = rng.random() < 0.15
    for i in range(n):
        yy = y + i * pitch
        if rng.random() < 0.04:
            continue
        if style == "above":
            pr.text(d, (x, yy), lang.label(), fa, ls, tint, w)
            pr.text(d, (x, yy + ls * 1.15), lang.name() if i == 0 else lang.value(), fb, min(vs, pitch - ls * 1.1), ink, w)
        elif style == "inline":
            lw = pr.text(d, (x, yy), lang.label() + ":", fa, ls, tint, w * 0.5)
            pr.text(d, (x + lw + 6, yy), lang.name() if i == 0 else lang.value(), fb, vs, ink, max(30, w - lw - 6))
        elif style == "value":
            s = lang.name() if i == 0 else lang.value()
            if rng.random() < 0.6:
                s = f"{i + 1}. {s}"
            pr.text(d, (x, yy), s, fb, vs, ink, w)
        else:
            for c in range(2):
                cx = x + c * w * 0.52
                pr.text(d, (cx, yy), lang.label(), fa, ls, tint, w * 0.46)
                pr.text(d, (cx, yy + ls * 1.15), lang.value(), fb, min(vs, pitch - ls * 1.1), ink, w * 0.46)
        if line:
            d.line([(x, yy + pitch * 0.95), (x + w, yy + pitch * 0.95)], fill=tint)


def mrz(d, rng, w, h, lines, size, ink):
    file = rng.choice([f for n in ("DejaVu Sans Mono", "Liberation Mono", "FreeMono", "Noto Mono") for f in pr.font_files().get(n, [])])
    chars = {2: 44 if w / h < 1.45 else 36, 3: 30}[lines]
    f = pr.font(file, size)
    cw = f.getlength("0")
    k = min(1.0, w * 0.95 / (cw * chars))
    f = pr.font(file, size * k) if k < 1 else f
    for i in range(lines):
        name = (pr.word(rng) + "<<" + pr.word(rng) + "<" + pr.word(rng)).upper()
        s = ("P<" + "".join(rng.choice("ABCDEFGHLNRSTUV") for _ in range(3)) + name) if i == 0 else pr.number(rng, 18, 28)
        s = (s + "<" * 50)[:chars]
        if i == 1:
            s = s[:-1] + rng.choice("0123456789")
        step = w * 0.93 / chars if rng.random() < 0.7 else f.getlength("0")
        y = h - (lines - i) * size * 1.35 - h * 0.02
        if abs(step - f.getlength("0")) < 0.6:
            d.text((w * 0.03, y), s, font=f, fill=ink)
        else:
            for j, ch in enumerate(s):
                d.text((w * 0.03 + j * step, y), ch, font=f, fill=ink)


def rounded(w, h, r):
    m = np.zeros((h, w), np.uint8)
    if r < 1:
        m[:] = 255
        return m
    cv2.rectangle(m, (r, 0), (w - 1 - r, h - 1), 255, -1)
    cv2.rectangle(m, (0, r), (w - 1, h - 1 - r), 255, -1)
    for x, y in ((r, r), (w - 1 - r, r), (r, h - 1 - r), (w - 1 - r, h - 1 - r)):
        cv2.circle(m, (x, y), r, 255, -1)
    return m


def make_card(rng, portraits):
    """(rgb, alpha, box of the main face) of one invented document."""
    r = rng.random()
    if r < 0.14:
        return upright_card(rng, portraits)
    aspect = 1.586 if r < 0.6 else rng.uniform(1.38, 1.5) if r < 0.85 else rng.uniform(1.3, 1.75)
    h = HEIGHT
    w = int(h * aspect)
    img = backdrop(rng, w, h)
    lang = pr.Language(rng)
    files = pr.pick_fonts(rng)
    ink, tint = pr.dark(rng), pr.dark(rng)
    head_ink = pr.dark(rng)
    title_ink = (rng.randint(170, 230), rng.randint(0, 40), rng.randint(0, 50)) if rng.random() < 0.45 else pr.dark(rng)

    has_mrz = rng.random() < 0.33
    lines = rng.choice([2, 2, 3])
    msize = h * rng.uniform(0.045, 0.06)
    bottom = h * 0.97 - (lines * msize * 1.35 + h * 0.03 if has_mrz else 0)
    mband = None
    if has_mrz and rng.random() < 0.5:
        cv2.rectangle(img, (0, int(bottom)), (w, h), pr.pale(rng), -1)
    pil = Image.fromarray(img)
    d = ImageDraw.Draw(pil)

    # header
    head = h * rng.uniform(0.1, 0.3)
    if rng.random() < 0.3:
        bar = pr.colour(rng, 0, 190)
        d.rectangle([0, 0, w, head], fill=bar)
        if rng.random() < 0.5:
            head_ink = title_ink = (255, 255, 255)
        else:
            head_ink = title_ink = (255, rng.randint(200, 255), rng.randint(80, 255))
    elif rng.random() < 0.15:
        d.rectangle([0, 0, w * rng.uniform(0.03, 0.1), h], fill=pr.colour(rng, 0, 200))
    emblems = rng.choice([0, 1, 1, 1, 1, 2])
    left = w * 0.03
    if emblems:
        s = head * rng.uniform(0.75, 1.2)
        ex = rng.choice([left, left, w - s - left])
        pr.emblem(d, rng, ex, h * 0.03, s)
        if emblems == 2:
            s2 = head * rng.uniform(0.5, 0.9)
            pr.emblem(d, rng, w - s2 - left if ex == left else left, h * 0.03, s2)
    n_head = rng.choice([0, 1, 1, 2, 2, 3])
    slots = n_head + 1
    align = rng.choice(["m", "m", "l"])
    hx = w * (0.5 + (0.08 if emblems else 0) * rng.choice([0, 1])) if align == "m" else left + (head * 1.25 if emblems else 0)
    weights = [1.0] * n_head + [rng.uniform(1.2, 2.2)]
    total = sum(weights)
    yy = h * 0.02
    for i in range(slots):
        size = head * weights[i] / total * 0.82
        s = lang.title() if i == slots - 1 else lang.header()
        pr.text(d, (hx, yy), s, lang.file or files[2], size, title_ink if i == slots - 1 else head_ink, w * 0.74, "ma" if align == "m" else "la")
        yy += head * weights[i] / total

    # portrait(s)
    top = head + h * rng.uniform(0.01, 0.06)
    ph = int(min(bottom - top, h * rng.uniform(0.42, 0.72)))
    pw = int(ph * rng.uniform(0.68, 0.86))
    side = rng.random()
    px = left + rng.uniform(0, 0.03) * w if side < 0.68 else w - pw - left if side < 0.92 else (w - pw) / 2
    py = top + rng.uniform(0, max(0.0, bottom - top - ph))
    img = np.asarray(pil).copy()
    patch = img[int(py) : int(py) + ph, max(0, int(px)) : max(0, int(px)) + pw]
    pic, fb = portrait_picture(rng, portraits, pw, ph, patch if patch.size else None)
    strength = 1.0 if rng.random() < 0.7 else rng.uniform(0.65, 0.95)
    px, py = paste_portrait(img, rng, pic, px, py, strength, rng.random() < 0.06)
    face = [px + fb[0], py + fb[1], fb[2], fb[3]]
    if rng.random() < 0.4:
        cv2.rectangle(img, (px, py), (px + pw, py + ph), rng.choice([(255, 255, 255), (60, 60, 60), tint]), rng.choice([1, 2, 4]))
    ghost = None
    free_l, free_r = (px + pw + w * 0.025, w * 0.97) if side < 0.68 else (left, px - w * 0.025)
    if 0.68 <= side and side >= 0.92:
        free_l, free_r = px + pw + w * 0.02, w * 0.98
    if rng.random() < 0.28:
        gh = int(ph * rng.uniform(0.25, 0.5))
        gw = max(10, int(gh * pw / ph))
        gx = (w - gw - left) if px < w / 2 else left
        gy = rng.uniform(top, max(top + 1, bottom - gh))
        small = cv2.resize(pic, (gw, gh), interpolation=cv2.INTER_AREA)
        if rng.random() < 0.5:
            small = np.repeat(small.mean(2, keepdims=True), 3, 2).astype(np.uint8)
        paste_portrait(img, rng, small, gx, gy, rng.uniform(0.3, 0.9), rng.random() < 0.3)
        ghost = (gx, gy, gw, gh)
        if px < w / 2:
            free_r = gx - 6
        else:
            free_l = gx + gw + 6

    # other things
    if rng.random() < 0.3:
        s = int(h * rng.uniform(0.16, 0.32))
        q = np.repeat(pr.qr(rng, s)[..., None], 3, 2)
        qx, qy = rng.choice([(w - s - 8, 6), (w - s - 8, int(bottom) - s - 2), (w - s - 8, int(h * 0.4))])
        qx, qy = max(0, qx), max(0, min(h - s, qy))
        img[qy : qy + s, qx : qx + s] = np.minimum(img[qy : qy + s, qx : qx + s], q) if rng.random() < 0.6 else q
        if px < w / 2 and qy > h * 0.3:
            free_r = min(free_r, qx - 4)
    if rng.random() < 0.2:
        bw, bh = int(w * rng.uniform(0.25, 0.6)), int(h * rng.uniform(0.06, 0.14))
        b = np.repeat(pr.bars(rng, bw, bh, rng.random() < 0.4)[..., None], 3, 2)
        bx, by = int(max(0, min(w - bw, rng.choice([free_l, w - bw - 8])))), int(max(0, bottom - bh))
        img[by : by + bh, bx : bx + bw] = b
        bottom_f = by - 4
    else:
        bottom_f = bottom
    if rng.random() < 0.2:
        cx, cy, s = int(w * rng.uniform(0.05, 0.8)), int(h * rng.uniform(0.35, 0.5)), int(h * 0.17)
        if rng.random() < 0.7 and free_r - free_l > s * 2.5:
            cx = int(free_l)
            free_l += s * 1.4
        gold = (rng.randint(190, 235), rng.randint(160, 200), rng.randint(70, 150)) if rng.random() < 0.8 else (200, 200, 205)
        cv2.rectangle(img, (cx, cy), (cx + int(s * 1.2), cy + s), gold, -1)
        for k in (0.33, 0.66):
            cv2.line(img, (cx, cy + int(s * k)), (cx + int(s * 1.2), cy + int(s * k)), (110, 90, 40), 1)
            cv2.line(img, (cx + int(s * 1.2 * k), cy), (cx + int(s * 1.2 * k), cy + s), (110, 90, 40), 1)
    if rng.random() < 0.14:
        fw = int(h * 0.2)
        fingerprint_x = rng.choice([px, int(w * 0.8)])
        pr.fingerprint(img, rng, fingerprint_x, int(h * 0.62), fw, int(fw * 1.25), pr.dark(rng))
    pil = Image.fromarray(img)
    d = ImageDraw.Draw(pil)
    if free_r - free_l > w * 0.15:
        fields(d, rng, lang, free_l, top, free_r - free_l, max(30, bottom_f - top), ink, tint, files)
    if side >= 0.92 and px > w * 0.2:
        fields(d, rng, lang, left, top, px - left - 6, max(30, bottom_f - top), ink, tint, files)
    if py + ph < bottom - 16:
        pr.text(d, (px, py + ph + 2), lang.value(), lang.file or files[1], rng.uniform(10, 18), ink, pw)
    if has_mrz:
        mrz(d, rng, w, h, lines, msize, ink if rng.random() < 0.4 else (20, 20, 20))
    if rng.random() < 0.4:
        sx = rng.choice([px + pw * 0.3, (free_l + free_r) / 2, px])
        pr.signature(d, rng, sx, min(bottom, h * 0.95) - h * rng.uniform(0.08, 0.2), w * rng.uniform(0.12, 0.28), h * 0.1, pr.dark(rng))
    if rng.random() < 0.22:
        pr.stamp(d, rng, px + pw * rng.uniform(0.5, 1.2), py + ph * rng.uniform(0.6, 1.0), h * rng.uniform(0.1, 0.17), files[0])
    img = np.asarray(pil).copy()
    finish(img, rng)
    if rng.random() < 0.07 and has_mrz:  # an open passport: another page above
        upper = backdrop(rng, w, h)
        up = Image.fromarray(upper)
        du = ImageDraw.Draw(up)
        for _ in range(rng.randint(0, 3)):
            pr.stamp(du, rng, rng.uniform(0.2, 0.8) * w, rng.uniform(0.2, 0.8) * h, h * 0.14, files[0])
        if rng.random() < 0.7:
            pr.block_of_text(du, rng, lang, w * 0.1, h * 0.1, w * 0.8, h * rng.uniform(0.2, 0.8))
        upper = np.asarray(up).copy()
        upper[-6:] = (upper[-6:] * 0.7).astype(np.uint8)
        img = np.vstack([upper, img])
        face[1] += h
    radius = int(h * rng.choice([0, 0, 0.03, 0.045, 0.06]))
    alpha = rounded(img.shape[1], img.shape[0], radius)
    if rng.random() < 0.1:  # a laminating pouch around
        e = int(h * rng.uniform(0.03, 0.08))
        img = cv2.copyMakeBorder(img, e, e, e, e, cv2.BORDER_CONSTANT, value=pr.colour(rng, 190, 245))
        alpha = rounded(img.shape[1], img.shape[0], e)
        face[0] += e
        face[1] += e
    return img, alpha, face


def upright_card(rng, portraits):
    """Staff and student cards, visitors' badges: higher than wide, the portrait in the middle or at the side."""
    w = HEIGHT
    h = int(w * rng.uniform(1.3, 1.6))
    img = backdrop(rng, w, h) if rng.random() < 0.7 else np.full((h, w, 3), pr.pale(rng), np.uint8)
    lang = pr.Language(rng)
    files = pr.pick_fonts(rng)
    pil = Image.fromarray(img)
    d = ImageDraw.Draw(pil)
    head = h * rng.uniform(0.12, 0.3)
    ink = pr.dark(rng)
    if rng.random() < 0.65:
        d.rectangle([0, 0, w, head], fill=pr.colour(rng, 0, 200))
        hink = (255, 255, 255)
    else:
        hink = pr.dark(rng)
    if rng.random() < 0.4:
        d.rectangle([0, h * rng.uniform(0.85, 0.95), w, h], fill=pr.colour(rng, 0, 200))
    es = head * 0.5
    if rng.random() < 0.7:
        pr.emblem(d, rng, rng.choice([w * 0.05, w / 2 - es / 2]), h * 0.02, es)
    pr.text(d, (w / 2, head * 0.55), lang.header(), lang.file or files[2], head * 0.25, hink, w * 0.9, "ma")
    ph = int(h * rng.uniform(0.3, 0.45))
    pw = int(ph * rng.uniform(0.7, 0.95))
    px, py = (w - pw) / 2 if rng.random() < 0.75 else w * 0.06, head + h * rng.uniform(0.02, 0.07)
    img = np.asarray(pil).copy()
    pic, fb = portrait_picture(rng, portraits, pw, ph)
    px, py = paste_portrait(img, rng, pic, px, py, 1.0, rng.random() < 0.2)
    face = [px + fb[0], py + fb[1], fb[2], fb[3]]
    pil = Image.fromarray(img)
    d = ImageDraw.Draw(pil)
    y = py + ph + h * 0.02
    centred = rng.random() < 0.6
    sizes = [h * rng.uniform(0.05, 0.08)] + [h * rng.uniform(0.025, 0.045)] * rng.randint(1, 5)
    for i, s in enumerate(sizes):
        if y + s > h * 0.97:
            break
        line = lang.name() if i == 0 else lang.title() if i == 1 and rng.random() < 0.5 else lang.label() + ": " + lang.value()
        pr.text(d, (w / 2 if centred else w * 0.07, y), line, lang.file or files[1], s, ink, w * 0.88, "ma" if centred else "la")
        y += s * rng.uniform(1.15, 1.6)
    img = np.asarray(pil).copy()
    if rng.random() < 0.4 and y + h * 0.07 < h:
        bw, bh = int(w * rng.uniform(0.4, 0.8)), int(h * 0.06)
        img[h - bh - 8 : h - 8, (w - bw) // 2 : (w - bw) // 2 + bw] = pr.bars(rng, bw, bh)[..., None]
    if rng.random() < 0.4:
        cv2.ellipse(img, (w // 2, int(h * 0.025)), (w // 9, max(3, h // 90)), 0, 0, 360, pr.colour(rng), -1)
    finish(img, rng)
    return img, rounded(w, h, int(w * rng.choice([0, 0.04, 0.06]))), face


def finish(img, rng):
    """What lies over the print: SPECIMEN, hologram, scratches."""
    h, w = img.shape[:2]
    if rng.random() < 0.2:
        words = rng.choice(["SPECIMEN", "MẪU", "SAMPLE", "MUSTER", "COPY", "VOID", "DEMO ONLY", "BẢN SAO"])
        pr.overlay_words(img, rng, words, rng.choice([(220, 30, 30), (120, 120, 120), pr.colour(rng)]), rng.uniform(0.2, 0.85), rng.uniform(16, 90), rng.choice([0, 0, rng.uniform(-45, 45)]), rng.randint(1, 5))
    if rng.random() < 0.22:
        layer = img.copy()
        for _ in range(rng.randint(1, 5)):
            c = tuple(int(v) for v in np.clip(np.array(pr.colour(rng, 100, 255)), 0, 255))
            x, y, s = int(rng.uniform(0, w)), int(rng.uniform(0, h)), int(h * rng.uniform(0.05, 0.2))
            if rng.random() < 0.5:
                cv2.circle(layer, (x, y), s, c, -1)
            else:
                cv2.fillPoly(layer, [np.array(pr.star(x, y, s, rng.randint(4, 12), 0.6), np.int32)], c)
        a = rng.uniform(0.1, 0.45)
        cv2.addWeighted(layer, a, img, 1 - a, 0, img)
    if rng.random() < 0.15:
        for _ in range(rng.randint(1, 8)):
            p = (int(rng.uniform(0, w)), int(rng.uniform(0, h)))
            q = (int(p[0] + rng.uniform(-0.3, 0.3) * w), int(p[1] + rng.uniform(-0.3, 0.3) * h))
            cv2.line(img, p, q, rng.choice([(255, 255, 255), (90, 90, 90)]), 1, cv2.LINE_AA)
