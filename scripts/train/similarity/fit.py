"""Makes a pack's cohort and scale: fit.py EMBEDDINGS OUT ALIASES... . Writes OUT/cohorts/<model>.i8, OUT/calibration/<model>.json."""
import hashlib
import json
import os
import sys
import numpy as np
from level import (CENTRES, IDENTICAL_FROM, NEAREST, OWN_HALF, MIN_OWN_PEOPLE, MAX_OWN_PEOPLE, OWN_SHARE, PHOTOS_SLOPE, Curve,
                   centre_cosines, door)
from people import GROUPS, load
from scoring import Cohort, unit

MODELS = {"default": "mobilefacenet-pair", "light": "mobilefacenet-faceplugin"}
FIVE = GROUPS[6:]
STEPS = [(0.65, 1e-1), (0.70, 1e-2), (0.75, 1e-3), (0.80, 1e-4), (0.85, 1e-5), (0.90, 1e-6)]
# No group may have more than twice the promised rate.
TOLERANCE = 2
GALLERY = 250


def rows_by(table, mask):
    rows = np.flatnonzero(mask)
    person = table["person"][rows]
    return {p: rows[person == p] for p in np.unique(person)}


def strangers(x, table, mask, centres):
    """Scores of strangers by group, each group as galleries of its own of at most 250 people; the five groups together."""
    out = {}
    for group in GROUPS:
        rows = rows_by(table, mask & (table["group"] == group))
        names = sorted(rows, key=lambda p: hashlib.sha256(p.encode()).hexdigest())
        parts = [names[k:k + GALLERY] for k in range(0, len(names), GALLERY)]
        got = [(*door(x, centres, rows, part), len(part) * (len(part) - 1) / 2) for part in parts if len(part) >= MIN_OWN_PEOPLE]
        name = "five groups" if group in FIVE else group
        s, w, pairs = out.get(name, (np.zeros(0, np.float32), np.zeros(0), 0))
        out[name] = (np.concatenate([s] + [a for a, _, _ in got]), np.concatenate([w] + [b * n for _, b, n in got]),
                     pairs + sum(n for _, _, n in got))
    return {g: (s, w / w.sum(), pairs) for g, (s, w, pairs) in out.items()}


def points_of(curves):
    points, last = [], -1.0
    for similarity, rate in STEPS:
        score = max(last + 0.001, max(c.score(TOLERANCE * rate) for c in curves.values()))
        last = np.ceil(score * 1000) / 1000
        points.append({"score": round(float(last), 3), "similarity": similarity})
    return points


def fit(x, table, mask):
    cohort = Cohort(x[mask], table["person"][mask], CENTRES, "images")
    centres = np.full((len(x), len(cohort.centres)), -1, np.float32)
    centres[mask] = centre_cosines(cohort, x[mask], table["person"][mask])
    curves = {g: Curve(*v) for g, v in strangers(x, table, mask, centres).items()}
    return cohort, curves, points_of(curves)


def quantised(centres):
    return np.rint(127 * centres / np.abs(centres).max(1, keepdims=True)).astype(np.int8)


def main(folder, out, *aliases):
    table, vectors = load(folder, aliases)
    used = np.isin(table["group"], GROUPS)
    for part in ("cohorts", "calibration"):
        os.makedirs(f"{out}/{part}", exist_ok=True)
    for pack, x in vectors.items():
        cohort, curves, points = fit(x, table, used)
        for g, c in curves.items():
            print(pack, f"{g:18}", "measured to %.0e" % c.measured_to, " ".join("%.3f" % c.score(r) for _, r in STEPS))
        print(pack, points, "people a centre: median %d, least %d" % (np.median(cohort.people), cohort.people.min()))
        matrix = quantised(cohort.centres)
        again = unit(matrix.astype(np.float32))
        print(pack, "largest change of a centre: cosine %.6f" % (again * cohort.centres).sum(1).min())
        file = f"cohorts/{MODELS[pack]}.i8"
        matrix.tofile(f"{out}/{file}")
        people = len(np.unique(table["person"][used]))
        note = {"madeFrom": f"k-means centres of {used.sum()} photos of {people} people; scale: strangers at the door of galleries of each group, "
                            "every pair of people the same, no group above twice the promised rate; a group's rate is measured while "
                            "ten pairs of people are left and extrapolated from a normal tail below",
                "cohort": {"file": file, "sha256": hashlib.sha256(matrix.tobytes()).hexdigest(), "centres": len(matrix)},
                "identicalFrom": IDENTICAL_FROM, "photosSlope": PHOTOS_SLOPE,
                "scorePoints": [{"score": -1, "similarity": 0}, *points, {"score": 1, "similarity": 1}]}
        with open(f"{out}/calibration/{MODELS[pack]}.json", "w") as f:
            json.dump(note, f, indent=2)
            f.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
