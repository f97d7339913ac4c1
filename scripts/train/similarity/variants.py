"""Cohorts compared within one half: the half is cut in two again, centres from one part, strangers of the other.
variants.py EMBEDDINGS ALIASES... ; rates where LFW's is 3e-4, mean TAR of five groups where no group's rate is above 1e-3."""
import sys
import numpy as np
from people import GROUPS, halves_of, load
from scoring import Cohort, Strangers, top_mean

KINDS = ("vn_people", "casia_v5", "asian_faces", "asian_celebrities", "lfw")


def soft(c, sharpness):
    return np.log(np.exp(sharpness * (c - 0.5)).mean(1)) / sharpness + 0.5


def levels(x, person, probes):
    yield "cosine", np.zeros(len(probes))
    for weighting, share in (("images", 0.15), ("images", 0.3), ("images", 0.6), ("sqrt", 0.3), ("people", 0.3)):
        count = len(np.unique(person)) if weighting == "people" else len(x)
        c = probes @ Cohort(x, person, int(share * count), weighting).centres.T
        for near in (0.0125, 0.05, 0.1, 0.15):
            yield f"{weighting}, a centre for {1 / share:.1f}, nearest {near}", top_mean(c, max(1, round(near * c.shape[1]))) / 2
        for sharpness in (8, 25):
            yield f"{weighting}, a centre for {1 / share:.1f}, soft {sharpness}", soft(c, sharpness) / 2
    yield "every photo, nearest 0.05", top_mean(probes @ x.T, round(0.05 * len(x))) / 2


def main(folder, *aliases):
    table, vectors = load(folder, aliases)
    x = vectors["default"]
    used = np.isin(table["group"], GROUPS)
    for half in "AB":
        got = {}
        mine = used & (table["half"] == half)
        part = halves_of({"person": table["person"], "group": np.where(mine, table["group"], "none")}, "x")
        for a, b in ("AB", "BA"):
            fit, test = mine & (part == a), mine & (part == b)
            groups = {g: (np.flatnonzero(test & (table["group"] == g)),) for g in KINDS}
            groups = {g: (r, Strangers(x[r], table["person"][r])) for g, (r,) in groups.items()}
            for name, value in levels(x[fit], table["person"][fit], x[test]):
                mu = np.full(len(x), np.nan)
                mu[test] = value
                s = {g: st.c - mu[r][st.i] - mu[r][st.j] for g, (r, st) in groups.items()}
                own = {g: st.g - mu[r][st.gi] - mu[r][st.gj] for g, (r, st) in groups.items()}
                lfw = groups["lfw"][1].threshold(s["lfw"], 3e-4)
                top = max(st.threshold(s[g], 1e-3) for g, (r, st) in groups.items() if g != "casia_v5")
                tar = [100 * (st.gw * (own[g] >= top)).sum() for g, (r, st) in groups.items()]
                got.setdefault(name, []).append([st.fmr(s[g], lfw) for g, (r, st) in groups.items()] + [np.mean(tar)])
        for name, rows in got.items():
            print(half, f"{name:45}", " ".join("%.1e" % v for v in np.mean(rows, 0)[:-1]), "TAR %.1f" % np.mean(rows, 0)[-1], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
