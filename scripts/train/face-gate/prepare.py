"""Cuts every face out of the development images once, on a canvas around the network's window, and groups duplicates."""

from __future__ import annotations

import argparse
import os
import re

import numpy as np

from common import CANVAS, INPUT, Item, canvas_map, five_points, load_items, sample, to_canvas, window_map


def name_group(item: Item) -> str:
    """Person where known; else the file name without the number of the copy."""
    if item.identity:
        return "id/" + item.identity
    stem = os.path.splitext(os.path.basename(item.path))[0]
    if item.set == "mask_chandrika":
        stem = re.sub(r" ?copy.*$| ?\(\d+\)$", "", stem) if not stem.startswith("Screenshot") else stem
    return f"{item.set}/{stem}"


def union_duplicates(canvases: np.ndarray, groups: list[str], threshold: float) -> list[str]:
    """Joins the groups of photos whose aligned faces are nearly the same picture, mirrored or not."""
    import cv2

    small = np.stack([cv2.resize(cv2.cvtColor(c[50:190, 40:170], cv2.COLOR_RGB2GRAY), (24, 26), interpolation=cv2.INTER_AREA) for c in canvases])

    def unit(a: np.ndarray) -> np.ndarray:
        a = a.reshape(len(a), -1).astype(np.float32)
        a -= a.mean(1, keepdims=True)
        return a / (np.linalg.norm(a, axis=1, keepdims=True) + 1e-6)

    plain, mirrored = unit(small), unit(small[:, :, ::-1])
    parent: dict[str, str] = {g: g for g in groups}

    def root(g: str) -> str:
        while parent[g] != g:
            g = parent[g]
        return g

    pairs = 0
    for i in range(0, len(plain), 500):
        near = np.maximum(plain[i : i + 500] @ plain.T, plain[i : i + 500] @ mirrored.T) > threshold
        for r, c in zip(*np.nonzero(near)):
            a, b = root(groups[i + r]), root(groups[c])
            if a != b:
                parent[max(a, b)] = min(a, b)
                pairs += 1
    print("joined", pairs, "groups as duplicates")
    return [root(g) for g in groups]


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--data", required=True, help="folder of the images")
    args.add_argument("--faces", required=True, help="the face list, one JSON object a line")
    args.add_argument("--out", required=True, help="folder for the cache")
    a = args.parse_args()
    os.makedirs(a.out, exist_ok=True)

    kept, canvases, inputs, points = [], [], [], []
    for item in load_items(a.faces):
        if item.points is None:
            continue
        image = item.read(a.data)
        if image is None:
            continue
        five = five_points(item.points)
        canvases.append(sample(image, canvas_map(five), CANVAS))
        inputs.append(sample(image, window_map(five), INPUT))
        points.append(to_canvas(item.points, five))
        kept.append(item)
    canvases = np.stack(canvases)
    groups = union_duplicates(canvases, [name_group(i) for i in kept], 0.93)
    np.save(os.path.join(a.out, "real.npy"), canvases)
    np.save(os.path.join(a.out, "real-inputs.npy"), np.stack(inputs))
    np.save(os.path.join(a.out, "real-points.npy"), np.stack(points).astype(np.float32))
    with open(os.path.join(a.out, "real.tsv"), "w", encoding="utf-8") as f:
        for item, group in zip(kept, groups):
            f.write("\t".join([item.path, item.set, item.label, group]) + "\n")
    print(len(kept), "faces")


if __name__ == "__main__":
    main()
