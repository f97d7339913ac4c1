"""Scores of strangers and of photos of one person, where each pair of people weighs the same."""
import numpy as np


def unit(v):
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)


def person_index(person):
    return np.unique(person, return_inverse=True)[1]


def k_means(x, weight, k, seed=1, rounds=25):
    """Spherical k-means with weights; k-means++ seeds. Returns the cluster of each row."""
    rng = np.random.default_rng(seed)
    x = x.astype(np.float32)
    best = np.full(len(x), -1.0, np.float32)
    first = rng.choice(len(x), p=weight / weight.sum())
    chosen = [first]
    for _ in range(k - 1):
        best = np.maximum(best, x @ x[chosen[-1]])
        d = np.maximum(0, 1 - best) * weight
        chosen.append(rng.choice(len(x), p=d / d.sum()))
    centres = x[chosen].copy()
    for _ in range(rounds):
        label = (x @ centres.T).argmax(1)
        total = np.zeros_like(centres)
        np.add.at(total, label, x * weight[:, None].astype(np.float32))
        there = np.linalg.norm(total, axis=1) > 0
        centres[there] = unit(total[there])
    return (x @ centres.T).argmax(1)


MIN_PEOPLE = 3


def capped(weight, share):
    """Weights with none above a share of their sum (at least 1 / share of them)."""
    w = weight.astype(float).copy()
    for _ in range(50):
        most = share * w.sum()
        if w.max() <= most * (1 + 1e-9):
            break
        high = w >= most * (1 - 1e-9)
        rest = w[~high].sum()
        w[high] = rest * share / (1 - share * high.sum()) if share * high.sum() < 1 - 1e-9 and rest > 0 else w.max()
        if share * high.sum() >= 1 - 1e-9:
            w[:] = 1.0
    return w


class Cohort:
    """Centres of development photos, each the mean of at least three people of whom none weighs more than a third, so
    that no centre is somebody's embedding. Each knows its people, so that one can be left out."""

    def __init__(self, x, person, c, weighting="images", seed=1):
        self.names, p = np.unique(person, return_inverse=True)
        count = np.bincount(p)
        means = np.zeros((len(count), x.shape[1]))
        np.add.at(means, p, x)
        means = unit(means)
        if weighting == "people":
            items, weight, owner = means.astype(np.float32), np.ones(len(count)), np.arange(len(count))
        else:
            power = {"images": 0.0, "sqrt": 0.5, "equal": 1.0}[weighting]
            items, weight, owner = x, count[p] ** -power, p
        label = k_means(items, weight, min(c, len(count)), seed)
        self.parts, centres = [], []
        for k in np.unique(label):
            mine = label == k
            who = np.unique(owner[mine])
            directions = [unit((items[mine & (owner == o)] * weight[mine & (owner == o)][:, None]).sum(0)) for o in who]
            w = [weight[mine & (owner == o)].sum() for o in who]
            if len(who) < MIN_PEOPLE:
                near = means @ (items[mine] * weight[mine][:, None]).sum(0)
                near[who] = -np.inf
                for o in np.argsort(-near)[:MIN_PEOPLE - len(who)]:
                    who, w = np.append(who, o), [*w, max(w)]
                    directions.append(means[o])
            w = capped(np.array(w), 1 / MIN_PEOPLE)
            self.parts.append((who, np.array(directions) * w[:, None]))
            centres.append(unit(self.parts[-1][1].sum(0)))
        self.centres = np.array(centres, np.float32)
        self.people = np.array([len(who) for who, _ in self.parts])
        self.ok = np.ones(len(centres), bool)

    def changed_without(self, name):
        """Numbers of the centres that a person is part of, and what they are without them."""
        o = np.searchsorted(self.names, name)
        if o >= len(self.names) or self.names[o] != name:
            return []
        return [(k, unit(d[who != o].sum(0)).astype(np.float32)) for k, (who, d) in enumerate(self.parts) if o in who]

    def mu(self, x, person, k, leave_out):
        c = x @ self.centres.T
        if leave_out:
            for name in np.unique(person):
                rows = person == name
                for number, centre in self.changed_without(name):
                    c[rows, number] = x[rows] @ centre
        return top_mean(c, k)


def top_mean(c, k):
    k = min(k, c.shape[1])
    return np.partition(c, c.shape[1] - k, axis=1)[:, -k:].mean(1)


class Strangers:
    """All pairs of photos of different people of one group, with weights so that each pair of people weighs the same."""

    def __init__(self, x, person):
        p = person_index(person)
        n = np.bincount(p)
        i, j = np.triu_indices(len(x), 1)
        other = p[i] != p[j]
        same = p[i] == p[j]
        self.gi, self.gj = i[same], j[same]
        self.i, self.j = i[other], j[other]
        self.pi, self.pj = p[self.i], p[self.j]
        w = 1.0 / (n[self.pi] * n[self.pj])
        self.pairs = w.sum()
        self.w = w / w.sum()
        self.people = len(n)
        c = x @ x.T
        self.c = c[self.i, self.j]
        self.g = c[self.gi, self.gj]
        gp = p[self.gi]
        m = np.bincount(gp, minlength=len(n))
        self.gw = 1.0 / m[gp] if len(gp) else np.zeros(0)
        if len(gp):
            self.gw = self.gw / self.gw.sum()

    def fmr(self, s, t):
        return float(self.w[s >= t].sum())

    def threshold(self, s, rate):
        """Lowest score at which the rate is not exceeded."""
        o = np.argsort(-s)
        cum = np.cumsum(self.w[o])
        k = np.searchsorted(cum, rate, side="right")
        return float(s[o[min(k, len(o) - 1)]]) + 1e-6
