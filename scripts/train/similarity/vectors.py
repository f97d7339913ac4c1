"""Test vectors of the formulas, for the server's tests: vectors.py OUT"""
import json
import sys
import numpy as np
from level import IDENTICAL_FROM, PHOTOS_SLOPE, Curve, level
from scoring import unit


def scale(points, s):
    x, y = [p["score"] for p in points], [p["similarity"] for p in points]
    return float(np.interp(s, x, y))


def similarity(points, c, s):
    return min(1.0, max(scale(points, s), (c - IDENTICAL_FROM) / (1 - 1e-6 - IDENTICAL_FROM), 0.0))


def centred(x, own, people):
    """Level in a pack without centres."""
    def raw(v):
        c = np.sort(v @ own.T, axis=1)[:, :-1]
        w = 1 / c.shape[1]
        c = c[:, ::-1]
        before = np.arange(c.shape[1]) * w
        return (np.clip(0.1 - before, 0, w) * c).sum(1) / 0.1
    return people / (people + 20) * (raw(x) - raw(own).mean())


def main(out):
    rng = np.random.default_rng(7)
    v = lambda n: unit(np.round(rng.normal(size=(n, 8)) + 0.5, 3))
    centres, own, probe, photos = v(25), v(24), v(1), unit(np.round(v(1) + 0.2 * rng.normal(size=(3, 8)), 3))
    points = [{"score": a, "similarity": b} for a, b in ((-1, 0), (-0.05, 0.65), (0.07, 0.7), (0.17, 0.75), (0.26, 0.8), (0.33, 0.85), (0.39, 0.9), (1, 1))]
    cases = []
    for n, people in ((0, 0), (9, 9), (10, 10), (24, 24), (24, 500)):
        lev = lambda x: level(x @ centres.T, x @ own[:n].T if n else None, people)
        template = unit(photos.sum(0))[None]
        mp, mf, mt = lev(probe), lev(photos), lev(template)
        faces = (photos @ probe[0]) - (mp[0] + mf) / 2
        t = float(template[0] @ probe[0] - (mp[0] + mt[0]) / 2)
        person = (faces.max() + t) / 2 - PHOTOS_SLOPE * np.log10(3)
        cases.append({"ownUsed": n, "people": people, "levelOfProbe": float(mp[0]), "levelsOfPhotos": mf.tolist(), "levelOfTemplate": float(mt[0]),
                      "scoresOfFaces": faces.tolist(), "scoreOfTemplate": t, "scoreOfPerson": float(person),
                      "similarityOfPerson": similarity(points, float((photos @ probe[0]).max()), float(person)),
                      "similarityOfFirstFaceAlone": similarity(points, float(photos[0] @ probe[0]), float(faces[0]))})
    s = np.round(np.sort(rng.normal(-0.16, 0.12, 600))[::-1], 4)
    w = np.full(600, 1 / 600)
    curve = Curve(s, w, 600)
    data = {"about": "worked examples of the formulas; vectors are float64 of length 1, 8 numbers each",
            "centres": centres.tolist(), "own": own.tolist(), "probe": probe[0].tolist(), "photos": photos.tolist(), "points": points, "cases": cases,
            "noCentres": {"people": 24, "levelOfProbe": float(centred(probe, own, 24)[0])},
            "similarity": [{"cosine": c, "score": s_, "similarity": similarity(points, c, s_)} for c, s_ in
                           ((0.3, -0.9), (0.4, 0.07), (0.5, 0.215), (0.6, 0.39), (0.95, 0.6), (0.99, 0.7), (0.998, 0.71), (1 - 1e-6, 0.72), (1, 0.72), (-0.5, -1.2))],
            "photos": photos.tolist(),
            "curve": {"scores": s.tolist(), "pairs": 600, "measuredTo": curve.measured_to, "start": curve.start, "slope": curve.slope,
                      "scoreOf": {str(r): curve.score(r) for r in (1e-1, 2e-2, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)}}}
    with open(out, "w") as f:
        json.dump(data, f)
    print(json.dumps({k: data[k] for k in ("cases", "noCentres", "similarity")}, indent=1)[:3000])
    print({k: v for k, v in data["curve"].items() if k != "scores"})


if __name__ == "__main__":
    main(*sys.argv[1:])
