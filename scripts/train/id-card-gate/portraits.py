"""Portraits: heads cut from the training photos, with a soft mask, for cards and for studio backgrounds."""
import random

import cv2
import numpy as np


def crop_portrait(img, row, rng, height=320, loose=None):
    """A 3:4 or so crop around the main face; None where the photo has too little of it."""
    x, y, w, h = row["faces"][0][:4]
    h_img, w_img = img.shape[:2]
    k = (rng.uniform(1.5, 2.3) if loose is None else loose) * max(w, h * 0.75)
    aspect = rng.uniform(1.15, 1.4)
    ch = k * aspect
    cx, cy = x + w / 2, y + h * rng.uniform(0.5, 0.62)
    x0, x1, y0, y1 = cx - k / 2, cx + k / 2, cy - ch / 2, cy + ch / 2
    miss = max(0, -x0, x1 - w_img) / k + max(0, -y0) / ch + max(0, y1 - h_img) / ch
    if miss > 0.35:
        return None
    x0, y0, x1, y1 = max(0, int(x0)), max(0, int(y0)), min(w_img, int(x1)), min(h_img, int(y1))
    if x1 - x0 < 40 or y1 - y0 < 40:
        return None
    crop = img[y0:y1, x0:x1]
    s = height / crop.shape[0]
    crop = cv2.resize(crop, (max(8, int(crop.shape[1] * s)), height), interpolation=cv2.INTER_AREA if s < 1 else cv2.INTER_LINEAR)
    box = [(x - x0) * s, (y - y0) * s, w * s, h * s]
    return crop, box


def cut_out(crop, box):
    """Soft mask of head and shoulders: GrabCut started from the face box."""
    h, w = crop.shape[:2]
    s = 128 / h
    small = cv2.resize(crop, (max(16, int(w * s)), 128), interpolation=cv2.INTER_AREA)
    hh, ww = small.shape[:2]
    x, y, bw, bh = [v * s for v in box]
    m = np.full((hh, ww), cv2.GC_PR_BGD, np.uint8)
    cv2.ellipse(m, (int(x + bw / 2), int(y + bh * 0.42)), (int(bw * 0.8), int(bh * 0.85)), 0, 0, 360, cv2.GC_PR_FGD, -1)
    body = np.array([[x - bw * 0.9, hh], [x - bw * 0.4, y + bh * 1.25], [x + bw * 1.4, y + bh * 1.25], [x + bw * 1.9, hh]], np.int32)
    cv2.fillPoly(m, [body], cv2.GC_PR_FGD)
    cv2.ellipse(m, (int(x + bw / 2), int(y + bh / 2)), (int(bw * 0.45), int(bh * 0.5)), 0, 0, 360, cv2.GC_FGD, -1)
    cv2.rectangle(m, (int(x + bw * 0.2), int(y + bh)), (int(x + bw * 0.8), hh), cv2.GC_FGD, -1)
    m[: max(1, int((y - bh * 0.5)))] = cv2.GC_BGD
    m[: int(hh * 0.75), :2] = cv2.GC_BGD
    m[: int(hh * 0.75), -2:] = cv2.GC_BGD
    cv2.setRNGSeed(1)
    try:
        cv2.grabCut(small, m, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        return None
    fg = ((m == cv2.GC_FGD) | (m == cv2.GC_PR_FGD)).astype(np.uint8)
    fg = cv2.morphologyEx(fg, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    n, lab, stats, _ = cv2.connectedComponentsWithStats(fg)
    if n < 2:
        return None
    keep = lab[min(hh - 1, int(y + bh / 2)), min(ww - 1, int(x + bw / 2))]
    if keep == 0:
        return None
    fg = (lab == keep).astype(np.float32)
    part = fg.mean()
    if not 0.2 < part < 0.85:
        return None
    return np.clip(cv2.GaussianBlur(cv2.resize(fg, (w, h), interpolation=cv2.INTER_LINEAR), (0, 0), h / 110) * 1.3 - 0.2, 0, 1)


PORTRAIT_SETS = ("asian_singles", "asian_celebrities", "lfw", "mask_chandrika", "nogizaka_raw", "mask_prajnasb", "sunglasses_selfies")


def collect(rows, data, count, seed=5):
    """[(rgb crop, face box, mask or None), ...] of training people."""
    rng = random.Random(seed)
    pool = [r for r in rows if r["set"] in PORTRAIT_SETS and r["faces"] and r["faces"][0][2] >= 50 and "mask" not in (r["label"].split("|")[0],)]
    rng.shuffle(pool)
    weight = {"asian_singles": 3, "asian_celebrities": 2}
    pool.sort(key=lambda r: rng.random() / weight.get(r["set"], 1))
    out = []
    for r in pool:
        if len(out) >= count:
            break
        img = cv2.imread(str(data / r["path"]))
        if img is None:
            continue
        got = crop_portrait(img[..., ::-1], r, rng)
        if got is None:
            continue
        crop, box = got
        crop = np.ascontiguousarray(crop)
        out.append((crop, box, cut_out(crop, box) if rng.random() < 0.8 else None))
    return out


def plain_background(rng, w, h):
    """Studio backgrounds: white, blue, red, gray, with a fall-off of light."""
    r = rng.random()
    if r < 0.3:
        c = [rng.randint(215, 255)] * 3
    elif r < 0.55:
        c = [rng.randint(10, 150), rng.randint(80, 190), rng.randint(150, 255)]
    elif r < 0.65:
        c = [rng.randint(150, 230), rng.randint(10, 60), rng.randint(10, 60)]
    elif r < 0.85:
        c = [rng.randint(60, 225)] * 3
    else:
        c = [rng.randint(0, 255) for _ in range(3)]
    img = np.empty((h, w, 3), np.float32)
    img[:] = c
    if rng.random() < 0.6:
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        if rng.random() < 0.5:
            g = (xx / w - 0.5) * rng.uniform(-1, 1) + (yy / h - 0.5) * rng.uniform(-1, 1)
        else:
            g = 0.5 - np.hypot((xx - w * rng.uniform(0.3, 0.7)) / w, (yy - h * rng.uniform(0.2, 0.6)) / h)
        img += (g * rng.uniform(10, 110))[..., None]
    return np.clip(img, 0, 255).astype(np.uint8)


def on_background(portrait, background):
    crop, _, mask = portrait
    if mask is None:
        return crop
    m = mask[..., None]
    return (crop * m + background * (1 - m)).astype(np.uint8)
