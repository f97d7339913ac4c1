"""Fine-tunes the last layers on cached activations: margin softmax over people plus distillation from the original.

The distillation target of an Asian face is the original's clean embedding less a part of the Asian mean; that of any
other face is the original's clean embedding itself. Augmented views are drawn to the target of their clean image.
"""
import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from groups import Meta, evaluate, show, unit
from net import MobileFaceNet

TIGHT = ('rmfd_asian', 'nogizaka', 'blackpink')


def held_out(meta, fold, folds=3, tight=False):
    """Images of people left out of training: every third person of each set, and all of the small sets unless `tight`.

    fold -1 leaves nobody out but the small sets; with `tight` nobody at all.
    """
    out = np.zeros(len(meta.path), bool)
    for g in ('lfw', 'asian_celebrities', 'asian_singles') + TIGHT:
        people = sorted(set(meta.person[meta.group == g]))
        gone = {p for k, p in enumerate(people) if fold >= 0 and k % folds == fold}
        if g in TIGHT and not tight:
            gone = set(people)
        out |= np.isin(meta.person, list(gone))
    return out | (meta.group == 'sports5_raw')


def load_view(folder, view, shape):
    return np.memmap(os.path.join(folder, f'view{view}.f32'), np.float32, 'r').reshape(-1, *shape)


def load_teacher(folder, view=0):
    return np.fromfile(os.path.join(folder, f'teacher{view}.f32'), np.float32).reshape(-1, 512)


@torch.no_grad()
def embed_cached(net, cut, store, rows, batch=128):
    out = np.zeros((len(rows), 512), np.float32)
    for i in range(0, len(rows), batch):
        out[i : i + batch] = net(torch.from_numpy(store[rows[i : i + batch]].astype(np.float32)), cut).numpy()
    return out


def noisy(teacher, person, group):
    """Images that agree with nobody of their own name: wrong labels and failed crops. Left out of training only."""
    e = unit(teacher)
    bad = np.zeros(len(e), bool)
    for p in set(person):
        rows = np.flatnonzero(person == p)
        if len(rows) < 4 or group[rows[0]] == 'lfw':
            continue
        total = e[rows].sum(0)
        own = [(unit(total - e[r]) @ e[r]) for r in rows]
        bad[rows[np.array(own) < 0.25]] = True
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', required=True)
    parser.add_argument('--crops', required=True)
    parser.add_argument('--cache', required=True)
    parser.add_argument('--data', default=None)
    parser.add_argument('--out', required=True, help='file for the tuned weights (.pt)')
    parser.add_argument('--fold', type=int, default=0)
    parser.add_argument('--tight', action='store_true', help='train on the small sets too')
    parser.add_argument('--steps', type=int, default=1200)
    parser.add_argument('--batch', type=int, default=96)
    parser.add_argument('--lr', type=float, default=2e-4)
    parser.add_argument('--margin', type=float, default=0.3)
    parser.add_argument('--scale', type=float, default=28)
    parser.add_argument('--distil', type=float, default=6)
    parser.add_argument('--arc', type=float, default=1)
    parser.add_argument('--keep', type=float, default=2, help='weight of the distillation of faces that are not Asian')
    parser.add_argument('--shrink', type=float, default=0.8, help='part of the Asian mean taken out of the targets')
    parser.add_argument('--max-aspect', type=float, default=0.06, help='leave out views that are stretched more')
    parser.add_argument('--seconds', type=float, default=1e9)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.RandomState(args.seed)

    meta = Meta(args.crops)
    info = json.load(open(os.path.join(args.cache, 'cache.json')))
    net = MobileFaceNet(args.model)
    cut = net.node_before(info['cut'])
    with torch.no_grad():
        net_shape = net(torch.zeros(1, 3, 112, 112), 0, cut).shape[1:]
    stores = [load_view(args.cache, v, net_shape) for v in range(info['views'])]
    teacher = unit(load_teacher(args.cache))

    gone = held_out(meta, args.fold, tight=args.tight)
    train = ~gone & ~noisy(teacher, meta.person, meta.group)
    asian = meta.group != 'lfw'
    people = sorted(set(meta.person[train]))
    number = {p: k for k, p in enumerate(people)}
    label = np.array([number.get(p, -1) if t else -1 for p, t in zip(meta.person, train)])

    # Every person counts once in the Asian mean, single photographs with a third of the weight.
    cent = np.stack([teacher[label == k].mean(0) for k in range(len(people))])
    n = np.bincount(label[label >= 0])
    is_asian = np.array([asian[label == k][0] for k in range(len(people))])
    mean = cent[is_asian].mean(0)
    target = teacher.copy()
    target[asian] = unit(teacher[asian] - args.shrink * mean)
    weight = torch.nn.Parameter(torch.from_numpy(np.stack([target[label == k].mean(0) for k in range(len(people))])))

    # Views that may be drawn for each image: augmented ones unless stretched too far.
    aspects = np.abs(np.load(os.path.join(args.cache, 'aspect.npy')))
    usable = [np.flatnonzero(aspects[2:, r] <= args.max_aspect) + 2 for r in range(len(meta.path))]
    usable = [u if len(u) else np.array([0, 1]) for u in usable]
    pools = {
        'many': [np.flatnonzero(label == k) for k in range(len(people)) if is_asian[k] and n[k] > 1],
        'single': [np.flatnonzero(label == k) for k in range(len(people)) if is_asian[k] and n[k] == 1],
        'lfw': [np.flatnonzero(label == k) for k in range(len(people)) if not is_asian[k]],
    }
    share = {'many': 0.45, 'single': 0.25, 'lfw': 0.30}
    sizes = {g: int(round(args.batch * s)) for g, s in share.items()}
    print({g: len(p) for g, p in pools.items()}, 'images', int(train.sum()), flush=True)

    # Only the layers after the cut get gradients.
    first = {'w' + i for _, inputs, _, _ in net.nodes[:cut] for i in inputs}
    tuned = [p for k, p in net.weights.items() if k not in first]
    for k, p in net.weights.items():
        p.requires_grad_(k not in first)
    original = {k: v.detach().clone() for k, v in net.weights.items()}
    optimiser = torch.optim.AdamW(
        [{'params': tuned, 'lr': args.lr, 'weight_decay': 0.0}, {'params': [weight], 'lr': 2e-3, 'weight_decay': 0.0}]
    )
    average = {k: v.detach().clone() for k, v in net.weights.items() if k not in first}
    begin = time.time()
    log = np.zeros(3)
    for step in range(args.steps):
        t = max(step / args.steps, (time.time() - begin) / args.seconds)
        if t >= 1:
            break
        rate = min(1, (step + 1) / 50) * 0.5 * (1 + np.cos(np.pi * t))
        optimiser.param_groups[0]['lr'] = args.lr * rate
        optimiser.param_groups[1]['lr'] = 2e-3 * rate
        rows = np.concatenate(
            [[pool[k][rng.randint(len(pool[k]))] for k in rng.randint(0, len(pool), sizes[g])] for g, pool in pools.items()]
        )
        clean = np.where(asian[rows], 0.3, 0.5)
        views = np.where(rng.rand(len(rows)) < clean, rng.randint(0, 2, len(rows)), [rng.choice(usable[r]) for r in rows])
        x = torch.from_numpy(np.stack([stores[v][r] for v, r in zip(views, rows)]).astype(np.float32))
        e = F.normalize(net(x, cut))
        y = torch.from_numpy(label[rows])
        logits = e @ F.normalize(weight).T
        own = logits.gather(1, y[:, None])
        # CosFace: the margin is subtracted from the own person's cosine; one photograph is its own class centre already.
        margin = torch.from_numpy(np.where(n[label[rows]] > 1, args.margin, 0.1).astype(np.float32))[:, None]
        logits = logits.scatter(1, y[:, None], own - margin)
        classify = F.cross_entropy(args.scale * logits, y)
        keep = torch.from_numpy(np.where(asian[rows], 1.0, args.keep).astype(np.float32))
        distil = (keep * (1 - (e * torch.from_numpy(target[rows])).sum(1))).mean()
        loss = args.arc * classify + args.distil * distil
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tuned, 5.0)
        optimiser.step()
        with torch.no_grad():
            decay = min(0.99, step / (step + 10))
            for k, v in average.items():
                v.mul_(decay).add_(net.weights[k], alpha=1 - decay)
        log = 0.95 * log + 0.05 * np.array([loss.item(), classify.item(), distil.item()])
        if step % 100 == 99:
            print(step + 1, f'{time.time() - begin:.0f} s', (log / (1 - 0.95 ** min(step + 1, 500))).round(3), flush=True)
    tuned_weights = {k: v.detach().clone() for k, v in average.items()}
    torch.save({'tuned': tuned_weights, 'mean': mean, 'args': vars(args)}, args.out)

    rows = np.flatnonzero(gone | (meta.group == 'asian_singles') | ((meta.group == 'lfw') if args.data else False))
    for mix in (1.0,):
        with torch.no_grad():
            for k, v in tuned_weights.items():
                net.weights[k].copy_((1 - mix) * original[k] + mix * v)
        e = teacher.copy()
        e[rows] = embed_cached(net, cut, stores[0], rows)
        show(f'weights {mix}', evaluate(e, meta, args.data, keep=gone))


if __name__ == '__main__':
    main()
