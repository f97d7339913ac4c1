"""What left-out people get: centres and scale from one half, people of the other. evaluate.py EMBEDDINGS ALIASES..."""
import sys
import numpy as np
from fit import FIVE, fit, rows_by
from level import PHOTOS_SLOPE, level
from people import GROUPS, load
from scoring import unit

AT = (0.80, 0.85, 0.90)


def draw(x, centres, rows, k, own, rng, most=250):
    """Two thirds of the people enrol k photos; the others are strangers, the rest of the photos genuine.
    Returns scores and weights of strangers (one enrolled person against one stranger weighs 1), of genuine (one person weighs
    1), and for each stranger's photo the best score of all, with its weight."""
    names = list(rng.permutation(sorted(rows)))
    able = [p for p in names if len(rows[p]) >= k]
    enrolled = able[:max(2, min(most, len(able) * 2 // 3))]
    strangers = [p for p in names if p not in set(enrolled)][:most]
    photos = [rng.permutation(rows[p]) for p in enrolled]
    flat = np.concatenate([r[:k] for r in photos])
    template = unit(np.array([x[r[:k]].sum(0) for r in photos])).astype(np.float32)
    # A template is compared with the centres of its person's photos (their own part taken out).
    tc = np.array([centres[r[:k]].mean(0) for r in photos]) / np.linalg.norm([x[r[:k]].mean(0) for r in photos], axis=1)[:, None]
    people = len(enrolled)
    lev = lambda v, c: level(c, v @ template.T if own else None, people)
    mf, mt = lev(x[flat], centres[flat]), lev(template, tc)

    def score(probe):
        mp = lev(x[probe], centres[probe])
        best = (x[probe] @ x[flat].T - (mp[:, None] + mf[None]) / 2).reshape(len(probe), people, k).max(2)
        return (best + x[probe] @ template.T - (mp[:, None] + mt[None]) / 2) / 2 - PHOTOS_SLOPE * np.log10(min(k, 10))

    probe = np.concatenate([rows[p] for p in strangers])
    w = np.concatenate([np.full(len(rows[p]), 1 / len(rows[p])) for p in strangers])
    s = score(probe)
    rest = [(i, r[k:]) for i, r in enumerate(photos) if len(r) > k]
    if not rest:
        return s, w, np.zeros(0), np.zeros(0)
    q = np.concatenate([r for _, r in rest])
    g = score(q)[np.arange(len(q)), np.concatenate([np.full(len(r), i) for i, r in rest])]
    return s, w, g, np.concatenate([np.full(len(r), 1 / len(r)) for _, r in rest])


def main(folder, *aliases):
    table, vectors = load(folder, aliases)
    used = np.isin(table["group"], GROUPS)
    for pack, x in vectors.items():
        for a, b in ("AB", "BA"):
            cohort, curves, points = fit(x, table, used & (table["half"] == a))
            at = {p["similarity"]: p["score"] for p in points}
            print(f"{pack}: fitted on {a}, people of {b}; points", [p["score"] for p in points])
            centres = x @ cohort.centres.T
            for group in ("vn_people", "casia_v5", "asian_faces", "asian_portraits", "asian_celebrities", "lfw", "five groups"):
                subs = FIVE if group == "five groups" else (group,)
                for k in (1, 3, 5):
                    if k > 1 and group in ("five groups", "asian_portraits") or (k == 5 and group == "casia_v5"):
                        continue
                    for own in (False, True):
                        rng = np.random.default_rng(11)
                        f, n, g, m, hit = np.zeros(3), 0, np.zeros(3), 0, np.zeros(3)
                        for _ in range(16 if group in ("vn_people", "casia_v5", "asian_celebrities") else 4):
                            for sub in subs:
                                s, w, gs, gw = draw(x, centres, rows_by(table, used & (table["half"] == b) & (table["group"] == sub)), k, own, rng)
                                for i, sim in enumerate(AT):
                                    f[i] += (w[:, None] * (s >= at[sim])).sum()
                                    hit[i] += (w * (s.max(1) >= at[sim])).sum() / w.sum()
                                    g[i] += gw[gs >= at[sim]].sum()
                                n += w.sum() * s.shape[1]
                                m += gw.sum()
                        draws = 16 if group in ("vn_people", "casia_v5", "asian_celebrities") else 4
                        print(f"  {group:18} {k} photos, {'own people' if own else 'centres only':12} enrolled {s.shape[1]:3}",
                              "false per person", " ".join("%.1e" % v for v in f / n), "| stranger's photo finds somebody %",
                              " ".join("%.2f" % v for v in 100 * hit / draws / len(subs)), "| found %", " ".join("%.1f" % v for v in 100 * g / m) if m else "-", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
