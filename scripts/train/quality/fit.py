"""Fits the quality score on which photos fail to match: fit.py PREFIX [--write OUT.json]

PREFIX.jsonl and PREFIX.f32 are measure.mjs's. People are split in two halves by a hash of the name; the score is fitted on one half and
tested on the other, and the other way round; what is shipped is fitted on all.
"""

from __future__ import annotations

import argparse
import hashlib
import json

import numpy as np
from scipy.optimize import minimize

#: What is good of each measure: rising or falling between two values, or rising and falling between four.
GOOD = {
    "sharpness": (-1.6, -0.6),
    "brightness": (0.05, 0.25, 0.7, 0.9),
    "contrast": (0.04, 0.14),
    "underexposed": (0.25, 0.0),
    "overexposed": (0.25, 0.01),
    "evenness": (0.3, 0.9),
    "dynamicRange": (0.6, 0.9),
    "eyeDistance": (1.2, 1.9),
    "yaw": (50, 0),
    "pitch": (45, 0),
    "roll": (45, 0),
    "eyesOpen": (0.01, 0.07),
    "mouthOpen": (0.35, 0.1),
    "margin": (-0.15, 0.05),
    "embeddingLength": (0, 1),
    "uncovered": (0.1, 0.97),
}


def raw(row: dict) -> dict:
    m = dict(row["measures"])
    m["eyeDistance"] = np.log10(max(1.0, m["eyeDistance"]))
    for k in ("yaw", "pitch", "roll"):
        m[k] = abs(m[k])
    s = row["scores"]
    m["uncovered"] = 1 - max(s["mask"], s["sunglasses"], 1 - s["face"])
    return m


def goodness(name: str, x: np.ndarray) -> np.ndarray:
    p = GOOD[name]
    g = np.clip((x - p[0]) / (p[1] - p[0]), 0, 1)
    return np.minimum(g, np.clip((p[3] - x) / (p[3] - p[2]), 0, 1)) if len(p) == 4 else g


class Photos:
    def __init__(self, prefix: str, aliases: dict) -> None:
        rows = [json.loads(line) for line in open(prefix + ".jsonl", encoding="utf-8")]
        x = np.fromfile(prefix + ".f32", np.float32).reshape(-1, 512)
        n = min(len(rows), len(x))
        self.rows, self.x = rows[:n], x[:n]
        names = [aliases.get(r["identity"], r["identity"]) for r in self.rows]
        self.person = np.unique(names, return_inverse=True)[1]
        self.known: dict = {}
        self.set = np.array([r["set"] for r in self.rows])
        self.half = np.array([int(hashlib.sha256(("quality/" + p).encode()).hexdigest(), 16) % 2 for p in names])
        measures = [raw(r) for r in self.rows]
        self.raw = {k: np.array([m[k] for m in measures], float) for k in GOOD}
        self.good = np.stack([goodness(k, v) for k, v in self.raw.items()], 1)


def comparisons(p: Photos, which: np.ndarray, kind: str, rate: float = 1e-4):
    """Genuine pairs of a set with whether they fail at the set's own false match rate; people weigh by the root of their pairs."""
    key = (kind, which.tobytes())
    if key not in p.known:
        i = np.flatnonzero(which & (p.set == kind))
        c = p.x[i] @ p.x[i].T
        same = p.person[i][:, None] == p.person[i][None]
        upper = np.triu(np.ones(c.shape, bool), 1)
        impostors = c[upper & ~same]
        t = np.partition(impostors, len(impostors) - 1 - int(rate * len(impostors)))[len(impostors) - 1 - int(rate * len(impostors))]
        a, b = np.nonzero(upper & same)
        owner = p.person[i][a]
        w = 1 / np.sqrt(np.bincount(owner)[owner])
        p.known[key] = i[a], i[b], c[a, b] < t, w / max(w.sum(), 1e-9), t
    return p.known[key]


def failing(p: Photos, which: np.ndarray, kinds):
    """For each photo the share of its genuine comparisons that fail, and how many there are."""
    bad, n = np.zeros(len(p.x)), np.zeros(len(p.x))
    for kind in kinds:
        a, b, fail, _, _ = comparisons(p, which, kind)
        for side, other in ((a, b), (b, a)):
            np.add.at(bad, side, fail)
            np.add.at(n, side, 1)
    return bad / np.maximum(n, 1), n


def fit(p: Photos, which: np.ndarray, kinds, l2: float = 0.0005) -> np.ndarray:
    """Bias and weights, none negative. Each set has a bias of its own while fitting, so that what tells the sets apart is not learnt."""
    y, n = failing(p, which, kinds)
    use = np.flatnonzero((n > 0) & np.isin(p.set, kinds))
    counts = np.bincount(p.person[use])
    w = 1 / np.sqrt(counts[p.person[use]])
    own = np.stack([p.set[use] == k for k in kinds], 1).astype(float)
    w = (w[:, None] * own / np.maximum((w[:, None] * own).sum(0), 1e-9)).sum(1) / len(kinds)
    g, y = 1 - p.good[use], y[use]
    m = len(kinds)

    def loss(v):
        z = own @ v[:m] + g @ v[m:]
        q = 1 / (1 + np.exp(-z))
        d = w * (q - y)
        value = -(w * (y * np.log(q + 1e-9) + (1 - y) * np.log(1 - q + 1e-9))).sum() + l2 * (v[m:] ** 2).sum()
        return value, np.concatenate([own.T @ d, g.T @ d + 2 * l2 * v[m:]])

    v = minimize(loss, np.zeros(m + g.shape[1]), jac=True, method="L-BFGS-B", bounds=[(None, None)] * m + [(0, None)] * g.shape[1]).x
    return np.concatenate([[v[:m].mean()], v[m:]])


def risk(p: Photos, v: np.ndarray) -> np.ndarray:
    return v[0] + (1 - p.good) @ v[1:]


def discard(p: Photos, which: np.ndarray, kinds, bad: np.ndarray, shares=(0.02, 0.05, 0.1, 0.2, 0.3)) -> dict:
    """False non-match rates after the worst photos are left out, by the threshold of all of them."""
    out = {}
    for kind in kinds:
        a, b, fail, w, _ = comparisons(p, which, kind)
        photos = np.unique(np.concatenate([a, b]))
        before = (w * fail).sum()
        row = [before]
        for share in shares:
            limit = np.quantile(bad[photos], 1 - share)
            keep = (bad[a] <= limit) & (bad[b] <= limit)
            row.append((w * fail)[keep].sum() / max(w[keep].sum(), 1e-9))
        out[kind] = row
    return out


def main() -> None:
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("prefix")
    a.add_argument("--aliases")
    a.add_argument("--write")
    a = a.parse_args()
    aliases = {}
    if a.aliases:
        aliases = dict(line.strip().split(",")[:2] for line in open(a.aliases, encoding="utf-8") if "," in line)
    p = Photos(a.prefix, aliases)
    kinds = [k for k in ("vn_people", "asian_faces", "asian_celebrities", "casia_v5", "lfw") if (p.set == k).sum() > 50]
    print(len(p.x), "photos", {k: int((p.set == k).sum()) for k in kinds})
    everything = np.ones(len(p.x), bool)
    rows = {k: [] for k in kinds}
    alone = {}
    for half in (0, 1):
        v = fit(p, p.half != half, kinds)
        for kind, row in discard(p, p.half == half, kinds, risk(p, v)).items():
            rows[kind].append(row)
        print("half", half, " ".join(f"{k} {x:.2f}" for k, x in zip(["bias", *GOOD], v)))
        for j, k in enumerate(GOOD):
            for kind, row in discard(p, p.half == half, kinds, 1 - p.good[:, j]).items():
                alone.setdefault(k, {}).setdefault(kind, []).append(row[3] / max(row[0], 1e-9))
    print("FNMR at FMR 1e-4 in %, people left out: all; without the worst 2, 5, 10, 20, 30 % of photos; ratio at 10 %")
    ratios = []
    for kind in kinds:
        m = np.mean(rows[kind], 0)
        ratios.append(m[3] / m[0])
        print(f"{kind:18s} " + " ".join(f"{100 * x:6.2f}" for x in m) + f"   {m[3] / m[0]:.2f}")
    total = np.mean([np.mean(rows[k], 0) for k in kinds], 0)
    print(f"{'mean of the sets':18s} " + " ".join(f"{100 * x:6.2f}" for x in total) + f"   {total[3] / total[0]:.2f}")
    print("each measure alone, ratio at 10 %:")
    for k in GOOD:
        print(f"  {k:14s} " + " ".join(f"{kind} {np.mean(alone[k][kind]):.2f}" for kind in kinds))
    v = fit(p, everything, kinds)
    print("all", json.dumps({k: round(float(x), 3) for k, x in zip(["bias", *GOOD], v)}))
    z = risk(p, v)
    print("risk quantiles", np.quantile(z, [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1]).round(2))
    for k, x in p.raw.items():
        print(f"  {k:14s}", np.quantile(x, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]).round(3))


if __name__ == "__main__":
    main()
