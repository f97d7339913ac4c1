"""Scores of held-out photos: what is refused, what is not, and the trade-off around the thresholds."""

from __future__ import annotations

import argparse
import os

import numpy as np

from common import HEADS, load_items
from train import groups_of

#: Sets that must pass.
PASS_SETS = ("lfw", "asian_celebrities", "asian_singles", "mask_chandrika", "mask_prajnasb", "rmfd_asian", "nogizaka_crop", "nogizaka_raw", "blackpink_crop")


def rate(hit: np.ndarray) -> str:
    return f"{int(hit.sum())}/{len(hit)} = {100 * hit.mean():.1f} %" if len(hit) else "none"


def report(s: np.ndarray, truth: np.ndarray, rows: list, raw: np.ndarray, thresholds: dict, quiet: bool = False) -> dict:
    """`raw`: the labels before corrections."""
    t = np.array([thresholds[h] for h in HEADS])
    refused = (s[:, :3] >= t[:3]).any(1)
    sets = np.array([r[1] for r in rows])
    labels = np.array([r[2] for r in rows])
    face = truth[:, 3] == 1
    bare = face & (truth[:, :3] == 0).all(1) & np.isin(sets, PASS_SETS)
    out = {
        "masks refused, labelled": refused[face & (truth[:, 0] == 1) & (sets == "mask_chandrika")],
        "  by the mask head alone": (s[:, 0] >= t[0])[face & (truth[:, 0] == 1) & (sets == "mask_chandrika")],
        "  all photos labelled mask, doubtful ones too": refused[(raw[:, 0] == 1) & (sets == "mask_chandrika")],
        "simulated masks refused": refused[labels == "mask_simulated"],
        "sunglasses refused": refused[face & (truth[:, 1] == 1)],
        "  by the sunglasses head alone": (s[:, 1] >= t[1])[face & (truth[:, 1] == 1)],
        "  LFW": refused[face & (truth[:, 1] == 1) & (sets == "lfw")],
        "hats refused, forehead hidden": refused[face & (truth[:, 2] == 1) & (sets == "lfw")],
        "  by the hat head alone": (s[:, 2] >= t[2])[face & (truth[:, 2] == 1) & (sets == "lfw")],
        "  all photos labelled hat": refused[(raw[:, 2] == 1) & (sets == "lfw")],
        "  other sets, hat seen by eye": (s[:, 2] >= t[2])[face & (truth[:, 2] == 1) & (sets != "lfw")],
        "bare wrongly refused, in total": refused[bare],
    }
    for name in PASS_SETS:
        out[f"  {name}"] = refused[bare & (sets == name)]
    out["  eyeglasses"] = refused[bare & (labels == "eyeglasses")]
    out["  bare_weak"] = refused[bare & (labels == "bare_weak")]
    out["  headbands, hijab (labelled other_headwear)"] = refused[bare & (labels == "other_headwear")]
    for k, h in enumerate(HEADS[:3]):
        out[f"  because of {h}"] = (s[:, k] >= t[k])[bare]
    out["faces taken for none, all"] = (s[:, 3] < t[3])[face]
    out["  bare"] = (s[:, 3] < t[3])[bare]
    out["  masked"] = (s[:, 3] < t[3])[face & (truth[:, 0] == 1)]
    out["detector's false faces accepted as face"] = (s[:, 3] >= t[3])[truth[:, 3] == 0]
    if not quiet:
        for k, v in out.items():
            print(f"{k:48s} {rate(v)}")
    return out


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--faces", required=True)
    p.add_argument("--cache", required=True)
    p.add_argument("--scores", nargs="+", required=True, help="NAME-scores.npz of train.py, one for each fold")
    p.add_argument("--corrections", default=os.path.join(os.path.dirname(__file__), "corrections.csv"))
    p.add_argument("--thresholds", type=float, nargs=4, default=[0.5, 0.5, 0.5, 0.5], help="mask sunglasses hat face")
    a = p.parse_args()
    rows, _ = groups_of(a.cache)
    fixed = {i.path: i.truth for i in load_items(a.faces, a.corrections)}
    plain = {i.path: i.truth for i in load_items(a.faces)}
    index = np.concatenate([np.load(f)["index"] for f in a.scores])
    s = np.concatenate([np.load(f)["scores"] for f in a.scores])
    rows = [rows[i] for i in index]
    truth = np.array([fixed[r[0]] for r in rows])
    raw = np.array([plain[r[0]] for r in rows])
    report(s, truth, rows, raw, dict(zip(HEADS, a.thresholds)))
    face = truth[:, 3] == 1
    bare = face & (truth[:, :3] == 0).all(1) & np.isin([r[1] for r in rows], PASS_SETS)
    print("\nthreshold   " + "   ".join(f"{h}: caught / bare refused" for h in HEADS[:3]) + "   face: lost / false accepted")
    for t in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        cells = []
        for k in range(3):
            pos = face & (truth[:, k] == 1)
            cells.append(f"{100 * (s[pos, k] >= t).mean():6.1f} / {100 * (s[bare, k] >= t).mean():5.2f}       ")
        cells.append(f"{100 * (s[face, 3] < t).mean():5.2f} / {100 * (s[truth[:, 3] == 0, 3] >= t).mean():5.1f}")
        print(f"{t:9.2f}   " + "   ".join(cells))


if __name__ == "__main__":
    main()
