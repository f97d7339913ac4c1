"""Reading the face list, the crop's geometry, and the split that every script shares."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from dataclasses import dataclass, field

import cv2
import numpy as np

cv2.setNumThreads(1)

# ---------------------------------------------------------------- geometry

#: The window of the network in coordinates of the 112x112 aligned crop (continuous; pixel centres at .5).
WINDOW_X, WINDOW_Y, WINDOW_SIZE = -24.0, -40.0, 160.0
#: Side of the network's input in pixels.
INPUT = 96
#: Value of what lies outside the photo.
BORDER = 127

#: The larger window that is cached for training, one pixel per unit of the aligned crop.
CANVAS_X, CANVAS_Y, CANVAS = -48.0, -64.0, 208

TEMPLATE = (
    np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]) + 0.5
)


def five_points(points: np.ndarray) -> np.ndarray:
    """Eye centres, nose tip and mouth corners of 68 points."""
    return np.stack([points[36:42].mean(0), points[42:48].mean(0), points[30], points[48], points[54]])


def aligned_to_image(five: np.ndarray) -> np.ndarray:
    """2x3 similarity from the aligned crop to the image (Umeyama, in two dimensions one complex factor)."""
    f, t = TEMPLATE.mean(0), five.mean(0)
    p, q = TEMPLATE - f, five - t
    norm = (p * p).sum()
    a = (p * q).sum() / norm
    c = (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum() / norm
    return np.array([[a, -c, t[0] - (a * f[0] - c * f[1])], [c, a, t[1] - (c * f[0] + a * f[1])]])


def compose(outer: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """The affine map outer(inner(x))."""
    m = np.vstack([outer, [0, 0, 1]]) @ np.vstack([inner, [0, 0, 1]])
    return m[:2]


def raster_to_window(x: float, y: float, size: float, side: int) -> np.ndarray:
    s = size / side
    return np.array([[s, 0, x], [0, s, y]])


def sample(image: np.ndarray, to_image: np.ndarray, side: int, border: int = BORDER) -> np.ndarray:
    """What the server's ImagePyramid.sample does: a level at most twice too fine, then the mean of 2x2 bilinear samples."""
    step = float(np.sqrt(abs(np.linalg.det(to_image[:, :2]))))
    depth = max(0, int(np.floor(np.log2(max(step, 1e-6)))))
    for _ in range(depth):
        h, w = image.shape[:2]
        if h % 2 or w % 2:
            image = cv2.copyMakeBorder(image, 0, h % 2, 0, w % 2, cv2.BORDER_REPLICATE)
        image = cv2.resize(image, (image.shape[1] // 2, image.shape[0] // 2), interpolation=cv2.INTER_AREA)
    m = to_image / 2**depth
    # From the continuous coordinates of a raster with n samples a pixel to centres at integers.
    n = 2 if step > 1 else 1
    a = m[:, :2] / n
    t = m[:, 2] + a @ np.array([0.5, 0.5]) - 0.5
    big = cv2.warpAffine(
        image,
        np.hstack([a, t[:, None]]),
        (side * n, side * n),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(border,) * 3,
    )
    if n == 1:
        return big
    return big.reshape(side, 2, side, 2, 3).astype(np.float32).mean((1, 3)).round().astype(np.uint8)


def window_map(five: np.ndarray) -> np.ndarray:
    """From the network's input raster to the image."""
    return compose(aligned_to_image(five), raster_to_window(WINDOW_X, WINDOW_Y, WINDOW_SIZE, INPUT))


def canvas_map(five: np.ndarray) -> np.ndarray:
    return compose(aligned_to_image(five), raster_to_window(CANVAS_X, CANVAS_Y, CANVAS, CANVAS))


def to_canvas(points: np.ndarray, five: np.ndarray) -> np.ndarray:
    """Points of the image in pixels of the canvas."""
    inverse = cv2.invertAffineTransform(canvas_map(five))
    return points @ inverse[:, :2].T + inverse[:, 2]


# ---------------------------------------------------------------- data

HEADS = ("mask", "sunglasses", "hat", "face")
UNKNOWN = -1


@dataclass
class Item:
    path: str
    set: str
    label: str
    identity: str
    faces: list
    points: np.ndarray | None
    margin: float
    size: tuple
    truth: list = field(default_factory=list)  # one of 0, 1, UNKNOWN for each head

    def read(self, root: str) -> np.ndarray | None:
        data = np.fromfile(os.path.join(root, self.path), np.uint8)
        bgr = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
        return None if bgr is None else cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


BARE_SETS = {
    "lfw", "asian_celebrities", "asian_singles", "blackpink_crop", "nogizaka_crop", "nogizaka_raw", "rmfd_asian",
    "mask_chandrika", "mask_prajnasb", "sunglasses_selfies", "faceapi_examples", "face_recognition_examples",
    "vn_people", "casia_v5", "asian_faces", "mebeauty_asian", "mebeauty_groups",
}
#: The sets of the second round, which the weights of the first have not seen.
NEW_SETS = ("vn_people", "casia_v5", "asian_faces", "mebeauty_asian", "mebeauty_groups")


def truth_of(set_name: str, label: str) -> list | None:
    """What the development labels say of mask, sunglasses, hat, face; None where the image is not used."""
    if set_name not in BARE_SETS:
        return [0, 0, 0, 0] if label == "no_face" and set_name == "noface_imagenet" else None
    if label in ("mask", "mask_simulated"):
        return [1, UNKNOWN, UNKNOWN, 1]
    if label == "sunglasses":
        return [0, 1, UNKNOWN if set_name == "sunglasses_selfies" else 0, 1]
    if label == "hat":
        return [0, 0, 1, 1]
    if label == "hat|sunglasses":
        return [0, 1, 1, 1]
    if label == "other_headwear":
        return [0, 0, UNKNOWN, 1]
    if label == "tinted":
        return [0, UNKNOWN, 0, 1]
    return [0, 0, 0, 1]


def load_items(faces: str, corrections: str | None = None) -> list[Item]:
    """The face list with labels; `corrections` is a CSV of path,mask,sunglasses,hat,face,… (empty: leave, ?: unknown)."""
    fixes = {}
    if corrections and os.path.exists(corrections):
        with open(corrections, encoding="utf-8", newline="") as lines:
            fixes = {row["path"]: [row[head] for head in HEADS] for row in csv.DictReader(lines)}
    items = []
    with open(faces, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            truth = truth_of(row["set"], row["label"])
            if truth is None or "faces" not in row:
                continue
            for i, value in enumerate(fixes.get(row["path"], [])):
                if value:
                    truth[i] = UNKNOWN if value == "?" else int(value)
            points = np.array(row["pts"], np.float64).reshape(68, 2) if row.get("pts") else None
            items.append(
                Item(
                    row["path"], row["set"], row["label"], row["identity"], row["faces"], points,
                    row.get("margin", 0), (row["w"], row["h"]), truth,
                )
            )
    return items


def fold_of(group: str, folds: int = 5) -> int:
    return int(hashlib.sha256(("face-gate/" + group).encode()).hexdigest()[:8], 16) % folds
