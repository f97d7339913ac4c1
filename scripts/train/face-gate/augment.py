"""From a cached canvas to the network's input, differently each time."""

from __future__ import annotations

import cv2
import numpy as np

from common import BORDER, CANVAS, CANVAS_X, CANVAS_Y, INPUT, WINDOW_SIZE, WINDOW_X, WINDOW_Y

Rng = np.random.Generator


def mix_zones(r: Rng, img, truth, donor, donor_truth):
    """The head above the brows, or the band of the eyes, from another picture; the labels go with the parts."""
    y = np.arange(CANVAS, dtype=np.float32)[:, None] + r.normal(0, 0.03) * (np.arange(CANVAS, dtype=np.float32)[None] - CANVAS / 2)
    soft = r.uniform(1.5, 6)
    truth = truth.copy()
    if r.random() < 0.55:
        a = 1 / (1 + np.exp((y - (-CANVAS_Y + r.uniform(33, 43))) / soft))
        truth[2] = donor_truth[2]
    else:
        top, bottom = -CANVAS_Y + r.uniform(33, 41), -CANVAS_Y + r.uniform(64, 72)
        a = 1 / (1 + np.exp((top - y) / soft)) / (1 + np.exp((y - bottom) / soft))
        truth[1] = donor_truth[1]
    donor = donor.astype(np.float32)
    if r.random() < 0.7:  # about the same light
        d, i = donor[70:180, 60:150].mean((0, 1)), img[70:180, 60:150].astype(np.float32).mean((0, 1))
        donor = donor * np.clip((i + 10) / (d + 10), 0.6, 1.6)
    a = a[..., None].astype(np.float32)
    return np.clip(img * (1 - a) + donor * a, 0, 255).astype(np.uint8), truth


def cut(r: Rng, img: np.ndarray) -> np.ndarray:
    """The photo ends near the face."""
    img = img.copy()
    fill = BORDER if r.random() < 0.8 else int(r.integers(0, 256))
    for _ in range(int(r.integers(1, 3))):
        side = int(r.choice(4, p=[0.4, 0.2, 0.2, 0.2]))
        depth = int(r.uniform(0, [88, 62, 62, 62][side]))
        if side == 0:
            img[:depth] = fill
        elif side == 1:
            img[CANVAS - depth // 2 :] = fill
        elif side == 2:
            img[:, :depth] = fill
        else:
            img[:, CANVAS - depth :] = fill
    return img


def place(r: Rng, strong: float) -> np.ndarray:
    """2x3 map from the input raster to the canvas, as far off as the landmark network is on hard faces."""
    k = 1.0 if r.random() > strong else 2.5
    scale = np.exp(r.normal(0, 0.07 * k))
    angle = np.radians(r.normal(0, 4.5 * k))
    stretch = np.exp(r.normal(0, 0.04))
    ax, ay = scale * stretch, scale / stretch
    flip = -1 if r.random() < 0.5 else 1
    c, s = np.cos(angle), np.sin(angle)
    centre = np.array([WINDOW_X + WINDOW_SIZE / 2 - CANVAS_X, WINDOW_Y + WINDOW_SIZE / 2 - CANVAS_Y]) + r.normal(0, 3.5 * k, 2)
    unit = WINDOW_SIZE / INPUT
    a = np.array([[c * ax * flip, -s * ay], [s * ax * flip, c * ay]]) * unit
    return np.hstack([a, (centre - a @ [INPUT / 2, INPUT / 2])[:, None]])


def render(img: np.ndarray, m: np.ndarray) -> np.ndarray:
    m = m.copy()
    m[:, 2] += m[:, :2] @ [0.25, 0.25] - 0.5
    m[:, :2] /= 2
    big = cv2.warpAffine(
        img, m, (2 * INPUT, 2 * INPUT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(BORDER,) * 3,
    )
    return cv2.resize(big, (INPUT, INPUT), interpolation=cv2.INTER_AREA)


def photograph(r: Rng, x: np.ndarray) -> np.ndarray:
    """Light, colour, lens, sensor and compression."""
    if r.random() < 0.25:  # as it is, but for a little light
        f = x.astype(np.float32) * np.exp(r.normal(0, 0.1)) * np.exp(r.normal(0, 0.04, 3)).astype(np.float32)
        return np.clip(f, 0, 255).astype(np.uint8)
    if r.random() < 0.3:
        s = int(np.exp(r.uniform(np.log(24), np.log(85))))
        x = cv2.resize(x, (s, s), interpolation=cv2.INTER_AREA)
        x = cv2.resize(x, (INPUT, INPUT), interpolation=cv2.INTER_LINEAR if r.random() < 0.7 else cv2.INTER_CUBIC)
    if r.random() < 0.2:
        if r.random() < 0.6:
            x = cv2.GaussianBlur(x, (0, 0), r.uniform(0.4, 2.2))
        else:
            n = int(r.integers(3, 9))
            k = np.zeros((n, n), np.float32)
            cv2.line(k, (int(r.integers(n)), 0), (int(r.integers(n)), n - 1), 1.0)
            k = k.T if r.random() < 0.5 else k
            x = cv2.filter2D(x, -1, k / max(1.0, k.sum()))
    f = x.astype(np.float32)
    if r.random() < 0.85:
        grey = f.mean(2, keepdims=True)
        f = grey + (f - grey) * r.uniform(0.4, 1.5)
        f *= np.exp(r.normal(0, 0.1, 3)).astype(np.float32)
        mean = f.mean()
        f = mean + (f - mean) * r.uniform(0.6, 1.35)
        f *= np.exp(r.normal(0, 0.2))
    if r.random() < 0.08:
        f = np.repeat(f.mean(2, keepdims=True), 3, 2)
    elif r.random() < 0.08:  # a colour filter or coloured stage light
        tint = np.clip(r.uniform(0.25, 1.3, 3), 0, 1.2).astype(np.float32)
        f = (f + (f.mean(2, keepdims=True) - f) * r.uniform(0, 0.8)) * tint
    if r.random() < 0.12:  # dark
        f = 255 * np.power(np.clip(f, 0, 255) / 255, r.uniform(1, 1.6)) * r.uniform(0.12, 0.6)
    elif r.random() < 0.1:  # too bright
        f = f * r.uniform(1.3, 2.5)
    if r.random() < 0.15:  # light from one side
        g = np.linspace(r.uniform(0.3, 1), r.uniform(0.8, 1.6), INPUT, dtype=np.float32)
        g = g[::-1] if r.random() < 0.5 else g
        f *= g[None, :, None] if r.random() < 0.7 else g[:, None, None]
    if r.random() < 0.25:
        f += r.standard_normal((INPUT, INPUT, 3 if r.random() < 0.6 else 1)).astype(np.float32) * np.exp(r.uniform(0, np.log(13)))
    x = np.clip(f, 0, 255).astype(np.uint8)
    if r.random() < 0.06:  # taken in the dark and stretched: few levels, and the compression of the dark photo
        gain = r.uniform(4, 13)
        x = (x / gain).round().astype(np.uint8)
        if r.random() < 0.8:
            _, code = cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(r.uniform(60, 97))])
            x = cv2.imdecode(code, cv2.IMREAD_COLOR)
        x = np.clip(x * gain, 0, 255).astype(np.uint8)
    elif r.random() < 0.35:
        _, code = cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(r.uniform(12, 85))])
        x = cv2.imdecode(code, cv2.IMREAD_COLOR)
    return x
