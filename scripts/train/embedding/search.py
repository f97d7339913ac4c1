"""Search-time corrections on simulated galleries: gallery mean with shrinkage, cohort normalisation.

A gallery holds one photo of each of n people (of one group as far as it goes, then strangers). Probes are the other
photos of the enrolled people, and photos of people who are not enrolled. Scored as open-set identification: the best
candidate's score of an enrolled person's probe counts when it is the right person; a stranger's best score is a false
alarm.
"""
import argparse

import numpy as np

from groups import Meta, unit


def gallery_mean(gallery, population, k):
    """Mean of the gallery's embeddings, drawn to the population's mean while the gallery is small."""
    n = len(gallery)
    return (gallery.sum(0) + k * population) / (n + k)


def centred_scores(probes, gallery, mean, strength):
    return unit(probes - strength * mean) @ unit(gallery - strength * mean).T


def as_norm(scores, probes, gallery, cohort, top):
    """Symmetric normalisation against the `top` most similar members of a cohort."""
    def stats(x):
        s = np.sort(x @ cohort.T, 1)[:, -top:]
        return s.mean(1), s.std(1)

    pm, ps = stats(probes)
    gm, gs = stats(gallery)
    return 0.5 * ((scores - pm[:, None]) / ps[:, None] + (scores - gm[None]) / gs[None])


def identification(scores, gallery_person, probe_person, fpir=(0.01, 0.1)):
    """Right-and-above-threshold rates of enrolled probes where a share of strangers' probes raises a false alarm."""
    enrolled = np.isin(probe_person, gallery_person)
    best = scores.argmax(1)
    top = scores[np.arange(len(scores)), best]
    right = gallery_person[best] == probe_person
    same = gallery_person[None] == probe_person[:, None]
    genuine, impostor = np.sort(scores[same]), np.sort(scores[~same])
    t = genuine[np.linspace(0, len(genuine) - 1, 2000).astype(int)]
    fnmr = np.searchsorted(genuine, t) / len(genuine)
    fmr = 1 - np.searchsorted(impostor, t) / len(impostor)
    k = np.argmin(abs(fnmr - fmr))
    out = {'eer': 50 * (fnmr[k] + fmr[k])}
    out['tar@1e-3'] = 100 * np.mean(genuine > np.quantile(impostor, 1 - 1e-3))
    out['rank1'] = 100 * np.mean(right[enrolled])
    for f in fpir:
        threshold = np.quantile(top[~enrolled], 1 - f)
        out[f'dir@{f:g}'] = 100 * np.mean(right[enrolled] & (top[enrolled] > threshold))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--crops', required=True)
    parser.add_argument('--embeddings', required=True, help='.npy, one row a crop')
    parser.add_argument('--keep', default=None, help='.npy mask of images to use (people left out of training)')
    parser.add_argument('--trials', type=int, default=25)
    args = parser.parse_args()
    meta = Meta(args.crops)
    e = unit(np.load(args.embeddings).astype(np.float32))
    keep = np.load(args.keep) if args.keep else np.ones(len(e), bool)
    meta.group = np.where(keep, meta.group, '')
    singles = meta.of('asian_singles')
    for group in ('asian_celebrities', 'rmfd_asian', 'lfw'):
        people = sorted(set(meta.person[meta.group == group]))
        rows_of = {p: np.flatnonzero((meta.group == group) & (meta.person == p)) for p in people}
        several = [p for p in people if len(rows_of[p]) > 1]
        for size in (10, 30, 100):
            rng = np.random.RandomState(3)
            table = {}
            for _ in range(args.trials):
                inside = rng.permutation(several)[: min(size, len(several) * 2 // 3)]
                outside = [p for p in people if p not in set(inside)]
                g = [rng.choice(rows_of[p]) for p in inside]
                # The cohort and population mean come from one half of the strangers, gallery fillers from the other.
                if group != 'lfw':
                    order = rng.permutation([s for s in singles if meta.person[s] not in people])
                    cohort, fill = order[: len(order) // 2], order[len(order) // 2 :]
                else:
                    order = rng.permutation([rows_of[p][0] for p in outside])
                    cohort, fill = order[:200], order[200:]
                g = np.array(g + list(fill[: size - len(g)]))
                probes = [r for p in inside for r in rows_of[p] if r not in set(g)]
                strangers = [r for p in rng.permutation(outside)[:60] for r in rows_of[p][:10] if r not in set(g) and r not in set(cohort)]
                p = np.array(probes + strangers)
                gp, pp = meta.person[g], meta.person[p]
                asia = e[singles].mean(0)
                methods = {'plain': e[p] @ e[g].T, 'stored mean 0.7': centred_scores(e[p], e[g], asia, 0.7)}
                for k in (0, 20, 60):
                    # Without a stored mean (zero), and with the Asian one.
                    for name, pop in (('0', 0 * asia), ('asian', 0.7 * asia)):
                        if k == 0 and name == 'asian':
                            continue
                        m = gallery_mean(e[g], pop, k)
                        methods[f'gallery k={k} pop={name}'] = centred_scores(e[p], e[g], m, 1.0)
                methods['as-norm cohort'] = as_norm(e[p] @ e[g].T, e[p], e[g], e[cohort], 100)
                m = gallery_mean(e[g], 0 * asia, 20)
                c = [unit(x - m) for x in (e[p], e[g], e[cohort])]
                methods['gallery k=20 + as-norm'] = as_norm(c[0] @ c[1].T, *c, 100)
                for name, s in methods.items():
                    table.setdefault(name, []).append(list(identification(s, gp, pp).values()))
            print(f'\n{group}, {size} enrolled (EER, TAR@1e-3, rank 1, right at 1 % and 10 % false alarms)')
            for name, v in table.items():
                print(f'  {name:28s}', ' '.join(f'{x:6.2f}' for x in np.mean(v, 0)), flush=True)


if __name__ == '__main__':
    main()
