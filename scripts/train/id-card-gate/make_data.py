"""Makes training pictures into shards: python3 make_data.py --data DIR --faces FILE --out DIR --shards N --first K --seed S

--held-out makes them from the people and backgrounds that training does not see: for measuring the tricky kinds.
"""
import argparse
import os
from pathlib import Path

import cv2
import numpy as np

import people
from scenes import Studio


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--faces", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--shards", type=int, default=16)
    p.add_argument("--first", type=int, default=0)
    p.add_argument("--size", type=int, default=2000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--held-out", action="store_true")
    args = p.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    rows = people.read_rows(args.faces)
    rows = [r for r in people.validation_rows(rows) if r["set"] not in people.CARDS] if args.held_out else people.training_rows(rows)
    studio = Studio(rows, args.data, args.seed)
    for shard in range(args.first, args.first + args.shards):
        images, labels, kinds = [], [], []
        for i in range(args.size):
            card = i % 2 == 0
            images.append(studio.positive() if card else studio.negative())
            labels.append(card)
            kinds.append(studio.kind)
        part = args.out / f"part-{shard}.npz"
        np.savez(part, x=np.stack(images), y=np.array(labels, np.uint8), kind=np.array(kinds))
        os.replace(part, args.out / f"shard-{shard:03d}.npz")
        print(part.name, flush=True)


if __name__ == "__main__":
    main()
