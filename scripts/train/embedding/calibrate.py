"""Cosine at a false match rate for strangers of LFW and of the Asian sets; every pair of people counts once."""
import argparse

import numpy as np

from groups import Meta, unit

FMRS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)


def pairs(e, person, other=None):
    """Cosines of strangers with the weight that makes each pair of people count once."""
    names, y = np.unique(person, return_inverse=True)
    n = np.bincount(y)
    s = e @ e.T
    upper = np.triu(np.ones(s.shape, bool), 1) & (y[:, None] != y[None])
    if other is not None:
        upper &= other[:, None] == other[None]
    weight = (1 / n[y])[:, None] / n[y][None]
    return s[upper], weight[upper]


def quantiles(s, w, fmrs=FMRS):
    order = np.argsort(-s)
    total = np.cumsum(w[order])
    out = []
    for f in fmrs:
        # Fewer than three pairs of people beyond the point say nothing.
        out.append(s[order][np.searchsorted(total, f * total[-1])] if f * total[-1] >= 3 else np.nan)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--crops', required=True)
    parser.add_argument('--embeddings', required=True)
    parser.add_argument('--skip', nargs='*', default=[], help='images to leave out, by path ending')
    parser.add_argument('--keep', default=None, help='.npy mask of images to use (people left out of training)')
    args = parser.parse_args()
    meta = Meta(args.crops)
    e = unit(np.load(args.embeddings).astype(np.float32))
    keep = np.load(args.keep) if args.keep else np.ones(len(e), bool)
    keep &= ~np.array([any(p.endswith(s) for s in args.skip) for p in meta.path])
    sets = {
        'lfw': ['lfw'],
        'asian strangers (all sets)': ['asian_celebrities', 'asian_singles', 'nogizaka', 'blackpink'],
        'asian singles': ['asian_singles'],
        'asian celebrities': ['asian_celebrities'],
        'rmfd (tight crops)': ['rmfd_asian'],
    }
    print('FMR', *FMRS)
    for name, groups in sets.items():
        i = np.flatnonzero(np.isin(meta.group, groups) & keep)
        if len(i) > 10:
            s, w = pairs(e[i], meta.person[i])
            print(f'{name:28s}', ' '.join(f'{q:6.3f}' for q in quantiles(s, w)), f'{w.sum():.0f} pairs of people', flush=True)


if __name__ == '__main__':
    main()
