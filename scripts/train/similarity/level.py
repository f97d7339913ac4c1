"""The level of a face (how near the most similar part of the cohort lies), as src/gallery does it, and the curve of rates."""
import numpy as np
from scipy.stats import norm
from scoring import unit

NEAREST, OWN_SHARE, OWN_HALF, MIN_OWN_PEOPLE, MAX_OWN_PEOPLE = 0.1, 0.5, 20, 10, 200
CENTRES = 400
PHOTOS_SLOPE = 0.03
IDENTICAL_FROM = 0.95


def own_share(people):
    return OWN_SHARE * people / (people + OWN_HALF)


def level(centre_cosines, own_cosines=None, people=0):
    """Level of each row. centre_cosines [r, C]; own_cosines [r, n] or None; people: how many the gallery has in all."""
    c = centre_cosines.astype(np.float64)
    w = np.full(c.shape[1], 1 / c.shape[1])
    if own_cosines is not None and own_cosines.shape[1] >= MIN_OWN_PEOPLE:
        pi = own_share(people)
        own = np.sort(own_cosines.astype(np.float64), axis=1)[:, :-1]
        w = np.r_[w * (1 - pi), np.full(own.shape[1], pi / own.shape[1])]
        c = np.hstack([c, own])
    order = np.argsort(-c, axis=1)
    c, w = np.take_along_axis(c, order, 1), w[order]
    before = np.cumsum(w, 1) - w
    return (np.clip(NEAREST - before, 0, w) * c).sum(1) / NEAREST


def centre_cosines(cohort, x, person):
    """Cosines to the centres, each person's own photos taken out of them."""
    out = x @ cohort.centres.T
    for name in np.unique(person):
        rows = person == name
        for number, centre in cohort.changed_without(name):
            out[rows, number] = x[rows] @ centre
    return out


def door(x, centres, rows, names, folds=10):
    """Scores of strangers at the door of a gallery: the people of one fold leave the gallery's own people and are scored
    against the others, fold by fold. rows: indices of x by name; centres: centre cosines of all of x.
    Returns scores and weights (each ordered pair of people the same)."""
    fold = np.arange(len(names)) % min(folds, len(names))
    r = np.concatenate([rows[p] for p in names])
    who = np.concatenate([np.full(len(rows[p]), i) for i, p in enumerate(names)])
    count = np.bincount(who)
    means = unit(np.array([x[rows[p]].sum(0) for p in names])).astype(np.float32)
    to_own, cosines = x[r] @ means.T, x[r] @ x[r].T
    scores, weights = [], []
    for f in range(fold.max() + 1):
        stay = np.flatnonzero(fold != f)
        mu = level(centres[r], to_own[:, stay[:MAX_OWN_PEOPLE]], len(stay))
        a, b = np.flatnonzero(fold[who] != f), np.flatnonzero(fold[who] == f)
        scores.append((cosines[np.ix_(a, b)] - (mu[a][:, None] + mu[b][None]) / 2).ravel())
        weights.append((1 / (count[who[a]][:, None] * count[who[b]][None])).ravel())
    w = np.concatenate(weights)
    return np.concatenate(scores), w / w.sum()


GRID = [r * 10.0**-e for e in (1, 2, 3, 4, 5, 6) for r in (1, 0.5, 0.2)]


def quantiles(s, w, rates):
    """Lowest scores that leave at most these rates at or above them (the next lower score that occurs)."""
    order = np.argsort(-s, kind="stable")
    cum = np.cumsum(w[order])
    return [float(s[order[min(np.searchsorted(cum, r, side="right"), len(s) - 1)]]) for r in rates]


class Curve:
    """Score of a rate: measured while it stands for ten pairs of people, then on the line that the scores of the rates from
    1e-1 down to there make over the normal quantile of the rate."""

    def __init__(self, s, w, pairs, least=10):
        self.s, self.w = s, w
        self.measured_to = min(max(least / pairs, 1e-6), 0.02)
        rates = [r for r in GRID if r >= self.measured_to * 0.999]
        q, z = np.array(quantiles(s, w, rates)), norm.isf(rates)
        self.slope = ((z - z.mean()) * (q - q.mean())).sum() / ((z - z.mean()) ** 2).sum()
        self.start = q.mean() - self.slope * z.mean()
        self.last = q[-1]

    def score(self, rate):
        if rate >= self.measured_to:
            return quantiles(self.s, self.w, [rate])[0]
        return max(self.last, self.start + self.slope * norm.isf(rate))
