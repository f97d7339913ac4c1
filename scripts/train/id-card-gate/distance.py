"""How far away a card may be: cards and held-out photos are set into larger held-out scenes, so that they take a given part of
the frame's width, and scored as a whole and by the window around the face:
python3 distance.py --data DIR --faces FILE --weights FILE.pt
"""
import argparse
import random
from pathlib import Path

import cv2
import numpy as np

import people
from evaluate import read, score, scorer
from views import stretch, window

NOT_CARDS = ("asian_singles", "asian_celebrities", "lfw", "mask_chandrika", "sunglasses_selfies")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--faces", type=Path, required=True)
    p.add_argument("--weights", type=Path, required=True)
    p.add_argument("--threshold", type=float, default=0.7)
    args = p.parse_args()
    rows = people.read_rows(args.faces)
    run = scorer(args.weights)
    scenes = [read(args.data, r) for r in rows if r["set"] == "noface_imagenet" and people.held_out(r)]
    cards = [r for r in rows if people.is_card(r)]
    photos = [r for r in rows if people.held_out(r) and r["faces"] and r["set"] in NOT_CARDS][::4]
    for name, chosen in (("cards", cards), ("photos", photos)):
        for part in (1.0, 0.6, 0.4, 0.28, 0.2):
            rng = random.Random(1)
            whole, near = [], []
            for row in chosen:
                img = read(args.data, row)
                x, y, bw, bh = row["faces"][0][:4]
                if part < 1:
                    h, w = img.shape[:2]
                    canvas = cv2.resize(rng.choice(scenes), (int(w / part), int(h / part)))
                    dx, dy = rng.randint(0, canvas.shape[1] - w), rng.randint(0, canvas.shape[0] - h)
                    canvas[dy : dy + h, dx : dx + w] = img
                    img, x, y = canvas, x + dx, y + dy
                whole.append(stretch(img))
                near.append(stretch(window(img, (x, y, bw, bh), 7)))
            a, b = score(run, np.stack(whole)), score(run, np.stack(near))
            t = args.threshold
            print(f"{name} {len(chosen)}, {part:.2f} of the frame's width, t {t}: whole {(a >= t).sum()}, near 7 {(b >= t).sum()}")


if __name__ == "__main__":
    main()
