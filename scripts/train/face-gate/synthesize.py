"""Makes the generated part of the training set: faces with things drawn on them, and windows that show no face.

The finished pictures go through detector and landmark network again, as a photo would, so that their crops sit as badly
as those networks make them sit.
"""

from __future__ import annotations

import argparse
import csv
import os

import cv2
import numpy as np

import draw
import draw_bare
from common import CANVAS, UNKNOWN, canvas_map, compose, five_points, load_items, sample, to_canvas


class Networks:
    """Detector and landmark network of the server, on OpenCV."""

    def __init__(self, detector: str, landmarks: str) -> None:
        self.detector = cv2.dnn.readNetFromONNX(detector)
        self.landmarks = cv2.dnn.readNetFromONNX(landmarks)

    def boxes(self, img: np.ndarray, threshold: float) -> list[np.ndarray]:
        """x, y, width, height and score of faces, best first, no suppression."""
        h, w = img.shape[:2]
        k = max(w / 320, h / 240)
        m = np.array([[k, 0, 0], [0, k, 0]])
        small = cv2.warpAffine(img, m, (320, 240), flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP)
        self.detector.setInput(((small.astype(np.float32) - 127) / 128).transpose(2, 0, 1)[None])
        scores, boxes = sorted(self.detector.forward(self.detector.getUnconnectedOutLayersNames()), key=lambda a: a.shape[-1])
        scores, boxes = scores[0, :, 1], boxes[0] * np.array([320, 240, 320, 240]) * k
        order = np.argsort(-scores)
        return [np.array([*boxes[i, :2], *(boxes[i, 2:] - boxes[i, :2]), scores[i]]) for i in order[:50] if scores[i] > threshold]

    def points(self, img: np.ndarray, box: np.ndarray) -> np.ndarray:
        """The mean of two passes, the second over the box that the first implies."""
        total = np.zeros((68, 2))
        for _ in range(2):
            x, y, w, h = box[:4]
            m = np.array([[w / 64, 0, x], [0, h / 64, y]])
            grey = cv2.cvtColor(img, cv2.COLOR_RGB2GRAY)
            n = 2 if w > 90 else 1
            m2 = m.copy()
            m2[:, :2] /= n
            g = cv2.warpAffine(grey, m2, (64 * n, 64 * n), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
            if n == 2:
                g = cv2.resize(g, (64, 64), interpolation=cv2.INTER_AREA)
            self.landmarks.setInput(g.astype(np.float32)[None, None] / 256)
            p = self.landmarks.forward().reshape(68, 2) * [w, h] + [x, y]
            total += p / 2
            lo, hi = p.min(0), p.max(0)
            height = (hi[1] - lo[1]) * 1.317
            box = np.array([lo[0], lo[1] + (hi[1] - lo[1]) * (0.5 - 0.166) - height / 2, hi[0] - lo[0], height])
        return total


def jittered_box(r: np.random.Generator, pts: np.ndarray) -> np.ndarray:
    lo, hi = pts.min(0), pts.max(0)
    w, h = hi - lo
    h *= 1.317
    cx, cy = (lo[0] + hi[0]) / 2 + r.normal(0, 0.05) * w, lo[1] + (hi[1] - lo[1]) * 0.334 + r.normal(0, 0.06) * h
    w, h = w * np.exp(r.normal(0, 0.1)), h * np.exp(r.normal(0, 0.1))
    return np.array([cx - w / 2, cy - h / 2, w, h])


def realign(r, nets: Networks, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    lo, hi = pts.min(0), pts.max(0)
    box = None
    for b in nets.boxes(img, 0.35):
        c = b[:2] + b[2:4] / 2
        if (c > lo).all() and (c < hi).all():
            box = b
            break
    if box is None:
        box = jittered_box(r, pts)
    found = five_points(nets.points(img, box))
    return sample(img, canvas_map(found), CANVAS)


LOOKALIKES = [
    (lambda r, i, p, s: draw.glasses(r, i, p, False, s), 0.2),
    (lambda r, i, p, s: draw.glasses(r, i, p, True, s, draw.uni(r, 0.45, 0.65)), 0.04),
    (lambda r, i, p, s: draw.headband(r, i, p), 0.03),
    (lambda r, i, p, s: draw.hijab(r, i, p), 0.08),
    (lambda r, i, p, s: draw.beard(r, i, p), 0.06),
    (lambda r, i, p, s: draw.scarf_below(r, i, p), 0.05),
    (lambda r, i, p, s: draw.hand(r, i, p), 0.05),
    (lambda r, i, p, s: draw.microphone(r, i, p), 0.03),
    (lambda r, i, p, s: draw.patches(r, i, p), 0.04),
    (lambda r, i, p, s: draw.crown_hair(r, i, p), 0.02),
    (lambda r, i, p, s: draw.dyed_hair(r, i, p), 0.06),
    (lambda r, i, p, s: draw.shaded_eyes(r, i, p), 0.05),
    (lambda r, i, p, s: draw.hair_ears(r, i, p), 0.02),
    (lambda r, i, p, s: draw_bare.full_beard(r, i, p), 0.3),
    (lambda r, i, p, s: draw_bare.dark_skin(r, i, p), 0.12),
    (lambda r, i, p, s: draw_bare.shade(r, i, p), 0.2),
    (lambda r, i, p, s: draw_bare.made_up_eyes(r, i, p), 0.16),
    (lambda r, i, p, s: draw_bare.glasses_in_bad_light(r, i, p, s), 0.24),
    (lambda r, i, p, s: draw_bare.fringe(r, i, p), 0.16),
]


def faces(a, nets: Networks, r: np.random.Generator) -> None:
    canvases = np.load(os.path.join(a.cache, "real.npy"), mmap_mode="r")
    points = np.load(os.path.join(a.cache, "real-points.npy"))
    truth_by_path = {i.path: i.truth for i in load_items(a.faces, a.corrections)}
    rows = [line.rstrip("\n").split("\t") for line in open(os.path.join(a.cache, "real.tsv"), encoding="utf-8")]
    truth = np.array([truth_by_path[row[0]] for row in rows])
    bare = np.flatnonzero((truth[:, 3] == 1) & (truth[:, 0] == 0) & np.array([row[1] != "sunglasses_selfies" for row in rows]))
    # Each person about as often as the others.
    sizes: dict[str, int] = {}
    for i in bare:
        sizes[rows[i][3]] = sizes.get(rows[i][3], 0) + 1
    p = np.array([1 / np.sqrt(sizes[rows[i][3]]) for i in bare])
    p /= p.sum()
    open_eyes = truth[bare, 1] == 0
    p_eyes = p * open_eyes / (p * open_eyes).sum()
    like_p = np.array([q for _, q in LOOKALIKES])
    out, meta = [], []
    for _ in range(a.count):
        kind = str(r.choice(["mask", "sunglasses", "hat", "two", "lookalike"], p=[0.17, 0.2, 0.16, 0.1, 0.37]))
        i = int(r.choice(bare, p=p_eyes if kind in ("sunglasses", "lookalike") else p))
        img, pts, t = np.array(canvases[i]), points[i], truth[i].copy()
        scene = np.array(canvases[int(r.choice(bare))])
        if kind == "lookalike":
            for k in {int(r.choice(len(LOOKALIKES), p=like_p / like_p.sum())) for _ in range(1 + (r.random() < 0.4))}:
                img = LOOKALIKES[k][0](r, img, pts, scene)
            # A band or hijab low on the forehead is nobody's clear case.
        else:
            parts = {"two": list(r.permutation(["mask", "sunglasses", "hat"])[:2])}.get(kind, [kind])
            # What passes by itself must not betray what does not: people with beards and dark skin wear masks and sunglasses.
            if r.random() < 0.15:
                img = draw_bare.full_beard(r, img, pts)
            if r.random() < 0.15:
                img = draw_bare.dark_skin(r, img, pts)
            if "hat" not in parts and r.random() < 0.15:
                img = draw_bare.fringe(r, img, pts)
            if kind == "mask" and r.random() < 0.2:
                img = draw.glasses(r, img, pts, False, scene)
            if kind == "hat" and r.random() < 0.2 and t[1] == 0:
                img = draw.glasses(r, img, pts, False, scene)
            for part in ("sunglasses", "mask", "hat"):
                if part not in parts:
                    continue
                if part == "mask":
                    img, t[0] = draw.mask(r, img, pts, scene), 1
                elif part == "sunglasses":
                    img, t[1] = draw.glasses(r, img, pts, True, scene), 1
                else:
                    img, t[2] = draw.hat(r, img, pts, scene), 1
        if r.random() < {"mask": 0.7, "lookalike": 0.4}.get(kind, 0.5):
            img = realign(r, nets, img, pts)
        out.append(img)
        meta.append([i, *t])
    np.save(os.path.join(a.cache, f"drawn-{a.seed}.npy"), np.stack(out))
    np.save(os.path.join(a.cache, f"drawn-{a.seed}-meta.npy"), np.array(meta, np.int32))


def windows(a, nets: Networks, r: np.random.Generator) -> None:
    """Places that the detector might take for a face, and does not or should not."""
    items = load_items(a.faces, a.corrections)
    empty = [k for k, i in enumerate(items) if i.set == "noface_imagenet" and i.truth[3] == 0]
    others = [k for k, i in enumerate(items) if i.truth[3] == 1 and i.faces and min(i.size) >= 200 and not i.margin]
    out, meta = [], []
    while len(out) < a.count:
        k = int(r.choice(empty) if r.random() < 0.7 else r.choice(others))
        item = items[k]
        img = item.read(a.data)
        if img is None:
            continue
        if min(img.shape[:2]) < 60:
            continue
        if max(img.shape[:2]) > 700:
            f = 700 / max(img.shape[:2])
            img = cv2.resize(img, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
        f = img.shape[1] / item.size[0]
        taken = np.array([b[:4] for b in item.faces] or np.zeros((0, 4))) * f
        h, w = img.shape[:2]
        hits = [b for b in nets.boxes(img, 0.05) if r.random() < 0.5][:8] if item.truth[3] == 0 else []
        for _ in range(8):
            if hits and r.random() < 0.75:
                b = hits[int(r.integers(len(hits)))][:4] * 1.0
                c, s = b[:2] + b[2:] / 2 + r.normal(0, 0.08, 2) * b[2:], b[2:] * np.exp(r.normal(0, 0.12, 2))
                b = np.array([*(c - s / 2), *s])
            else:
                bw = float(np.exp(r.uniform(np.log(24), np.log(max(30, 0.7 * min(h, w))))))
                bh = bw * np.exp(r.normal(0.25, 0.15))
                b = np.array([r.uniform(-0.1 * bw, max(1.0, w - 0.9 * bw)), r.uniform(-0.1 * bh, max(1.0, h - 0.9 * bh)), bw, bh])
            if item.truth[3] == 1 and len(taken):
                wide = [b[0] - 0.6 * b[2], b[1] - 0.6 * b[3], b[0] + 1.6 * b[2], b[1] + 1.6 * b[3]]
                ox = np.minimum(wide[2], taken[:, 0] + taken[:, 2]) - np.maximum(wide[0], taken[:, 0])
                oy = np.minimum(wide[3], taken[:, 1] + taken[:, 3]) - np.maximum(wide[1], taken[:, 1])
                if (np.clip(ox, 0, None) * np.clip(oy, 0, None) > 0.05 * b[2] * b[3]).any():
                    continue
            pts = nets.points(img, b)
            five = five_points(pts)
            if r.random() < 0.15:
                img2 = np.rot90(img, int(r.integers(1, 4))).copy()
                five = np.stack([r.uniform(0, img2.shape[1], 1)[0] + (five[:, 0] - five[:, 0].mean()), r.uniform(0, img2.shape[0], 1)[0] + (five[:, 1] - five[:, 1].mean())], 1) if item.truth[3] == 0 else five
                img_used = img2 if item.truth[3] == 0 else img
            else:
                img_used = img
            m = canvas_map(five)
            if np.sqrt(abs(np.linalg.det(m[:, :2]))) < 0.08:
                continue
            out.append(sample(img_used, m, CANVAS))
            meta.append([k, 0, 0, 0, 0])
            if r.random() < 0.3:
                break
    np.save(os.path.join(a.cache, f"windows-{a.seed}.npy"), np.stack(out[: a.count]))
    np.save(os.path.join(a.cache, f"windows-{a.seed}-meta.npy"), np.array(meta[: a.count], np.int32))


def marked(a, nets: Networks, r: np.random.Generator) -> None:
    """Around false second faces that were found by eye: eyes behind glasses, ears, hands, lace, print."""
    items = load_items(a.faces, a.corrections)
    place = {item.path: k for k, item in enumerate(items)}
    with open(os.path.join(os.path.dirname(__file__), "false-faces.csv"), encoding="utf-8", newline="") as lines:
        boxes = [(row["path"], np.array([float(row[c]) for c in ("x", "y", "width", "height")])) for row in csv.DictReader(lines)]
    out, meta = [], []
    for path, b in boxes:
        k = place[path]
        img = items[k].read(a.data)
        for _ in range(a.count // len(boxes)):
            c, s = b[:2] + b[2:] / 2 + r.normal(0, 0.05, 2) * b[2:], b[2:] * np.exp(r.normal(0, 0.08, 2))
            out.append(sample(img, canvas_map(five_points(nets.points(img, np.array([*(c - s / 2), *s])))), CANVAS))
            meta.append([k, 0, 0, 0, 0])
    np.save(os.path.join(a.cache, f"windows-{a.seed}.npy"), np.stack(out))
    np.save(os.path.join(a.cache, f"windows-{a.seed}-meta.npy"), np.array(meta, np.int32))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True)
    p.add_argument("--faces", required=True)
    p.add_argument("--cache", required=True, help="what prepare.py wrote; results go there")
    p.add_argument("--detector", required=True, help="the server's prepared detector")
    p.add_argument("--landmarks", required=True, help="the server's prepared landmark network")
    p.add_argument("--corrections", default=os.path.join(os.path.dirname(__file__), "corrections.csv"))
    p.add_argument("--what", choices=["faces", "windows", "marked"], required=True)
    p.add_argument("--count", type=int, default=3000)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    cv2.setNumThreads(1)
    r = np.random.default_rng(a.seed)
    {"faces": faces, "windows": windows, "marked": marked}[a.what](a, Networks(a.detector, a.landmarks), r)


if __name__ == "__main__":
    main()
