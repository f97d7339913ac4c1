"""How an image is shown to the network: stretched to the raster, as a whole or as a window around the main face."""
import cv2
import numpy as np

from network import RASTER


def stretch(img):
    """RGB image of any size to RASTER x RASTER, each axis by itself, by area averaging (linear where it grows)."""
    h, w = img.shape[:2]
    if w < RASTER and h < RASTER:
        return cv2.resize(img, (RASTER, RASTER), interpolation=cv2.INTER_LINEAR)
    if w < RASTER or h < RASTER:
        img = cv2.resize(img, (max(w, RASTER), max(h, RASTER)), interpolation=cv2.INTER_LINEAR)
    return cv2.resize(img, (RASTER, RASTER), interpolation=cv2.INTER_AREA)


def window(img, face, factor):
    """The square of factor face widths around the face's centre, cut at the image's edges; the image where it covers all."""
    h, w = img.shape[:2]
    x, y, bw, bh = face[:4]
    half = bw * factor / 2
    cx, cy = x + bw / 2, y + bh / 2
    x0, x1 = max(0, int(cx - half)), min(w, int(cx + half))
    y0, y1 = max(0, int(cy - half)), min(h, int(cy + half))
    return img[y0:y1, x0:x1] if x1 - x0 > 8 and y1 - y0 > 8 else img


def tensor(batch):
    """uint8 N x H x W x 3 to float N x 3 x H x W in -1 .. 1."""
    x = np.ascontiguousarray(batch.transpose(0, 3, 1, 2)).astype(np.float32)
    return (x - 127.5) / 127.5


def stretch_by_pyramid(img):
    """The same picture by the server's means: halvings by 2 x 2 means down to the level that is at most twice too fine
    (judged by the geometric mean of both axes), then the mean of 2 x 2 bilinear samples a pixel."""
    h, w = img.shape[:2]
    step = float(np.sqrt(w / RASTER * h / RASTER))
    level = img.astype(np.float32)
    scale = 1.0
    while step >= 2:
        hh, ww = level.shape[0] // 2 * 2, level.shape[1] // 2 * 2
        level = np.round((level[0:hh:2, 0:ww:2] + level[1:hh:2, 0:ww:2] + level[0:hh:2, 1:ww:2] + level[1:hh:2, 1:ww:2]) / 4)
        step /= 2
        scale /= 2
    offsets = (0.25, 0.75) if w / RASTER * h / RASTER > 1 else (0.5,)
    grid = np.arange(RASTER, dtype=np.float32)
    out = 0
    for dy in offsets:
        for dx in offsets:
            mx = np.tile((grid + dx) * (w / RASTER * scale) - 0.5, (RASTER, 1)).astype(np.float32)
            my = np.tile(((grid + dy) * (h / RASTER * scale) - 0.5)[:, None], (1, RASTER)).astype(np.float32)
            out = out + cv2.remap(level, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(np.round(out / len(offsets) ** 2), 0, 255).astype(np.uint8)
