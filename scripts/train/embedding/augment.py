"""Views of an aligned crop as a bad photo, a bad scan or a careless crop would show it."""
import cv2
import numpy as np

from crops import FULL, MARGIN, SIDE

CENTRE = np.array([56.0, 72.0]) + MARGIN  # about the middle of the five points


def plain(crop):
    return crop[MARGIN:-MARGIN, MARGIN:-MARGIN]


def view(crop, rng, strength=1.0):
    """uint8 RGB [FULL, FULL, 3] to uint8 RGB [112, 112, 3], and the stretch: half the log of the aspect ratio."""
    # Geometry: landmark errors, the stretched aspect of careless crops, mirror.
    angle = np.deg2rad(rng.normal(0, 2.5)) * strength
    scale = np.exp(rng.normal(0, 0.03) * strength)
    aspect = rng.uniform(-0.2, 0.2) * strength if rng.rand() < 0.45 else rng.normal(0, 0.02)
    shift = rng.normal(0, 1.2, 2) * strength
    rotate = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    # A crop stretched along the photo's axes is aligned by a similarity afterwards: the stretch stays.
    m = rotate @ np.diag([np.exp(-aspect), np.exp(aspect)])
    if rng.rand() < 0.5:
        m = np.diag([-1.0, 1.0]) @ m
    centre = CENTRE - MARGIN
    t = CENTRE + shift - m @ centre
    x = crop
    if rng.rand() < 0.2:  # a tight crop: nothing but black beyond its edge
        x = x.copy()
        left, right = MARGIN + rng.randint(6, 30), FULL - MARGIN - rng.randint(6, 30)
        top, bottom = MARGIN + rng.randint(4, 34), FULL - MARGIN - rng.randint(-MARGIN, 8)
        x[:top] = x[bottom:] = 0
        x[:, :left] = x[:, right:] = 0
    x = cv2.warpAffine(x, np.c_[m, t], (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    x = x.astype(np.float32)
    # Light and colour.
    if rng.rand() < 0.75:
        x = 255 * (x / 255) ** np.exp(rng.normal(0, 0.28) * strength)
        grey = x.mean(2, keepdims=True)
        x = grey + (x - grey) * np.exp(rng.normal(0, 0.3) * strength)
        x *= np.exp(rng.normal(0, 0.07, 3) * strength)
        mean = x.mean()
        x = mean + (x - mean) * np.exp(rng.normal(0, 0.18) * strength) + rng.normal(0, 12) * strength
    if rng.rand() < 0.15:  # light from one side
        ramp = np.linspace(-1, 1, SIDE, dtype=np.float32)
        direction = rng.normal(0, 1, 2)
        direction /= np.linalg.norm(direction)
        field = direction[0] * ramp[None] + direction[1] * ramp[:, None]
        x *= (1 + rng.uniform(0.2, 0.5) * field)[..., None]
    if rng.rand() < 0.15:  # make-up and skin smoothing
        soft = cv2.bilateralFilter(np.clip(x, 0, 255).astype(np.uint8), 5, 40, 5).astype(np.float32)
        x = soft + rng.uniform(0, 10)
    if rng.rand() < 0.06:
        x = np.repeat(x.mean(2, keepdims=True), 3, 2)
    # Resolution, blur, noise, compression.
    kind = rng.rand()
    if kind < 0.3:
        small = int(rng.uniform(34, 90))
        x = cv2.resize(cv2.resize(x, (small, small), interpolation=cv2.INTER_AREA), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    elif kind < 0.42:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.5, 1.8))
    if rng.rand() < 0.15:
        x = x + rng.normal(0, rng.uniform(2, 10), x.shape).astype(np.float32)
    x = np.clip(np.rint(x), 0, 255).astype(np.uint8)
    if rng.rand() < 0.4:
        code = cv2.imencode('.jpg', x, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(15, 85))])[1]
        x = cv2.imdecode(code, cv2.IMREAD_COLOR)
    if rng.rand() < 0.12:  # something in front: hair, a hand, a microphone
        x = x.copy()
        w, h = rng.randint(12, 45, 2)
        cx, cy = rng.randint(0, SIDE), rng.choice([rng.randint(0, 36), rng.randint(85, SIDE), rng.randint(0, SIDE)])
        colour = tuple(int(v) for v in (rng.randint(0, 60, 3) if rng.rand() < 0.5 else rng.randint(0, 255, 3)))
        cv2.ellipse(x, (int(cx), int(cy)), (int(w) // 2, int(h) // 2), float(rng.uniform(0, 180)), 0, 360, colour, -1)
    return x, aspect
