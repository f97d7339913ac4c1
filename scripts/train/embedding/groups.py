"""Evaluation groups and scores: equal error rate, TAR at FMR, LFW pair accuracy. Identities shared between sets are joined."""
import csv
import json
import os

import numpy as np

# The same person under two names (found by name and by centroid similarity).
SAME = {
    'Nogizaka_Asuka': 'nogi:asuka',
    'Nogizaka_Ikuta': 'nogi:ikuta',
    'G-DRAGON': 'G_Dragon',
    '名井南': 'Twice_Mina',
    '刘诗诗': 'rmfd:liushishi',
    '周渝民': 'rmfd:zhouyumin',
    '宋祖儿': 'rmfd:songzuer',
    '张睿': 'rmfd:zhangrui',
    '彭于晏': 'rmfd:pengyuyan',
    '李易峰': 'rmfd:liyifeng',
    '李健': 'rmfd:lijian',
    '汪涵': 'rmfd:wanghan',
    '汪东城': 'rmfd:wangdongcheng',
    '毛林林': 'rmfd:maolinlin',
    '陈翔': 'rmfd:chenxiang',
    '饶威': 'rmfd:raowei',
}


class Meta:
    def __init__(self, folder):
        rows = json.load(open(os.path.join(folder, 'crops.json')))
        self.path = np.array([r['path'] for r in rows])
        self.set = np.array([r['set'] for r in rows])
        self.person = np.array([SAME.get(r['identity'], r['identity']) for r in rows])
        self.label = np.array([r['label'] for r in rows])
        self.index = {p: i for i, p in enumerate(self.path)}
        self.nogi = np.isin(self.set, ['nogizaka_crop', 'nogizaka_raw'])
        self.group = np.where(self.nogi, 'nogizaka', np.where(self.set == 'blackpink_crop', 'blackpink', self.set))

    def of(self, group):
        return np.flatnonzero(self.group == group)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def pair_scores(e, person):
    """Cosines of all pairs: those of one person, and those of strangers."""
    s = e @ e.T
    upper = np.triu(np.ones(s.shape, bool), 1)
    same = person[:, None] == person[None]
    return s[upper & same], s[upper & ~same]


def rates(genuine, impostor, fmrs=(1e-2, 1e-3, 1e-4)):
    genuine, impostor = np.sort(genuine), np.sort(impostor)
    t = np.unique(np.concatenate([genuine[:: max(1, len(genuine) // 4000)], impostor[:: max(1, len(impostor) // 4000)]]))
    fnmr = np.searchsorted(genuine, t) / len(genuine)
    fmr = 1 - np.searchsorted(impostor, t) / len(impostor)
    i = np.argmin(np.abs(fnmr - fmr))
    out = {'eer': 100 * (fnmr[i] + fmr[i]) / 2}
    for f in fmrs:
        k = int(np.floor(f * len(impostor)))
        threshold = impostor[-1 - k]
        out[f'tar@{f:g}'] = 100 * np.mean(genuine > threshold) if f * len(impostor) >= 5 else float('nan')
    return out


def lfw_accuracy(e, meta, data):
    """10 folds by position, the threshold chosen on the other nine."""
    out = {}
    for name in ('official', 'generated', 'asian'):
        rows = list(csv.DictReader(open(os.path.join(data, f'pairs_lfw_{name}_dev.csv'))))
        rows = [r for r in rows if r['a'] in meta.index and r['b'] in meta.index]
        a = np.array([meta.index[r['a']] for r in rows])
        b = np.array([meta.index[r['b']] for r in rows])
        y = np.array([r['same'] == '1' for r in rows])
        s = (e[a] * e[b]).sum(1)
        fold = np.random.RandomState(0).permutation(len(s)) % 10
        grid = np.arange(-0.2, 0.9, 0.0025)
        right = (s[None] > grid[:, None]) == y[None]
        accs = []
        for k in range(10):
            best = right[:, fold != k].mean(1)
            t = grid[np.flatnonzero(best == best.max())].mean()
            accs.append(((s[fold == k] > t) == y[fold == k]).mean())
        out[name] = 100 * np.mean(accs)
    return out


def evaluate(e, meta, data=None, groups=('asian_celebrities', 'rmfd_asian', 'nogizaka', 'blackpink', 'lfw'), keep=None):
    """keep: boolean mask of images that may be used (people left out of training, for example)."""
    e = unit(e.astype(np.float32))
    keep = np.ones(len(e), bool) if keep is None else keep
    out = {}
    for g in groups:
        i = np.flatnonzero((meta.group == g) & keep)
        if len(i) < 10 or len(set(meta.person[i])) < 2:
            continue
        out[g] = rates(*pair_scores(e[i], meta.person[i]))
    # Small groups again, with strangers from the single photographs as impostors.
    singles = meta.of('asian_singles')
    for g in ('nogizaka', 'blackpink', 'rmfd_asian', 'asian_celebrities'):
        i = np.flatnonzero((meta.group == g) & keep)
        if len(i) < 10 or len(set(meta.person[i])) < 1:
            continue
        genuine, _ = pair_scores(e[i], meta.person[i])
        s = e[i] @ e[singles].T
        other = meta.person[i][:, None] != meta.person[singles][None]
        out[g + '×singles'] = rates(genuine, s[other])
    if data:
        out['lfw_acc'] = lfw_accuracy(e, meta, data)
    return out


def show(name, r):
    parts = [f'{name:28s}']
    for g, v in r.items():
        if g == 'lfw_acc':
            parts.append('acc ' + '/'.join(f'{x:.2f}' for x in v.values()))
        elif '×' in g:
            parts.append(f"{g[:4]}×s {v['eer']:.2f}")
        else:
            parts.append(f"{g[:6]} {v['eer']:.2f} ({v['tar@0.001']:.1f}" + (f",{v['tar@0.0001']:.1f}" if g == 'lfw' else '') + ')')
    print(' | '.join(parts), flush=True)
