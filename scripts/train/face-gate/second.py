"""Trains the second opinion of network.py on the maps of features.py: once for each third of the people left out, and once on all.

Writes OUT/scores.npz (what each plain crop gets from the network that has not seen its people, and from the one in use) and
OUT/second.pt (all people). People and near duplicates never stand on both sides.
"""

from __future__ import annotations

import argparse
import glob
import os
import time

import numpy as np
import torch
from torch.nn import functional as F

from common import NEW_SETS, UNKNOWN, fold_of, load_items
from network import Second
from train import groups_of

FOLDS = 3


class Maps:
    """Everything that features.py made: maps, first logits, truth, fold and weight."""

    def __init__(self, cache: str, faces: str, corrections: str) -> None:
        rows, _ = groups_of(cache)
        by_path = {i.path: i.truth for i in load_items(faces, corrections)}
        truth = np.array([by_path[row[0]] for row in rows])
        fold = np.array([fold_of(row[3], FOLDS) for row in rows])
        new = np.array([row[1] in NEW_SETS for row in rows])
        self.parts, self.truth, self.fold, self.weight, self.logits = [], [], [], [], []
        self.plain = None
        for path in sorted(glob.glob(os.path.join(cache, "maps-*-rows.npy"))):
            name, index = path[: -len("-rows.npy")], np.load(path)
            middle, top = np.load(name + "-middle.npy", mmap_mode="r"), np.load(name + "-top.npy", mmap_mode="r")
            logits = np.load(name + "-logits.npy")
            kind = os.path.basename(name).split("-")[1]
            if kind == "drawn":
                meta = np.load(os.path.join(cache, f"drawn-{name.rsplit('-', 1)[1]}-meta.npy"))
                base = truth[meta[:, 0]]
                t, f = np.where((meta[:, 1:] == 1) & (base != 1), 1, base), fold[meta[:, 0]]
                w = np.full(len(t), 1.0)
            else:
                t, f = truth[index], fold[index]
                w = np.where(new[index], 1.5, 1.0)
            p = 1 / (1 + np.exp(-logits[:, :3]))
            # What the network in use gets wrong counts more.
            w = w * np.where(((p > 0.1) & (t[:, :3] == 0)).any(1) | ((p < 0.6) & (t[:, :3] == 1)).any(1), 4.0, 1.0)
            w = w * np.where((t[:, :3] == 1).any(1), 1.5, 1.0)
            w[t[:, 3] != 1] = 0
            if kind == "plain":
                self.plain = (len(self.parts), len(index))
            self.parts.append((middle, top))
            self.truth.append(t[:, :3])
            self.fold.append(f)
            self.weight.append(w)
            self.logits.append(logits[:, :3])
        self.where = np.concatenate([np.stack([np.full(len(t), k), np.arange(len(t))], 1) for k, t in enumerate(self.truth)])
        self.truth, self.fold, self.weight, self.logits = map(np.concatenate, (self.truth, self.fold, self.weight, self.logits))

    def get(self, ids: np.ndarray, textures: bool) -> tuple[torch.Tensor, torch.Tensor]:
        middle = np.stack([self.parts[k][0][i] for k, i in self.where[ids]]) if textures else np.zeros((len(ids), 64, 1, 1), np.float16)
        top = np.stack([self.parts[k][1][i] for k, i in self.where[ids]])
        return torch.from_numpy(middle.astype(np.float32)), torch.from_numpy(top.astype(np.float32))


def fit(maps: Maps, left_out: int, a) -> Second:
    torch.manual_seed(a.seed)
    r = np.random.default_rng(a.seed)
    net = Second(a.textures).train()
    mean = {k: v.clone() for k, v in net.state_dict().items()}
    opt = torch.optim.AdamW(net.parameters(), lr=a.rate, weight_decay=0.05)
    w = np.where(maps.fold == left_out, 0, maps.weight)
    p = w / w.sum()
    steps, start = int(a.passes * (w > 0).sum() / a.batch), time.time()
    for step in range(steps):
        for g in opt.param_groups:
            g["lr"] = a.rate * min(1, (step + 1) / 30) * (0.5 * (1 + np.cos(np.pi * step / steps)) + 0.01)
        ids = r.choice(len(p), a.batch, p=p)
        middle, top = maps.get(ids, a.textures > 0)
        if r.random() < 0.5:
            middle, top = middle.flip(3), top.flip(3)
        z = torch.from_numpy(maps.logits[ids]) + net(middle, top)
        t = torch.from_numpy(maps.truth[ids].astype(np.float32))
        loss = F.binary_cross_entropy_with_logits(z, t.clamp(min=0) * 0.97 + 0.015, reduction="none")
        loss = torch.where(loss > 3, 3 + (loss - 3) * 0.3, loss)
        loss = (loss * (t >= 0)).sum() / len(ids)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        opt.step()
        keep = min(0.99, (step + 1) / (step + 10))
        for k, v in net.state_dict().items():
            mean[k].mul_(keep).add_(v, alpha=1 - keep)
        if step % 100 == 99:
            print(left_out, step + 1, "of", steps, f"loss {loss.item():.3f} {time.time() - start:.0f} s", flush=True)
    net.load_state_dict(mean)
    return net.eval()


def predict(net: Second, maps: Maps, ids: np.ndarray, textures: bool) -> np.ndarray:
    out = []
    with torch.no_grad():
        for i in range(0, len(ids), 128):
            some = ids[i : i + 128]
            out.append(torch.sigmoid(torch.from_numpy(maps.logits[some]) + net(*maps.get(some, textures))).numpy())
    return np.concatenate(out)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--faces", required=True)
    p.add_argument("--cache", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--corrections", default=os.path.join(os.path.dirname(__file__), "corrections.csv"))
    p.add_argument("--passes", type=float, default=4)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--textures", type=int, default=32)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    os.makedirs(a.out, exist_ok=True)
    maps = Maps(a.cache, a.faces, a.corrections)
    part, count = maps.plain
    plain = np.flatnonzero(maps.where[:, 0] == part)
    print(len(maps.where), "crops,", count, "plain; positives", (maps.truth == 1).sum(0), flush=True)
    scores = np.zeros((count, 3), np.float32)
    for k in range(FOLDS):
        path = os.path.join(a.out, f"fold{k}.pt")
        if os.path.exists(path):
            net = Second(a.textures)
            net.load_state_dict(torch.load(path))
            net.eval()
        else:
            net = fit(maps, k, a)
            torch.save(net.state_dict(), path)
        mine = plain[maps.fold[plain] == k]
        scores[maps.where[mine, 1]] = predict(net, maps, mine, a.textures > 0)
        np.savez(os.path.join(a.out, "scores.npz"), scores=scores, first=1 / (1 + np.exp(-maps.logits[plain])), truth=maps.truth[plain], fold=maps.fold[plain], done=k)
    net = fit(maps, -1, a)
    torch.save(net.state_dict(), os.path.join(a.out, "second.pt"))


if __name__ == "__main__":
    main()
