"""Maps of the network in use for every crop, once: what second.py trains on. Resumable: a part that is there is not made again.

features.py --cache CACHE --weights face-gate.onnx --part plain | varied:SEED | drawn:SEED
"""

from __future__ import annotations

import argparse
import os

import cv2
import numpy as np
import torch

from augment import cut, photograph, place, render
from common import NEW_SETS
from network import Folded
from train import groups_of


def crops(a, r: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and the row of the real crop that each is made from."""
    kind, _, seed = a.part.partition(":")
    rows, _ = groups_of(a.cache)
    if kind == "plain":
        return np.load(os.path.join(a.cache, "real-inputs.npy"), mmap_mode="r"), np.arange(len(rows))
    if kind == "varied":
        canvases = np.load(os.path.join(a.cache, "real.npy"), mmap_mode="r")
        wanted = [i for i, row in enumerate(rows) if row[1] in NEW_SETS or row[1] == "sunglasses_selfies" or row[2] or r.random() < 0.3]
    else:
        canvases = np.load(os.path.join(a.cache, f"drawn-{seed}.npy"), mmap_mode="r")
        wanted = list(range(len(canvases)))
    out = []
    for i in wanted:
        image = np.array(canvases[i])
        if r.random() < 0.15:
            image = cut(r, image)
        out.append(photograph(r, render(image, place(r, 0.1))))
    return np.stack(out), np.array(wanted)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--cache", required=True)
    p.add_argument("--weights", required=True)
    p.add_argument("--part", required=True)
    a = p.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    out = os.path.join(a.cache, f"maps-{a.part.replace(':', '-')}")
    if os.path.exists(out + "-rows.npy"):
        return
    kind, _, seed = a.part.partition(":")
    inputs, rows = crops(a, np.random.default_rng([len(kind), int(seed or 0)]))
    net = Folded.load(a.weights).eval().to(memory_format=torch.channels_last)
    middle = np.lib.format.open_memmap(out + "-middle.npy", "w+", np.float16, (len(inputs), 64, 12, 12))
    top = np.lib.format.open_memmap(out + "-top.npy", "w+", np.float16, (len(inputs), 128, 6, 6))
    logits = np.zeros((len(inputs), 4), np.float32)
    with torch.no_grad():
        for i in range(0, len(inputs), 64):
            x = torch.from_numpy(np.array(inputs[i : i + 64]).transpose(0, 3, 1, 2).copy()).float().sub_(127.5).div_(127.5)
            m = net.middle(x.contiguous(memory_format=torch.channels_last))
            t = net.top(m)
            middle[i : i + 64], top[i : i + 64], logits[i : i + 64] = m.numpy(), t.numpy(), net.logits(t).numpy()
    np.save(out + "-logits.npy", logits)
    np.save(out + "-rows.npy", rows)


if __name__ == "__main__":
    main()
