"""What `facesearch calibrate --gallery` does, as a reference, and the proof that it transfers: calibrate.py EMBEDDINGS ALIASES..."""
import hashlib
import sys
import numpy as np
from scipy.stats import norm
from fit import rows_by
from level import CENTRES, Curve, door, level
from people import GROUPS, load
from scoring import Cohort, unit

# Mean cosine of two photos of one person that a quarter of the people stay under, where the gallery cannot tell it itself.
SAME_PERSON = 0.55
MIN_GENUINE = 30


def suspects(x, rows, names):
    """Pairs of names that are probably one person: as alike as photos of one person are, and so alike that a gallery of
    strangers of this size would hold such a pair in one of ten cases only. Returns [(a, b, mean cosine)]."""
    means = np.array([x[rows[p]].mean(0) for p in names])
    count = np.array([len(rows[p]) for p in names])
    mean = means @ means.T
    several = count > 1
    own = (np.diag(mean)[several] * count[several] ** 2 - count[several]) / (count[several] * (count[several] - 1))
    same = np.quantile(own, 0.25) if (count * (count - 1) // 2).sum() >= MIN_GENUINE and several.sum() >= 4 else SAME_PERSON
    i, j = np.triu_indices(len(names), 1)
    curve = Curve(mean[i, j], np.full(len(i), 1 / len(i)), len(i))
    rate = 0.1 / len(i)
    least = max(same, curve.start + curve.slope * norm.isf(rate))
    found = np.flatnonzero(mean[i, j] >= least)
    return [(names[i[k]], names[j[k]], float(mean[i[k], j[k]])) for k in found], float(least)


def calibrated(x, centres, rows, names):
    """The curve of a gallery, its suspects left out (of each pair the one with fewer photos)."""
    found, _ = suspects(x, rows, names)
    out = {min(a, b, key=lambda p: (len(rows[p]), p)) for a, b, _ in found}
    kept = [p for p in names if p not in out]
    s, w = door(x, centres, rows, kept)
    return Curve(s, w, len(kept) * (len(kept) - 1) / 2), found, kept


def spread(x, centres, rows, names, rate, groups=20):
    """Standard error of the score of a rate: delete-a-group jackknife over people."""
    g = np.arange(len(names)) % min(groups, len(names))
    t = []
    for k in range(g.max() + 1):
        kept = [p for p, at in zip(names, g) if at != k]
        t.append(Curve(*door(x, centres, rows, kept), len(kept) * (len(kept) - 1) / 2).score(rate))
    t = np.array(t)
    return float(np.sqrt((len(t) - 1) / len(t) * ((t - t.mean()) ** 2).sum()))


def at_door(x, centres, rows, gallery, others):
    """Scores of others at the door of a gallery that is complete."""
    r = np.concatenate([rows[p] for p in gallery])
    q = np.concatenate([rows[p] for p in others])
    w = np.concatenate([np.full(len(rows[p]), 1 / len(rows[p])) for p in gallery])
    v = np.concatenate([np.full(len(rows[p]), 1 / len(rows[p])) for p in others])
    means = unit(np.array([x[rows[p]].sum(0) for p in gallery])).astype(np.float32)
    mr, mq = level(centres[r], x[r] @ means.T, len(gallery)), level(centres[q], x[q] @ means.T, len(gallery))
    weights = w[:, None] * v[None]
    i, j = np.triu_indices(len(r), 1)
    who = np.concatenate([np.full(len(rows[p]), k) for k, p in enumerate(gallery)])
    same = who[i] == who[j]
    i, j = i[same], j[same]
    genuine = (x[r[i]] * x[r[j]]).sum(1) - (mr[i] + mr[j]) / 2
    gw = 1 / np.bincount(who[i], minlength=len(gallery))[who[i]]
    return (x[r] @ x[q].T - (mr[:, None] + mq[None]) / 2), weights / weights.sum(), genuine, gw / gw.sum()


def main(folder, *aliases):
    table, vectors = load(folder, aliases)
    for pack, x in vectors.items():
        for title, groups, size, draws in (("Vietnamese", ("vn_people",), 17, 24), ("Asian portraits", ("asian_faces", "asian_portraits"), 200, 4), ("LFW", ("lfw",), 200, 4)):
            mask = np.isin(table["group"], groups)
            fit = np.isin(table["group"], GROUPS) & ~mask
            cohort = Cohort(x[fit], table["person"][fit], CENTRES)
            centres = np.zeros((len(x), len(cohort.centres)), np.float32)
            centres[mask] = x[mask] @ cohort.centres.T
            rows = rows_by(table, mask)
            rng = np.random.default_rng(1)
            got = []
            for draw in range(draws):
                names = list(rng.permutation(sorted(rows)))
                halves = [names[:size], names[size:2 * size]]
                if draw == 0 and title == "Vietnamese":
                    halves = [sorted(p for p in rows if table["half"][rows[p][0]] == h) for h in "AB"]
                for own, other in (halves, halves[::-1]):
                    curve, found, kept = calibrated(x, centres, rows, own)
                    t, t85 = curve.score(1e-4), curve.score(1e-5)
                    s, w = door(x, centres, rows, other)
                    c, v, g, gw = at_door(x, centres, rows, own, other)
                    got.append((t, w[s >= t].sum(), v[c >= t].sum(), gw[g >= t].sum(), len(found), w[s >= t85].sum(), v[c >= t85].sum()))
            a = np.array(got)
            band = lambda f: 100 * np.mean((f >= 0.5e-4) & (f <= 2e-4))
            print(pack, title, "halves of", size, "| score of 1e-4 %.3f ± %.3f" % (a[:, 0].mean(), a[:, 0].std()),
                  "| other half as a gallery: mean %.1e, in band %.0f %%" % (a[:, 1].mean(), band(a[:, 1])),
                  "| other half at this door: mean %.1e, in band %.0f %%" % (a[:, 2].mean(), band(a[:, 2])),
                  "| at 0.85: %.1e, %.1e" % (a[:, 5].mean(), a[:, 6].mean()),
                  "| TAR %.1f | suspects %.2f a half" % (100 * a[:, 3].mean(), a[:, 4].mean()))
            print("    first split A->B, B->A:", "; ".join("as a gallery %.1e, at the door %.1e, TAR %.1f" % (g[1], g[2], 100 * g[3]) for g in got[:2]), flush=True)
            if title == "Vietnamese":
                doubled = {**rows}
                for p in sorted(rows, key=lambda p: hashlib.sha256(p.encode()).hexdigest()):
                    if len(rows[p]) >= 6 and sum(n.endswith("#2") for n in doubled) < 3:
                        doubled[p], doubled[p + "#2"] = rows[p][::2], rows[p][1::2]
                found, least = suspects(x, doubled, sorted(doubled))
                print("    three people put in twice; suspected:", [(p, q, round(m, 2)) for p, q, m in found], "from a mean cosine of %.2f" % least)
                names = sorted(rows)
                print("    standard error of the scores of 1e-4 and 1e-5, all 35: %.3f %.3f" % (spread(x, centres, rows, names, 1e-4), spread(x, centres, rows, names, 1e-5)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
