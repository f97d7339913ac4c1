"""Draws masks, glasses, headwear and look-alikes onto an aligned face on the canvas, by its 68 landmarks.

Every function takes a random generator, the picture (uint8 RGB) and the points (68x2, canvas pixels) and returns a new
picture. All lengths are relative to the face, so that the functions work on canvases of any size.
"""

from __future__ import annotations

import cv2
import numpy as np

Rng = np.random.Generator
CLOTH_COLOURS = [
    (235, 235, 232), (20, 20, 22), (45, 45, 50), (120, 120, 125), (30, 40, 80), (160, 30, 40), (200, 170, 140),
    (60, 90, 60), (230, 150, 170), (240, 200, 60), (110, 70, 140), (90, 60, 40), (40, 110, 160), (220, 120, 50),
]


# ---------------------------------------------------------------- helpers


def uni(r: Rng, a: float, b: float) -> float:
    return float(r.uniform(a, b))


def smooth(points, rounds: int = 3, closed: bool = True) -> np.ndarray:
    """Chaikin's corner cutting."""
    p = np.asarray(points, np.float64)
    for _ in range(rounds):
        q = np.roll(p, -1, 0) if closed else p[1:]
        a = p if closed else p[:-1]
        cut = np.empty((2 * len(a), 2))
        cut[0::2], cut[1::2] = 0.75 * a + 0.25 * q, 0.25 * a + 0.75 * q
        p = cut if closed else np.vstack([p[:1], cut, p[-1:]])
    return p


def fill(shape, polygon, blur: float = 0.6) -> np.ndarray:
    """Coverage 0..1 of a polygon, antialiased and a little soft."""
    m = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(m, [np.round(np.asarray(polygon) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    m = m.astype(np.float32) / 255
    return cv2.GaussianBlur(m, (0, 0), blur) if blur > 0 else m


def stroke(shape, line, width: float, closed: bool = False, blur: float = 0.5) -> np.ndarray:
    m = np.zeros(shape[:2], np.uint8)
    n = max(1, int(round(width)))
    cv2.polylines(m, [np.round(np.asarray(line) * 16).astype(np.int32)], closed, 255, n, cv2.LINE_AA, 4)
    m = m.astype(np.float32) / 255 * min(1.0, width / n)
    return cv2.GaussianBlur(m, (0, 0), blur)


def blend(img: np.ndarray, colour, alpha: np.ndarray) -> np.ndarray:
    c = np.asarray(colour, np.float32)
    a = alpha[..., None]
    return np.clip(img.astype(np.float32) * (1 - a) + c * a, 0, 255).astype(np.uint8)


def clouds(r: Rng, h: int, w: int, cell: float) -> np.ndarray:
    """Smooth noise, about zero mean and unit deviation."""
    n = r.standard_normal((max(2, int(h / cell) + 2), max(2, int(w / cell) + 2))).astype(np.float32)
    return cv2.resize(n, (w, h), interpolation=cv2.INTER_CUBIC)


def lighting(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """How the light on the face varies and how strong and coloured it is, as a factor per pixel and channel."""
    h, w = img.shape[:2]
    hull = cv2.convexHull(pts.astype(np.float32))[:, 0]
    inside = fill(img.shape, hull, 0)
    f = img.astype(np.float32)
    total = inside.sum() + 1e-3
    mean = (f * inside[..., None]).sum((0, 1)) / total
    grey = f.mean(2)
    few = (max(8, w // 4), max(8, h // 4))
    soft = cv2.GaussianBlur(cv2.resize(grey * inside, few, interpolation=cv2.INTER_AREA), (0, 0), w * 0.015)
    soft /= cv2.GaussianBlur(cv2.resize(inside, few, interpolation=cv2.INTER_AREA), (0, 0), w * 0.015) + 0.05
    soft = cv2.resize(soft, (w, h), interpolation=cv2.INTER_LINEAR)
    soft = np.where(soft > 1, soft / (mean.mean() + 1), 1.0)
    soft = 1 + uni(r, 0.4, 0.9) * (np.clip(soft, 0.4, 1.6) - 1)
    strength = np.clip(mean.mean() / 150, 0.2, 1.15) ** uni(r, 0.6, 1.0)
    tint = mean / (mean.mean() + 1) / np.array([1.2, 0.97, 0.83])
    tint = 1 + 0.5 * (np.clip(tint, 0.6, 1.6) - 1)
    if np.ptp(f, 2).mean() < 3:  # a grey photo stays grey
        tint = np.ones(3)
    return (soft[..., None] * strength * tint).astype(np.float32)


def is_grey(img: np.ndarray) -> bool:
    return float(np.ptp(img.astype(np.float32), 2).mean()) < 3


def colour_of(r: Rng) -> np.ndarray:
    if r.random() < 0.7:
        c = np.array(CLOTH_COLOURS[r.integers(len(CLOTH_COLOURS))], np.float32) + r.normal(0, 12, 3)
    else:
        c = r.uniform(10, 245, 3)
    return np.clip(c, 5, 250).astype(np.float32)


def texture(r: Rng, h: int, w: int, colour=None, print_from: np.ndarray | None = None) -> np.ndarray:
    """A piece of cloth, float32 RGB."""
    c = colour_of(r) if colour is None else np.asarray(colour, np.float32)
    t = np.tile(c, (h, w, 1)).astype(np.float32)
    kind = r.choice(["plain", "plain", "plain", "stripes", "check", "dots", "flowers", "camouflage", "print", "text"])
    angle = uni(r, 0, np.pi)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    u = xx * np.cos(angle) + yy * np.sin(angle)
    v = -xx * np.sin(angle) + yy * np.cos(angle)
    d = colour_of(r)
    if kind == "stripes":
        t += (d - c) * (np.sin(u * uni(r, 0.25, 1.2)) > uni(r, -0.5, 0.5))[..., None]
    elif kind == "check":
        k = uni(r, 0.2, 0.8)
        t += (d - c) * 0.5 * ((np.sin(u * k) > 0).astype(np.float32) + (np.sin(v * k) > 0))[..., None]
    elif kind == "dots":
        k = uni(r, 0.3, 0.9)
        t += (d - c) * ((np.sin(u * k) * np.sin(v * k)) > uni(r, 0.3, 0.8))[..., None]
    elif kind == "flowers":
        for _ in range(int(r.integers(1, 4))):
            n = clouds(r, h, w, uni(r, 4, 12)) > uni(r, 0.4, 1.0)
            t = np.where(n[..., None], colour_of(r), t)
    elif kind == "camouflage":
        for _ in range(3):
            n = clouds(r, h, w, uni(r, 7, 16)) > 0.5
            t = np.where(n[..., None], np.clip(c * uni(r, 0.4, 1.5) + r.normal(0, 8, 3), 0, 255), t)
    elif kind == "print" and print_from is not None:
        ph, pw = print_from.shape[:2]
        s = int(r.integers(ph // 4, ph // 2))
        y, x = int(r.integers(0, ph - s)), int(r.integers(0, pw - s))
        t = cv2.resize(print_from[y : y + s, x : x + s], (w, h)).astype(np.float32) * 0.8 + 0.2 * t
    elif kind == "text":
        for _ in range(int(r.integers(1, 4))):
            word = "".join(chr(int(r.integers(65, 91))) for _ in range(int(r.integers(2, 8))))
            cv2.putText(
                t, word, (int(r.integers(0, max(1, w // 2))), int(r.integers(h // 4, h))), int(r.integers(0, 6)),
                uni(r, 0.4, 1.2), d.tolist(), int(r.integers(1, 3)), cv2.LINE_AA,
            )
    # Folds and weave.
    t *= 1 + uni(r, 0.0, 0.09) * clouds(r, h, w, uni(r, 8, 25))[..., None]
    t *= 1 + uni(r, 0.0, 0.05) * r.standard_normal((h, w, 1)).astype(np.float32)
    return np.clip(t, 0, 255)


def lit(img: np.ndarray, surface: np.ndarray, light: np.ndarray) -> np.ndarray:
    s = np.clip(surface * light, 0, 252)
    return np.repeat(s.mean(2, keepdims=True), 3, 2) if is_grey(img) else s


def face_frame(pts: np.ndarray):
    """Centre of the temples, unit vectors right and down, half width, brow line and height of brow to chin."""
    eyes = pts[42:48].mean(0) - pts[36:42].mean(0)
    right = eyes / (np.linalg.norm(eyes) + 1e-6)
    down = np.array([-right[1], right[0]])
    brow = pts[17:27].mean(0)
    height = float(np.clip((pts[8] - brow) @ down, 50, 100))
    half = float(np.clip(abs((pts[16] - pts[0]) @ right) / 2, 34, 62))
    middle = 0.5 * (pts[0] + pts[16])
    centre = brow + right * ((middle - brow) @ right) * 0.8
    return centre, right, down, half, height


def shade_below(img, edge: np.ndarray, down: np.ndarray, depth: float, strength: float) -> np.ndarray:
    """A soft shadow under a line from left to right."""
    band = np.vstack([edge, (edge + down * depth)[::-1]])
    m = cv2.GaussianBlur(fill(img.shape, band, 0), (0, 0), max(1.0, depth * 0.3))
    return np.clip(img.astype(np.float32) * (1 - strength * m[..., None]), 0, 255).astype(np.uint8)


# ---------------------------------------------------------------- masks


def mask(r: Rng, img: np.ndarray, pts: np.ndarray, print_from: np.ndarray | None = None, worn: str | None = None) -> np.ndarray:
    """A mask of any make; `worn` is 'right' or 'under' (the nose is free, the mouth is not)."""
    h, w = img.shape[:2]
    worn = worn or ("under" if r.random() < 0.22 else "right")
    kind = r.choice(["surgical", "surgical", "cup", "cloth", "cloth", "fold", "scarf"])
    light = lighting(r, img, pts)
    right = face_frame(pts)[1]
    down = np.array([-right[1], right[0]])
    if worn == "right":
        peak = pts[27] + (pts[30] - pts[27]) * uni(r, 0.15, 0.85)
        side = uni(r, 1.0, 3.2)
    else:
        peak = pts[33] + (pts[51] - pts[33]) * uni(r, 0.0, 0.8)
        side = uni(r, 2.2, 4.2)
    i = int(side)
    left_top = pts[i] + (pts[i + 1] - pts[i]) * (side - i)
    right_top = pts[16 - i] + (pts[15 - i] - pts[16 - i]) * (side - i)
    core = pts[51]
    grow = uni(r, 1.0, 1.1)
    jaw = core + (pts[i + 1 : 16 - i] - core) * grow
    jaw = jaw + down * np.clip(np.sin(np.linspace(0, np.pi, len(jaw))), 0, 1)[:, None] * uni(r, -2, 7)
    narrow = uni(r, 0.0, 0.2) if kind in ("surgical", "cup", "fold") else 0.0
    left_top, right_top = left_top + (core - left_top) * narrow, right_top + (core - right_top) * narrow
    jaw = jaw + (core - jaw) * narrow * 0.8
    flat = uni(r, 0.2, 0.75)  # how far the upper edge runs towards the peak before it rises
    tl = left_top + (peak - left_top) * 0.5 + down * uni(r, 0, 5) * flat
    tr = right_top + (peak - right_top) * 0.5 + down * uni(r, 0, 5) * flat
    wide = 0.12 * np.linalg.norm(right_top - left_top)
    top = np.array([left_top, tl, peak - right * wide, peak + right * wide, tr, right_top])
    if kind == "scarf":
        below = np.array([[w * uni(r, 0.8, 1.0), h + 5.0], [w * uni(r, 0.0, 0.2), h + 5.0]])
        out = 1.12
        sides_r = core + (pts[[13, 11]] - core) * out + down * 4
        sides_l = core + (pts[[5, 3]] - core) * out + down * 4
        polygon = np.vstack([top, sides_r, below, sides_l])
    else:
        polygon = np.vstack([top, jaw[::-1]])
    outline = smooth(polygon, 3)
    alpha = fill(img.shape, outline, uni(r, 0.5, 0.9))

    if kind == "surgical":
        colour = np.array(
            [(170, 205, 225), (235, 238, 240), (150, 200, 190), (120, 170, 210), (25, 26, 30), (240, 190, 205), (200, 220, 235), (180, 185, 190)][int(r.integers(8))],
            np.float32,
        ) + r.normal(0, 8, 3)
        cloth = np.tile(np.clip(colour, 5, 250), (h, w, 1)).astype(np.float32)
        cloth *= 1 + 0.025 * clouds(r, h, w, uni(r, 6, 15))[..., None]
    elif kind == "cup":
        colour = np.array([(238, 238, 235), (245, 245, 245), (30, 30, 32), (150, 155, 160), (225, 215, 200)][int(r.integers(5))], np.float32)
        cloth = np.tile(colour, (h, w, 1)).astype(np.float32)
    else:
        cloth = texture(r, h, w, print_from=print_from)

    # The mask is a bowl: darker at its sides and under the chin.
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    centre = outline.mean(0)
    rel = np.stack([xx - centre[0], yy - centre[1]], -1)
    extent = np.abs((outline - centre) @ np.stack([right, down], 1)).max(0) + 1
    u, v = (rel @ right) / extent[0], (rel @ down) / extent[1]
    relief = 1.05 - uni(r, 0.1, 0.4) * u**2 - uni(r, 0.05, 0.3) * np.clip(v, 0, 1.5) ** 2 + uni(r, -0.12, 0.12) * u
    cloth = cloth * np.clip(relief, 0.3, 1.2)[..., None]

    out = img
    if r.random() < 0.7 and kind != "scarf":  # loops to the ears
        col = np.clip(cloth[int(np.clip(centre[1], 0, h - 1)), int(np.clip(centre[0], 0, w - 1))] * uni(r, 0.7, 1.1), 0, 255)
        if r.random() < 0.5:
            col = np.full(3, uni(r, 180, 245))
        for corner, lower, ear in ((left_top, jaw[0], pts[0]), (right_top, jaw[-1], pts[16])):
            outward = right * (-1 if ear is pts[0] else 1)
            e = ear + (ear - core) * uni(r, 0.02, 0.12) - down * uni(r, 0, 8)
            for c0 in (corner, lower + (core - lower) * 0.1):
                a = stroke(img.shape, smooth([c0, (c0 + e) / 2 + outward, e], 2, False), uni(r, 0.7, 1.8))
                out = blend(out, lit(img, np.tile(col.astype(np.float32), (h, w, 1)), light), a * 0.9)
    if r.random() < 0.8:  # contact shadow
        edge = smooth(top, 3, False)
        out = shade_below(out, edge - down * uni(r, 2, 4), down, uni(r, 3, 5), uni(r, 0.1, 0.35))
    out = blend(out, lit(img, cloth, light), alpha)

    def line(points, width, delta):
        nonlocal out
        a = stroke(img.shape, points, width) * alpha * abs(delta)
        out = blend(out, (255, 255, 255) if delta > 0 else (0, 0, 0), a)

    edge_top = smooth(top, 3, False)
    low = smooth(np.vstack([[left_top], jaw, [right_top]]), 3, False)
    if kind == "surgical":
        n = int(r.integers(2, 5))
        for k in range(1, n + 1):
            t = k / (n + 1) + uni(r, -0.04, 0.04)
            s = np.linspace(0, 1, 24)
            a = np.stack([np.interp(s, np.linspace(0, 1, len(edge_top)), edge_top[:, j]) for j in (0, 1)], 1)
            b = np.stack([np.interp(s, np.linspace(0, 1, len(low)), low[:, j]) for j in (0, 1)], 1)
            pleat = a + (b - a) * t
            line(pleat, uni(r, 0.8, 1.6), -uni(r, 0.08, 0.25))
            line(pleat + down * 1.3, 1.0, uni(r, 0.0, 0.2))
        if r.random() < 0.6:
            line(edge_top + down * 2.5, 1.0, uni(r, -0.2, 0.25))
    if kind in ("cup", "fold") and r.random() < 0.7:
        chin = jaw[len(jaw) // 2]
        line(smooth([peak, (peak + chin) / 2 + right * uni(r, -3, 3), chin], 2, False), uni(r, 0.8, 1.8), uni(r, -0.3, 0.25))
    if kind == "cup" and r.random() < 0.5:
        at = core + right * uni(r, -10, 10) + down * uni(r, 0, 8)
        ring = at + np.stack([np.cos(np.linspace(0, 6.28, 20)), np.sin(np.linspace(0, 6.28, 20))], 1) * uni(r, 4, 7)
        valve = np.clip(colour_of(r), 20, 240)
        out = blend(out, lit(img, np.tile(valve, (h, w, 1)), light), fill(img.shape, ring) * 0.9)
        out = blend(out, (0, 0, 0), stroke(img.shape, ring, 1.0, True) * 0.3)
    if r.random() < 0.5 and kind != "scarf":
        line(smooth(outline, 0), 1.0, uni(r, -0.25, 0.15))
    return out


# ---------------------------------------------------------------- glasses


def lens_shape(r: Rng, kind: str, half_w: float, half_h: float, side: int) -> np.ndarray:
    """A lens around the origin, x outwards for side=1."""
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    power = {"round": 2.0, "oval": 2.2, "square": 4.5, "wayfarer": 3.5, "aviator": 2.5, "cat": 3.0}[kind]
    x = np.sign(np.cos(t)) * np.abs(np.cos(t)) ** (2 / power) * half_w
    y = np.sign(np.sin(t)) * np.abs(np.sin(t)) ** (2 / power) * half_h
    if kind == "aviator":  # wide above, tear drop below and outwards
        x = x * (1 - 0.25 * np.clip(y / half_h, 0, 1)) + 0.12 * half_w * np.clip(y / half_h, -1, 1)
    elif kind == "wayfarer":
        x = x * (1 - 0.12 * (y / half_h))
    elif kind == "cat":
        y = y - 0.3 * half_h * np.clip(x / half_w, 0, 1) ** 2
    return np.stack([x * side, y], 1)


def glasses(r: Rng, img: np.ndarray, pts: np.ndarray, dark: bool, scene: np.ndarray | None = None, lift: float = 0.0) -> np.ndarray:
    """Sunglasses (dark) or ordinary eyeglasses; `lift` moves them up, in parts of brow to chin (onto the hair: no cover)."""
    h, w = img.shape[:2]
    light = lighting(r, img, pts)
    frame_centre, right, down, half, height = face_frame(pts)
    tilt = uni(r, -0.05, 0.05)
    right = right + tilt * down
    right /= np.linalg.norm(right)
    down = np.array([-right[1], right[0]])
    kind = str(r.choice(["round", "oval", "square", "wayfarer", "wayfarer", "aviator", "aviator", "cat"]))
    shield = dark and r.random() < 0.1
    aspect = {"round": 0.95, "oval": 0.65, "square": 0.65, "wayfarer": 0.75, "aviator": 0.85, "cat": 0.7}[kind] * uni(r, 0.85, 1.2)
    if not dark:
        aspect *= uni(r, 0.65, 1.0)
    bridge = pts[27]
    size = uni(r, 0.9, 1.4) if dark else uni(r, 0.8, 1.25)
    inner = uni(r, 0.06, 0.2) if dark else uni(r, 0.1, 0.24)
    drop = uni(r, -0.02, 0.12)
    lenses = []
    for side, eye, brow in ((-1, pts[36:42].mean(0), pts[17]), (1, pts[42:48].mean(0), pts[26])):
        span = max(10.0, ((brow - bridge) @ right) * side * size)
        half_w = span * (1 - inner) / 2
        centre = bridge + right * side * span * (inner + 1) / 2
        centre = centre + down * ((eye - centre) @ down + drop * 2 * half_w - lift * height)
        half_h = max(4.0, half_w * aspect)
        shape = lens_shape(r, kind, half_w, half_h, side)
        lenses.append(centre + shape[:, :1] * right + shape[:, 1:] * down)
    if shield:
        hull = cv2.convexHull(np.vstack(lenses).astype(np.float32))[:, 0]
        lenses = [hull]

    thick = float(r.choice([0.0, 0.9, 1.3, 2.2, 3.2], p=[0.12, 0.25, 0.25, 0.23, 0.15]))
    if not dark and thick == 0.0 and r.random() < 0.7:
        thick = 0.8
    frame_colour = np.array(
        [(15, 15, 16), (25, 22, 20), (90, 60, 35), (190, 160, 90), (190, 190, 195), (120, 30, 30), (240, 240, 240), (40, 60, 120)][
            int(r.choice(8, p=[0.3, 0.15, 0.15, 0.12, 0.1, 0.06, 0.07, 0.05]))
        ],
        np.float32,
    )
    out = img
    # Shadow of the frame on the cheeks.
    if r.random() < 0.6:
        for lens in lenses:
            m = cv2.GaussianBlur(fill(img.shape, lens + down * uni(r, 1, 4), 0), (0, 0), 2.5)
            out = np.clip(out.astype(np.float32) * (1 - uni(r, 0.05, 0.25) * m[..., None]), 0, 255).astype(np.uint8)
    # Lenses.
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    style = str(r.choice(["solid", "solid", "gradient", "mirror", "mirror"])) if dark else "clear"
    tint = np.array([(20, 20, 22), (30, 20, 12), (18, 28, 20), (20, 24, 40), (45, 20, 20), (50, 35, 10)][int(r.integers(6))], np.float32) * uni(r, 0.3, 1.3)
    through = uni(r, 0.0, 0.2) if r.random() < 0.65 else uni(r, 0.2, 0.45)
    if dark and through > 0.25:  # light lenses are sunglasses where they are coloured
        tint = np.array([(170, 120, 20), (190, 90, 30), (60, 110, 190), (190, 70, 110), (60, 140, 90), (120, 60, 150), (120, 70, 30), (70, 75, 80)][int(r.integers(8))], np.float32) * uni(r, 0.5, 1.1)
    mirror_a, mirror_b = r.uniform(20, 255, 3), r.uniform(20, 255, 3)
    angle = uni(r, 0, 6.28)
    strength = uni(r, 0.0, 0.25)
    gradient_to = uni(r, 0.3, 0.5)
    glare_p, glare_kind = (0.55, str(r.choice(["spot", "band", "wash"])))
    spill = None
    if scene is not None:
        spill = cv2.GaussianBlur(cv2.resize(scene, (w, h)), (0, 0), uni(r, 1, 5)).astype(np.float32)
    for lens in lenses:
        m = fill(img.shape, lens, 0.5)
        c = lens.mean(0)
        extent = np.abs((lens - c) @ down).max() + 1
        v = np.clip(((xx - c[0]) * down[0] + (yy - c[1]) * down[1]) / extent, -1, 1)
        base = out.astype(np.float32)
        if style == "clear":
            new = base * uni(r, 0.88, 1.0)
        else:
            t = np.full((h, w), through, np.float32)
            if style == "gradient":
                t = np.interp((v + 1) / 2, [0, 0.45, 1], [0.04, max(through, 0.12), gradient_to]).astype(np.float32)
            new = base * t[..., None] + (tint * (1 - t[..., None])) * light
            if style == "mirror":
                s = np.clip(0.5 + 0.5 * (v * np.sin(angle) + ((xx - c[0]) / (extent * 1.3)) * np.cos(angle)), 0, 1)[..., None]
                coat = (mirror_a * (1 - s) + mirror_b * s) * light
                new = new * uni(r, 0.25, 0.45) + coat * uni(r, 0.35, 0.75)
            if spill is not None:
                new = new + spill * strength * (0.6 - 0.4 * v[..., None])
        new = lit(img, new, 1.0) if is_grey(img) else np.clip(new, 0, 255)
        out = blend(out, new, m)
        if r.random() < (glare_p if style == "clear" else 0.35):
            tone = np.array([uni(r, 180, 255), uni(r, 200, 255), uni(r, 200, 255)])
            if glare_kind == "spot":
                g = c + right * uni(r, -0.6, 0.6) * extent + down * uni(r, -0.7, 0.3) * extent
                ring = g + np.stack([np.cos(np.linspace(0, 6.28, 14)) * uni(r, 1, 5), np.sin(np.linspace(0, 6.28, 14)) * uni(r, 1, 3)], 1)
                gm = fill(img.shape, ring, uni(r, 0.5, 1.5)) * uni(r, 0.4, 1.0)
            elif glare_kind == "band":
                d = right * np.cos(0.9) + down * np.sin(0.9)
                n = np.array([-d[1], d[0]])
                o = c + n * uni(r, -0.5, 0.5) * extent
                k = n * uni(r, 1, 4)
                gm = fill(img.shape, [o - d * 40 - k, o + d * 40 - k, o + d * 40 + k, o - d * 40 + k], 0.8) * uni(r, 0.15, 0.6)
            else:
                gm = np.clip(uni(r, -0.2, 0.5) - v, 0, 1).astype(np.float32) * uni(r, 0.2, 0.6)
            out = blend(out, tone, gm * m)
    # Frame.
    if thick > 0:
        surface = lit(img, np.tile(frame_colour, (h, w, 1)), light)
        a = np.zeros((h, w), np.float32)
        for lens in lenses:
            a = np.maximum(a, stroke(img.shape, lens, thick, True, 0.4))
        if not shield and len(lenses) == 2:
            l_in = lenses[0][np.argmax(lenses[0] @ right)]
            r_in = lenses[1][np.argmin(lenses[1] @ right)]
            up = -down * uni(r, 1, 4)
            a = np.maximum(a, stroke(img.shape, smooth([l_in + up / 2, (l_in + r_in) / 2 + up, r_in + up / 2], 2, False), max(0.9, thick * 0.8)))
            if kind == "aviator" and r.random() < 0.6:
                a = np.maximum(a, stroke(img.shape, [l_in + up * 2.2 - right, r_in + up * 2.2 + right], max(0.8, thick * 0.7)))
        both = np.vstack(lenses)
        for side, ear in ((-1, pts[0]), (1, pts[16])):
            start = both[np.argmax((both @ right) * side)]
            end = start + right * side * max(0.0, ((ear - start) @ right) * side + uni(r, 0, 4)) + down * uni(r, -2, 2)
            a = np.maximum(a, stroke(img.shape, [start, end], max(0.8, thick * uni(r, 0.6, 1.0))))
        out = blend(out, surface, a * uni(r, 0.8, 1.0))
    return out


# ---------------------------------------------------------------- headwear


def at(centre, right, down, x, y):
    return centre + right * x + down * y


def hat(r: Rng, img: np.ndarray, pts: np.ndarray, print_from: np.ndarray | None = None) -> np.ndarray:
    """A hat, cap, beanie, helmet or conical hat that hides the forehead."""
    h, w = img.shape[:2]
    kind = str(r.choice(["cap", "cap", "cap", "beanie", "beanie", "brim", "brim", "cone", "helmet", "helmet", "backwards", "bucket"]))
    c, right, down, half, fh = face_frame(pts)
    lean = uni(r, -0.12, 0.12)
    right = right + lean * down
    right /= np.linalg.norm(right)
    down = np.array([-right[1], right[0]])
    light = lighting(r, img, pts)
    light = light.mean((0, 1), keepdims=True) * (0.6 + 0.4 * light / (light.mean() + 1e-3))
    e = -fh * uni(r, 0.0, 0.24)
    wide = half * uni(r, 1.02, 1.35)
    crown = -fh * uni(r, 0.75, 1.05) if kind != "cone" else -fh * uni(r, 0.7, 1.1)
    sag = uni(r, -4, 8)  # the edge is lower at the sides (positive) or in the middle
    P = lambda x, y: at(c, right, down, x, y)
    xs = np.linspace(-1, 1, 13)
    edge = np.array([P(x * wide, e + sag * x * x) for x in xs])
    arc = np.linspace(0, np.pi, 17)
    power = uni(r, 2.0, 3.2)
    dome = np.array(
        [P(np.sign(np.cos(t)) * abs(np.cos(t)) ** (2 / power) * wide, e + sag - (abs(np.sin(t)) ** (2 / power)) * (e + sag - crown)) for t in arc]
    )
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    u = ((xx - c[0]) * right[0] + (yy - c[1]) * right[1]) / wide
    v = ((xx - c[0]) * down[0] + (yy - c[1]) * down[1]) / fh
    colour = colour_of(r)
    cloth = texture(r, h, w, colour, print_from)
    lamp = uni(r, -0.3, 0.3)
    relief = np.clip(1.0 - uni(r, 0.15, 0.5) * u**2 + lamp * u - 0.15 * (v + 0.6), 0.25, 1.3)[..., None]
    out = img

    def paint(polygon, surface, opacity=1.0, soft=None):
        nonlocal out
        out = blend(out, lit(img, surface, light), fill(img.shape, polygon, soft or uni(r, 0.5, 0.9)) * opacity)

    def shadow(line, depth, strength):
        nonlocal out
        out = shade_below(out, line, down, depth, strength)

    if kind in ("cap", "backwards"):
        shadow(edge, fh * uni(r, 0.1, 0.5), uni(r, 0.15, 0.6))
        paint(np.vstack([edge, dome]), cloth * relief)
        for x in (-0.35, 0.35, 0.0):
            if r.random() < 0.6:
                seam = smooth([P(x * wide * 0.2, crown), P(x * wide * 1.2, (e + crown) / 2), P(x * wide * 1.3, e)], 2, False)
                out = blend(out, (0, 0, 0), stroke(img.shape, seam, 1.0) * 0.25)
        if r.random() < 0.55:  # emblem
            s = wide * uni(r, 0.15, 0.35)
            o = P(uni(r, -4, 4), e + (crown - e) * uni(r, 0.3, 0.5))
            if r.random() < 0.5:
                ring = o + np.stack([np.cos(np.linspace(0, 6.28, 16)), np.sin(np.linspace(0, 6.28, 16)) * uni(r, 0.5, 1)], 1) * s
                paint(ring, texture(r, h, w) * relief)
            else:
                word = "".join(chr(int(r.integers(65, 91))) for _ in range(int(r.integers(1, 6))))
                layer = np.zeros((h, w), np.uint8)
                cv2.putText(layer, word, (int(o[0] - s), int(o[1] + s / 2)), int(r.integers(0, 6)), s / 14, 255, int(r.integers(1, 3)), cv2.LINE_AA)
                out = blend(out, colour_of(r), layer.astype(np.float32) / 255 * 0.9)
        if kind == "cap":
            drop = fh * uni(r, 0.04, 0.26)
            bend = uni(r, 0.0, 0.8)
            reach = uni(r, 0.8, 1.12)
            shift = uni(r, -0.25, 0.25) * wide
            ys = np.linspace(-1, 1, 15)
            low = np.array([P(x * wide * reach + shift, e + sag * x * x + drop * (1 - abs(x) ** 2.2) - bend * drop * (x * x - 0.3) * -1) for x in ys])
            high = np.array([P(x * wide * reach + shift * 0.6, e + sag * x * x - fh * 0.03 * (1 - x * x)) for x in ys])
            low = np.where((((low - high) @ down) < 1)[:, None], high + down * 1.0, low)
            shadow(low, fh * uni(r, 0.1, 0.45), uni(r, 0.2, 0.65))
            peak = cloth * (uni(r, 0.5, 1.0) if r.random() < 0.6 else 1.0) if r.random() < 0.7 else texture(r, h, w)
            paint(np.vstack([high, low[::-1]]), peak * np.clip(0.95 - 0.3 * u**2, 0.3, 1)[..., None] * uni(r, 0.7, 1.05))
            out = blend(out, (0, 0, 0), stroke(img.shape, high, 1.2) * 0.3)
    elif kind == "beanie":
        shadow(edge, fh * uni(r, 0.05, 0.15), uni(r, 0.15, 0.4))
        ribs = 1 + uni(r, 0.0, 0.18) * np.sin(u * uni(r, 15, 60))[..., None]
        paint(np.vstack([edge, dome]), cloth * relief * ribs)
        if r.random() < 0.65:
            cuff = fh * uni(r, 0.15, 0.35)
            up = edge - down * cuff
            strip = cloth if r.random() < 0.6 else texture(r, h, w)
            paint(np.vstack([edge, up[::-1]]), strip * relief * ribs * uni(r, 0.85, 1.1))
            out = blend(out, (0, 0, 0), stroke(img.shape, up, 1.2) * 0.3)
        if r.random() < 0.25:
            o = P(0, crown)
            ball = o + np.stack([np.cos(np.linspace(0, 6.28, 20)), np.sin(np.linspace(0, 6.28, 20))], 1) * wide * uni(r, 0.2, 0.4)
            paint(ball, texture(r, h, w) * relief, soft=1.5)
    elif kind in ("brim", "bucket"):
        if kind == "brim":
            reach, thin, rise = wide * uni(r, 1.3, 2.3), fh * uni(r, 0.05, 0.2), uni(r, -0.15, 0.3) * fh
        else:
            reach, thin, rise = wide * uni(r, 1.1, 1.45), fh * uni(r, 0.1, 0.25), -uni(r, 0.05, 0.3) * fh
        low = np.array([P(x * reach, e + thin * (1 - abs(x) ** 2) - rise * x * x) for x in xs])
        high = np.array([P(x * reach, e - thin * uni(r, 0.5, 1.0) * (1 - abs(x) ** 2) - rise * x * x) for x in xs])
        shadow(low, fh * uni(r, 0.15, 0.6), uni(r, 0.2, 0.65))
        straw = 1 + (uni(r, 0.0, 0.12) * np.sin(v * uni(r, 60, 120)))[..., None]
        paint(np.vstack([high, low[::-1]]), cloth * straw * uni(r, 0.6, 1.0) * np.clip(relief, 0.5, 1.2))
        narrow = uni(r, 0.75, 0.95)
        crown_poly = np.vstack([c + (edge - c) * 1.0, dome])
        squeezed = crown_poly.copy()
        x = (squeezed - c) @ right
        squeezed -= np.outer(x * (1 - narrow), right)
        paint(squeezed, cloth * straw * relief)
        if r.random() < 0.6:
            band = np.array([P(x * wide * narrow, e - fh * 0.02 + sag * x * x) for x in xs])
            paint(np.vstack([band, (band - down * fh * uni(r, 0.06, 0.15))[::-1]]), texture(r, h, w) * relief)
        a = fill(img.shape, np.vstack([high[3:-3], low[3:-3][::-1]]), 0.6)
        out = blend(out, lit(img, cloth * straw * uni(r, 0.5, 0.95), light), a)
    elif kind == "cone":
        reach = wide * uni(r, 1.5, 2.4)
        bow = fh * uni(r, 0.02, 0.18)
        low = np.array([P(x * reach, e + bow * (1 - x * x) - bow) for x in xs])
        shadow(low, fh * uni(r, 0.2, 0.6), uni(r, 0.2, 0.55))
        straw = np.array([(215, 195, 145), (235, 220, 180), (190, 165, 115), (225, 205, 165)][int(r.integers(4))], np.float32)
        apex = P(uni(r, -5, 5), crown)
        d = np.sqrt((xx - apex[0]) ** 2 + (yy - apex[1]) ** 2)
        ring = 1 + uni(r, 0.03, 0.12) * np.sin(d * uni(r, 0.6, 1.6))
        spokes = 1 + uni(r, 0.0, 0.08) * np.sin(np.arctan2(yy - apex[1], xx - apex[0]) * uni(r, 40, 120))
        surface = straw * (ring * spokes)[..., None] * np.clip(1 + lamp * u, 0.5, 1.3)[..., None]
        surface = surface * (1 + 0.04 * r.standard_normal((h, w, 1)))
        paint(np.vstack([low, [apex + right * 2, apex - right * 2]]), surface.astype(np.float32))
        if r.random() < 0.5:  # ribbon under the chin
            col = colour_of(r)
            for side, k in ((-1, 2), (1, 14)):
                a = stroke(img.shape, smooth([P(side * wide * 0.95, e), pts[k], pts[8] + down * 3], 2, False), uni(r, 1.2, 3))
                out = blend(out, lit(img, np.tile(col, (h, w, 1)), light), a)
    else:  # helmet
        fat = uni(r, 1.08, 1.3)
        shadow(edge, fh * uni(r, 0.08, 0.3), uni(r, 0.2, 0.5))
        o = P(0, e)
        shell = np.vstack([edge, dome])
        x = (shell - o) @ right
        shell = shell + np.outer(x * (fat - 1), right)
        full = r.random() < 0.5
        plain = np.tile(colour, (h, w, 1)).astype(np.float32) if r.random() < 0.7 else cloth
        if full:  # sides down along the cheeks
            for side, k in ((-1, (0, 2, 4)), (1, (16, 14, 12))):
                q = pts[list(k)][: int(r.integers(2, 4))]
                flap = np.vstack([[P(side * wide * 0.85, e)], q + (pts[30] - q) * uni(r, 0.0, 0.12), (q + right * side * half * uni(r, 0.3, 0.5))[::-1], [P(side * wide * fat, e)]])
                paint(flap, plain * relief)
        paint(shell, plain * relief)
        for _ in range(int(r.integers(0, 3))):  # gloss
            g = P(uni(r, -0.6, 0.6) * wide, e + (crown - e) * uni(r, 0.3, 0.85))
            s = uni(r, 2, 9)
            ring = g + np.stack([np.cos(np.linspace(0, 6.28, 14)) * s * 1.6, np.sin(np.linspace(0, 6.28, 14)) * s], 1)
            out = blend(out, (255, 255, 255), fill(img.shape, ring, uni(r, 1, 3)) * uni(r, 0.2, 0.8))
        if r.random() < 0.5:
            rim = edge + np.outer(((edge - o) @ right) * (fat - 1), right)
            out = blend(out, (10, 10, 10) if r.random() < 0.6 else (200, 200, 200), stroke(img.shape, rim, uni(r, 1.5, 3.5)) * 0.9)
        if r.random() < 0.3:  # short peak
            low = edge + down * fh * uni(r, 0.03, 0.12) * (1 - xs[:, None] ** 2)
            paint(np.vstack([edge - down * 2, low[::-1]]), plain * 0.6)
        if r.random() < 0.6:  # straps
            for side, k in ((-1, 2), (1, 14)):
                a = stroke(img.shape, smooth([P(side * wide, e + 3), pts[k], pts[8] + right * side * 6 + down * 2], 2, False), uni(r, 1.2, 3))
                out = blend(out, np.full(3, uni(r, 10, 70)), a * 0.9)
        if r.random() < 0.12:  # clear visor
            visor = np.vstack([edge, (edge + down * fh * uni(r, 0.5, 0.9))[::-1]])
            out = blend(out, np.full(3, uni(r, 150, 250)), fill(img.shape, visor, 1) * uni(r, 0.03, 0.18))
    return out


def headband(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """A narrow band across the upper forehead or the hair: passes."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    e = -fh * uni(r, 0.32, 0.55)
    thick = fh * uni(r, 0.05, 0.17)
    wide = half * uni(r, 0.85, 1.05)
    xs = np.linspace(-1, 1, 13)
    low = np.array([at(c, right, down, x * wide, e + uni(r, 4, 14) * x * x) for x in xs])
    low = smooth(low, 1, False)
    band = np.vstack([low, (low - down * thick)[::-1]])
    return blend(img, lit(img, texture(r, h, w), lighting(r, img, pts)), fill(img.shape, band))


def hijab(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """Cloth around a free face, over hair, ears and neck: passes."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    e = -fh * uni(r, 0.27, 0.45)
    top = -fh * uni(r, 0.72, 0.95)
    wide = half * uni(r, 1.25, 1.55)
    grow = uni(r, 0.98, 1.06)
    oval = pts[30] + (pts[2:15] - pts[30]) * grow + down * 2
    upper = np.array([at(c, right, down, np.cos(t) * half * 0.93, e * np.sin(t)) for t in np.linspace(0.15, np.pi - 0.15, 11)])
    inner = smooth(np.vstack([oval, upper]), 3)
    arc = np.array([at(c, right, down, np.cos(t) * wide, top * np.sin(t)) for t in np.linspace(0, np.pi, 15)])
    if r.random() < 0.75:
        body = np.vstack([arc, [[-5, h * uni(r, 0.75, 0.9)], [-5, h + 5], [w + 5, h + 5], [w + 5, h * uni(r, 0.75, 0.9)]]])
    else:
        body = np.vstack([arc, at(c, right, down, -wide * 0.95, fh * 0.9)[None], pts[8:9] + down * fh * 0.25, at(c, right, down, wide * 0.95, fh * 0.9)[None]])
    a = np.clip(fill(img.shape, smooth(body, 2)) - fill(img.shape, inner, 0.8), 0, 1)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    d = np.hypot(xx - pts[30][0], yy - pts[30][1])
    folds = 1 + uni(r, 0.03, 0.15) * np.sin(d * uni(r, 0.1, 0.3) + 2 * clouds(r, h, w, 40))
    cloth = texture(r, h, w) * folds[..., None].astype(np.float32)
    out = img
    m = cv2.GaussianBlur(a, (0, 0), 3)
    out = np.clip(out.astype(np.float32) * (1 - uni(r, 0.0, 0.4) * m[..., None]), 0, 255).astype(np.uint8)
    return blend(out, lit(img, cloth, lighting(r, img, pts)), a)


def beard(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """A dark, brown, grey or white beard that leaves the lips free: passes."""
    h, w = img.shape[:2]
    _, right, down, _, fh = face_frame(pts)
    long = uni(r, 1.0, 1.25)
    jaw = pts[51] + (pts[2:15] - pts[51]) * long
    start = int(r.integers(0, 3))
    jaw = jaw[start : 13 - start]
    inner = np.array([pts[31] - right * uni(r, 4, 9), pts[33] + down * 1.5, pts[35] + right * uni(r, 4, 9)])
    if r.random() < 0.25:  # no moustache
        inner = np.array([pts[48] - right * 4, pts[57] + down * uni(r, 2, 5), pts[54] + right * 4])
    polygon = smooth(np.vstack([jaw, inner[::-1]]), 2)
    a = cv2.GaussianBlur(fill(img.shape, polygon, 0), (0, 0), uni(r, 1.5, 3.5))
    lips = fill(img.shape, smooth(pts[49:54].tolist() + pts[55:60].tolist() + [pts[48].tolist()], 1), 0.8)
    a = a * (1 - lips * uni(r, 0.7, 1.0))
    grain = 1 + 0.15 * cv2.GaussianBlur(r.standard_normal((h, w)).astype(np.float32), (0, 0), 0.7) * 1.5
    colour = np.array([(22, 18, 16), (45, 30, 20), (90, 60, 35), (110, 108, 105), (205, 203, 200)][int(r.choice(5, p=[0.35, 0.25, 0.15, 0.15, 0.1]))], np.float32)
    cloth = np.clip(colour * (1 + 0.2 * cv2.GaussianBlur(r.standard_normal((h, w, 1)).astype(np.float32), (0, 0), 0.6)[..., None] * 1.5), 0, 255).astype(np.float32)
    return blend(img, lit(img, cloth, lighting(r, img, pts)), np.clip(a * grain * uni(r, 0.55, 0.95), 0, 1))


def scarf_below(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """A scarf or collar that ends under the chin: passes."""
    h, w = img.shape[:2]
    _, right, down, _, _ = face_frame(pts)
    edge = pts[[3, 5, 7, 8, 9, 11, 13]] + down * uni(r, 3, 10)
    edge = edge + np.outer(np.linspace(-1, 1, 7) * uni(r, 0, 14), right)
    polygon = np.vstack([[[-5, edge[0][1] + uni(r, -5, 20)]], edge, [[w + 5, edge[-1][1] + uni(r, -5, 20)], [w + 5, h + 5], [-5, h + 5]]])
    return blend(img, lit(img, texture(r, h, w), lighting(r, img, pts)), fill(img.shape, smooth(polygon, 2), 1.0))


def hand(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """Fingers at the cheek, chin, temple or beside the face: passes."""
    h, w = img.shape[:2]
    _, right, down, half, fh = face_frame(pts)
    cheek = pts[[2, 14, 30]].mean(0)
    y, x = int(np.clip(cheek[1], 2, h - 3)), int(np.clip(cheek[0], 2, w - 3))
    skin = img[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).mean(0) * uni(r, 0.75, 1.1)
    k = int(r.choice([0, 2, 4, 6, 10, 12, 14, 16]))
    side = -1 if k < 8 else 1
    tip = pts[k] - right * side * uni(r, -6, 10)
    heading = right * side * uni(r, 0.2, 1) + down * uni(r, 0.3, 1.2)
    heading /= np.linalg.norm(heading)
    across = np.array([-heading[1], heading[0]])
    out = img
    thick = uni(r, 7, 12)
    for f in range(int(r.integers(1, 5))):
        start = tip + across * f * thick * 0.95 + heading * uni(r, -4, 6)
        line = smooth([start, start + heading * 22 + across * uni(r, -4, 4), start + heading * 90], 2, False)
        a = stroke(img.shape, line, thick, blur=0.8)
        out = blend(out, np.clip(skin * uni(r, 0.9, 1.05), 0, 255), a)
        out = blend(out, skin * 0.5, stroke(img.shape, line + across * thick * 0.5, 1.5, blur=0.9) * 0.5)
    return out


def microphone(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """A microphone below the mouth: passes."""
    _, right, down, half, fh = face_frame(pts)
    o = pts[8] + right * uni(r, -0.7, 0.7) * half + down * uni(r, -2, 14)
    s = uni(r, 6, 13)
    end = o + down * 80 + right * uni(r, -60, 60)
    tone = colour_of(r) if r.random() < 0.3 else np.full(3, uni(r, 10, 90))
    out = blend(img, np.full(3, uni(r, 10, 60)), stroke(img.shape, [o, end], s * uni(r, 0.6, 1.1)))
    ring = o + np.stack([np.cos(np.linspace(0, 6.28, 20)) * s, np.sin(np.linspace(0, 6.28, 20)) * s * uni(r, 1, 1.3)], 1)
    return blend(out, tone, fill(img.shape, ring, 0.9))


def patches(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """Coloured things around the face, none on it: passes."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    crown = np.array([at(c, right, down, np.cos(t) * half * 1.25, -np.sin(t) * fh * 0.9) for t in np.linspace(0.2, np.pi - 0.2, 9)])
    hull = cv2.convexHull(np.vstack([pts[30] + (pts - pts[30]) * 1.12, crown]).astype(np.float32))[:, 0]
    keep = fill(img.shape, hull, 1.5)
    out = img
    for _ in range(int(r.integers(1, 4))):
        o = np.array([uni(r, 0, w), uni(r, 0, h)])
        poly = o + r.normal(0, uni(r, 15, 60), (int(r.integers(4, 8)), 2))
        poly = cv2.convexHull(poly.astype(np.float32))[:, 0]
        out = blend(out, texture(r, h, w) * uni(r, 0.5, 1.0), fill(img.shape, poly, uni(r, 0.5, 3)) * (1 - keep))
    return out


def crown_hair(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """Hair of another colour, or dyed, with a hairline above the forehead, and sometimes a fringe: passes."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    colour = np.array([(20, 16, 15), (60, 38, 22), (150, 110, 60), (200, 170, 110), (150, 150, 150), (140, 40, 30), (200, 90, 150), (40, 80, 160)][int(r.choice(8, p=[0.3, 0.15, 0.12, 0.1, 0.1, 0.1, 0.08, 0.05]))], np.float32)
    arc = np.array([at(c, right, down, np.cos(t) * half * uni(r, 1.12, 1.22), -np.sin(t) * fh * 0.85 + fh * 0.05) for t in np.linspace(0, np.pi, 13)])
    low = -fh * uni(r, 0.02, 0.42)
    n = 40
    xs = np.linspace(-0.98, 0.98, n)
    comb = r.normal(0, fh * uni(r, 0.005, 0.04), n)
    parting = uni(r, -0.5, 0.5)
    line = np.array([at(c, right, down, x * half, low - fh * 0.12 * np.exp(-((x - parting) ** 2) / 0.05) + (x * x) * fh * 0.12 + d) for x, d in zip(xs, comb)])
    a = fill(img.shape, np.vstack([line, smooth(arc, 1, False)]), 0.8)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    t = np.arctan2(yy - (c[1] - fh * 1.2), xx - c[0])
    strands = np.interp(t, np.linspace(-3.2, 3.2, 700), 1 + 0.28 * r.standard_normal(700)).astype(np.float32)
    gloss = 1 + uni(r, 0, 0.6) * np.exp(-(((yy - (c[1] - fh * uni(r, 0.3, 0.6))) / 9) ** 2))
    hair = np.tile(colour, (h, w, 1)) * (strands * gloss)[..., None]
    return blend(img, lit(img, np.clip(hair, 0, 255).astype(np.float32), lighting(r, img, pts)), a)


def dyed_hair(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """The face's own dark hair in another colour, with its strands: passes."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    arc = np.array([at(c, right, down, np.cos(t) * half * 1.35, -np.sin(t) * fh * 1.0) for t in np.linspace(-0.25, np.pi + 0.25, 15)])
    head = fill(img.shape, smooth(arc, 1), 3)
    grey = img.astype(np.float32) @ np.array([0.3, 0.59, 0.11], np.float32)
    skin = grey[int(pts[30][1]) - 8 : int(pts[30][1]) + 8, int(pts[30][0]) - 8 : int(pts[30][0]) + 8].mean()
    limit = skin * uni(r, 0.5, 0.7)
    hair = head / (1 + np.exp((grey - limit) / (0.06 * skin + 2)))
    brows = fill(img.shape, smooth(np.vstack([pts[17:27] - down * 6, (pts[36:48] + down * 6)[::-1]]), 1), 1.5)
    hue = np.array([(60, 130, 210), (225, 120, 170), (150, 90, 200), (215, 190, 120), (200, 200, 205), (200, 60, 40), (70, 160, 110), (230, 140, 60)][int(r.integers(8))], np.float32)
    gain = uni(r, 0.6, 1.5) / max(0.12, float((grey / 255)[hair > 0.5].mean()) if (hair > 0.5).any() else 1) * 0.4
    dyed = np.clip(hue * (0.25 + (grey / 255)[..., None] * gain), 0, 255)
    return blend(img, dyed, hair * (1 - brows) * uni(r, 0.6, 1))


def shaded_eyes(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """Deep eye sockets under a high light, or the shadow of a fringe over the upper face: passes."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    shade = np.zeros((h, w), np.float32)
    for eye in (pts[36:42], pts[42:48]):
        m = eye.mean(0) + down * uni(r, -3, 1)
        shade = np.maximum(shade, fill(img.shape, [m + right * half * uni(r, 0.28, 0.4) * np.cos(t) + down * fh * uni(r, 0.09, 0.13) * np.sin(t) for t in np.linspace(0, 2 * np.pi, 24)[:-1]], uni(r, 3, 6)))
    if r.random() < 0.35:
        edge = pts[27:31].mean(0) + down * uni(r, -6, 4)
        yy = np.mgrid[0:h, 0:w][0].astype(np.float32)
        shade = np.maximum(shade, 1 / (1 + np.exp((yy - edge[1]) / uni(r, 2, 7))))
    return blend(img, 0, shade * uni(r, 0.25, 0.6))


def hair_ears(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """Ears, horns or a bow of a costume on the hair: passes."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    colour = np.array(CLOTH_COLOURS[int(r.integers(len(CLOTH_COLOURS)))], np.float32)
    light = lighting(r, img, pts)
    size, out, high = fh * uni(r, 0.18, 0.4), half * uni(r, 0.35, 0.8), fh * uni(r, 0.72, 0.9)
    for side in (-1, 1):
        base = at(c, right, down, side * out, -high)
        tip = base - down * size + right * side * size * uni(r, -0.1, 0.6)
        spread = right * size * uni(r, 0.25, 0.55)
        shape = smooth(np.array([base - spread, base - spread * 0.8 - down * size * 0.5, tip, base + spread * 0.8 - down * size * 0.5, base + spread]), 2)
        img = blend(img, lit(img, texture(r, h, w, colour), light), fill(img.shape, shape, 0.8))
    return img
