"""Maps after the embedding: population mean, within-person whitening, LDA-like projection, group-conditional shift."""
import argparse
import os

import numpy as np

from groups import Meta, evaluate, show, unit
from train import held_out, load_teacher, noisy


def class_stats(e, person):
    people = sorted(set(person))
    index = {p: k for k, p in enumerate(people)}
    y = np.array([index[p] for p in person])
    n = np.bincount(y)
    cent = np.zeros((len(people), e.shape[1]))
    np.add.at(cent, y, e)
    cent /= n[:, None]
    return y, n, cent


def within_covariance(e, person):
    y, n, cent = class_stats(e, person)
    many = n[y] > 1
    d = (e - cent[y])[many] * np.sqrt(n[y] / np.maximum(n[y] - 1, 1))[many][:, None]
    w = (1 / n[y])[many][:, None] ** 0.5  # every person counts alike
    d = d * w
    return d.T @ d / (w**2).sum()


def between_covariance(e, person, mean=None):
    _, _, cent = class_stats(e, person)
    d = cent - (cent.mean(0) if mean is None else mean)
    return d.T @ d / len(d)


def power(cov, p):
    values, vectors = np.linalg.eigh(cov)
    return (vectors * np.maximum(values, 1e-9) ** p) @ vectors.T


def whitening(within, ridge, p=-0.5):
    """(W + ridge · mean eigenvalue · I)^p, scaled to keep lengths about the same; a large ridge is the identity."""
    level = np.trace(within) / len(within)
    m = power(within / level + ridge * np.eye(len(within)), p)
    return m * np.sqrt(len(m) / np.trace(m @ m))


def conditional_shift(e, mean, strength, at=0.0, slope=10.0):
    """e - strength · sigmoid(slope · (⟨e, m̂⟩ - at)) · mean: full for faces that lie along the Asian mean."""
    along = e @ (mean / np.linalg.norm(mean))
    gate = 1 / (1 + np.exp(-slope * (along - at)))
    return e - strength * gate[:, None] * mean


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--crops', required=True)
    parser.add_argument('--cache', required=True)
    parser.add_argument('--data', required=True)
    parser.add_argument('--folds', type=int, nargs='*', default=[0, 1])
    args = parser.parse_args()
    meta = Meta(args.crops)
    raw = unit(load_teacher(args.cache))
    for fold in args.folds:
        gone = held_out(meta, fold)
        train = ~gone & ~noisy(raw, meta.person, meta.group)
        asian = meta.group != 'lfw'
        print('fold', fold)
        report = lambda name, e: show(name, evaluate(e, meta, args.data, keep=gone))
        report('plain', raw)
        _, _, cent = class_stats(raw[train & asian], meta.person[train & asian])
        mean = cent.mean(0)
        _, _, lfw_cent = class_stats(raw[train & ~asian], meta.person[train & ~asian])
        for a in (0.4, 0.7, 1.0):
            report(f'mean {a}', raw - a * mean)
        for a in (0.7, 1.0):
            for at, slope in ((0.2, 15), (0.25, 25)):
                report(f'conditional {a} {at} {slope}', conditional_shift(raw, mean, a, at, slope))
        w_asia = within_covariance(raw[train & asian], meta.person[train & asian])
        w_lfw = within_covariance(raw[train & ~asian], meta.person[train & ~asian])
        within = 0.6 * w_asia + 0.4 * w_lfw
        middle = 0.5 * mean + 0.5 * lfw_cent.mean(0)
        for ridge in (0.3, 1, 3):
            report(f'wccn {ridge}', (raw - 0.7 * mean) @ whitening(within, ridge))
        # LDA-like with the class means of both groups about their own mean: the metric of PLDA's log ratio.
        b = 0.6 * between_covariance(raw[train & asian], meta.person[train & asian]) + 0.4 * between_covariance(
            raw[train & ~asian], meta.person[train & ~asian]
        )
        for ridge in (0.5, 2):
            v = whitening(within, ridge)
            bb = v @ b @ v
            values, vectors = np.linalg.eigh(bb)
            level = values.mean()
            for tau in (0.5, 2):
                gain = np.sqrt(np.maximum(values, 0) / (np.maximum(values, 0) + tau * level))
                m = v @ (vectors * gain)
                report(f'plda {ridge} {tau}', (raw - 0.7 * mean) @ m)


if __name__ == '__main__':
    main()
