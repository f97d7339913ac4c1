"""What second.py reached on people left out, beside the network in use: refusals by group and cause, and thresholds chosen on the other folds."""

from __future__ import annotations

import argparse
import json
import os

import numpy as np

from common import NEW_SETS
from second import FOLDS
from train import groups_of

GRID = np.round(np.concatenate([np.arange(0.1, 0.95, 0.025), [0.95, 0.97]]), 3)
#: The largest share of free faces that may be refused for each cause, where thresholds are chosen.
AIM = (0.006, 0.006, 0.012)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--faces", required=True)
    p.add_argument("--cache", required=True)
    p.add_argument("--scores", required=True)
    p.add_argument("--thresholds", type=float, nargs=3, default=[0.3, 0.3, 0.6], help="mask sunglasses hat")
    p.add_argument("--list", action="store_true", help="name the errors on the new sets")
    a = p.parse_args()
    rows, _ = groups_of(a.cache)
    notes = {}
    for line in open(a.faces, encoding="utf-8"):
        r = json.loads(line)
        notes[r["path"]] = (r["note"], r["scores"][3] if "scores" in r else 0)
    z = np.load(a.scores)
    truth, fold, second, first = z["truth"], z["fold"], z["scores"], z["first"]
    face = np.array([notes[r[0]][1] >= 0.8 for r in rows])
    group = np.array([f"{r[1]}/{notes[r[0]][0]}" if r[1] == "mebeauty_groups" else r[1] for r in rows])
    label = np.array([r[2] for r in rows])
    new = np.isin([r[1] for r in rows], NEW_SETS)
    bare = (truth == 0).all(1) & face & ~np.isin(group, ["sunglasses_selfies"]) & ~np.isin(label, ["tinted", "other_headwear"])

    def thresholds(s, which):
        """The lowest at which no more than the aim of the new sets' free faces is refused."""
        out = []
        for k in range(3):
            b = s[which & bare & new, k]
            out.append(next((t for t in GRID if (b >= t).mean() <= AIM[k]), GRID[-1]))
        return np.array(out)

    def report(name, s, t_of):
        refused = np.stack([s[i] >= t_of[fold[i]] for i in range(len(s))])
        print(f"\n{name}; thresholds by fold", [list(np.round(t, 3)) for t in t_of])
        print(f"{'group':32s} {'free':>5s} {'mask':>5s} {'sun':>5s} {'either %':>8s} {'hat %':>6s}")
        for g in sorted(set(group)):
            m = bare & (group == g)
            if m.sum() < 20:
                continue
            print(f"{g:32s} {m.sum():5d} {refused[m, 0].sum():5d} {refused[m, 1].sum():5d} {100 * (refused[m, 0] | refused[m, 1]).mean():8.1f} {100 * refused[m, 2].mean():6.1f}")
        any_ = refused.any(1)
        for k, what in enumerate(("mask", "sunglasses", "hat")):
            for part, m in (("all", face & (truth[:, k] == 1)), ("new sets", face & (truth[:, k] == 1) & new)):
                if m.any():
                    print(f"  {what:10s} {part:9s} {m.sum():5d} by its head {100 * refused[m, k].mean():5.1f}  by any {100 * any_[m].mean():5.1f}")
        if a.list:
            for i in np.flatnonzero(new & ((bare & any_) | ((truth == 1).any(1) & ~any_ & face))):
                print("   ", rows[i][0], truth[i], s[i].round(2))

    report("in use, its thresholds", first, [np.array([0.3, 0.3, 0.6])] * FOLDS)
    report("second opinion, thresholds in use", second, [np.array([0.3, 0.3, 0.6])] * FOLDS)
    report("second opinion, thresholds of the other folds", second, [thresholds(second, fold != k) for k in range(FOLDS)])
    report("in use, thresholds of the other folds", first, [thresholds(first, fold != k) for k in range(FOLDS)])
    chosen = np.array(a.thresholds)
    report("second opinion, thresholds given", second, [chosen] * FOLDS)
    print("thresholds on all", thresholds(second, np.ones(len(fold), bool)))
    for t in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8):
        print(t, " ".join(f"{h}: caught {100 * (second[face & (truth[:, k] == 1), k] >= t).mean():.1f} new {100 * (second[face & new & (truth[:, k] == 1), k] >= t).mean():.1f} free new {100 * (second[bare & new, k] >= t).mean():.2f} all {100 * (second[bare, k] >= t).mean():.2f};" for k, h in enumerate(("mask", "sun", "hat"))))


if __name__ == "__main__":
    main()
