"""Does the rate stay while a gallery grows, what does a pack without centres get, and how many candidates does a search need:
growth.py EMBEDDINGS ALIASES... (default pack; centres of half A without Vietnamese people and students, people of half B)"""
import sys
import numpy as np
from fit import rows_by
from level import CENTRES, NEAREST, MAX_OWN_PEOPLE, Curve, level
from people import GROUPS, load
from scoring import Cohort, unit


def top_share(c):
    """Mean of the highest tenth of each row, the highest one left out."""
    c = -np.sort(-c, axis=1)[:, 1:]
    w = 1 / c.shape[1]
    return (np.clip(NEAREST - np.arange(c.shape[1]) * w, 0, w) * c).sum(1) / NEAREST


def main(folder, *aliases):
    table, vectors = load(folder, aliases)
    x = vectors["default"]
    hard = ("vn_people", "casia_v5")
    used = np.isin(table["group"], GROUPS)
    fit = used & (table["half"] == "A") & ~np.isin(table["group"], hard)
    centres = x @ Cohort(x[fit], table["person"][fit], CENTRES).centres.T
    base = level(centres)
    b = used & (table["half"] == "B")
    lfw = rows_by(table, b & (table["group"] == "lfw"))
    r = np.concatenate(list(lfw.values()))
    i, j = np.triu_indices(len(r), 1)
    person = table["person"][r]
    i, j = i[person[i] != person[j]], j[person[i] != person[j]]
    w = np.array([1 / len(lfw[p]) for p in person])
    w = w[i] * w[j] / (w[i] * w[j]).sum()
    c = (x[r] @ x[r].T)[i, j]
    at = Curve(c - (base[r[i]] + base[r[j]]) / 2, w, 1e5).score(1e-4)
    plain = Curve(c, w, 1e5).score(1e-4)
    print("score %.3f and plain cosine %.3f: LFW's rate is 1e-4 without own people" % (at, plain))
    rng = np.random.default_rng(5)
    asian = ("asian_faces", "asian_portraits")
    for title, mask, sizes in (("Vietnamese, unseen", table["group"] == "vn_people", (5, 10, 20)), ("students, unseen", table["group"] == "casia_v5", (10, 16)),
                               ("Asian portraits", b & np.isin(table["group"], asian), (20, 50, 150, 300, 500)), ("LFW", b & (table["group"] == "lfw"), (20, 50, 150, 250)),
                               ("Asian and LFW", b & np.isin(table["group"], (*asian, "lfw")), (20, 50, 300, 800))):
        rows = rows_by(table, mask)
        for n in sizes:
            got = []
            for _ in range(8 if n <= 20 else 3):
                names = rng.permutation(sorted(rows))
                gallery, others = names[:n], names[n:n + 250]
                g, o = np.concatenate([rows[p] for p in gallery]), np.concatenate([rows[p] for p in others])
                who = np.concatenate([np.full(len(rows[p]), k) for k, p in enumerate(gallery)])
                wg = 1 / np.bincount(who)[who]
                wo = np.concatenate([np.full(len(rows[p]), 1 / len(rows[p])) for p in others])
                means = unit(np.array([x[rows[p]].sum(0) for p in gallery])).astype(np.float32)
                i, j = np.triu_indices(len(g), 1)
                same = who[i] == who[j]
                i, j = i[same], j[same]
                gw = 1 / np.bincount(who[i], minlength=n)[who[i]]
                cos, own = x[g] @ x[o].T, (x[g[i]] * x[g[j]]).sum(1)
                line = []
                mo, mg = top_share(x[o] @ means.T), top_share(x[g] @ means.T)
                middle = top_share(means @ means.T).mean() if n > 2 else 0
                fade = n / (n + 20) if n >= 20 else 0
                for t, lg, lo in ((plain, 0 * wg, 0 * wo), (at, base[g], base[o]), (at, level(centres[g], x[g] @ means.T[:, :MAX_OWN_PEOPLE], n), level(centres[o], x[o] @ means.T[:, :MAX_OWN_PEOPLE], n)),
                                  (plain, fade * (mg - middle), fade * (mo - middle))):
                    false = (wg[:, None] * wo[None] * (cos - (lg[:, None] + lo[None]) / 2 >= t)).sum() / n / len(others)
                    true = (gw * (own - (lg[i] + lg[j]) / 2 >= t)).sum() / gw.sum() if len(gw) else np.nan
                    line += [false, 100 * true]
                got.append(line)
            m = np.nanmean(got, 0)
            print(f"{title:20} {n:4} people | cosine {m[0]:.1e} {m[1]:.1f} | centres {m[2]:.1e} {m[3]:.1f} | with own people {m[4]:.1e} {m[5]:.1f} | own people alone {m[6]:.1e} {m[7]:.1f}", flush=True)
    # Candidates: one photo of everybody enrolled (three where there are more than three), all others searched.
    rows = rows_by(table, used)
    names = sorted(rows)
    enrolled = [rows[p][:3] if len(rows[p]) > 3 else rows[p][:1] for p in names]
    flat = np.concatenate(enrolled)
    who = np.concatenate([np.full(len(e), k) for k, e in enumerate(enrolled)])
    means = unit(np.array([x[e].sum(0) for e in enrolled])).astype(np.float32)
    probe = np.array(sorted(set(np.concatenate([rows[p] for p in names])) - set(flat)))
    keep = slice(0, MAX_OWN_PEOPLE)
    order = rng.permutation(len(names))[keep]
    lev = lambda v, c: level(c, v @ means[order].T, len(names))
    mf, mp, mt = lev(x[flat], centres[flat]), lev(x[probe], centres[probe]), lev(means, np.array([centres[e].mean(0) for e in enrolled]))
    cos = x[probe] @ x[flat].T
    s = cos - mf[None] / 2
    first = np.r_[0, np.flatnonzero(np.diff(who)) + 1]
    best = np.maximum.reduceat(s, first, 1)
    total = (best + x[probe] @ means.T - mt[None] / 2) / 2 - 0.03 * np.log10(np.diff(np.r_[first, len(flat)]))[None]
    winner = total.argmax(1)
    value = total.max(1) - mp / 2
    print(f"{len(names)} people, {len(flat)} faces, {len(probe)} searches")
    ranks = np.argsort(np.argsort(-cos, axis=1), axis=1)
    highest = np.minimum.reduceat(ranks, first, 1)[np.arange(len(probe)), winner]
    for n in (4, 8, 16, 32, 64, 128):
        found = highest < n
        line = " ".join("from %.2f on %.2f %%" % (t, 100 * found[value >= t].mean()) for t in (0.073, 0.171, 0.258, 0.328))
        print(f"best person among the {n} nearest faces: all {100 * found.mean():.2f} %, {line}")


if __name__ == "__main__":
    main(*sys.argv[1:])
