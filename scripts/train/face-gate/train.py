"""Trains the face gate on everything but one fold, or on everything, and writes weights, ONNX file and held-out scores."""

from __future__ import annotations

import argparse
import copy
import glob
import itertools
import os
import time

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from augment import cut, mix_zones, photograph, place, render
from common import INPUT, UNKNOWN, fold_of, load_items
from model import FaceGate, export
from prepare import name_group


def groups_of(cache: str) -> tuple[list[list[str]], np.ndarray]:
    rows = [line.rstrip("\n").split("\t") for line in open(os.path.join(cache, "real.tsv"), encoding="utf-8")]
    return rows, np.array([fold_of(row[3]) for row in rows])


class Store:
    """All canvases with labels, fold and the pool they are drawn from."""

    def __init__(self, faces: str, cache: str, corrections: str) -> None:
        self.cache, self.corrections = cache, corrections
        self.version = self.look()
        items = load_items(faces, corrections)
        by_path = {i.path: i for i in items}
        rows, folds = groups_of(cache)
        truth = np.array([by_path[row[0]].truth for row in rows])
        self.images = [np.load(os.path.join(cache, "real.npy"), mmap_mode="r")]
        self.truth, self.fold = [truth], [folds]
        pool = np.full(len(rows), "bare", object)
        pool[truth[:, 2] == 1] = "hat"
        pool[truth[:, 1] == 1] = "sunglasses"
        pool[truth[:, 0] == 1] = "mask"
        pool[(truth[:, 0] == UNKNOWN) & (truth[:, 3] == 1)] = "unsure"
        pool[[row[2] == "mask_simulated" for row in rows]] = "simulated"
        pool[[row[2] == "eyeglasses" for row in rows]] = "eyeglasses"
        pool[truth[:, 3] == 0] = "false face"
        pool[truth[:, 3] == UNKNOWN] = "none"
        sizes: dict[str, int] = {}
        for row in rows:
            sizes[row[3]] = sizes.get(row[3], 0) + 1
        self.pool, self.weight = [pool], [np.array([1 / np.sqrt(sizes[row[3]]) for row in rows])]
        self.source = [np.zeros(len(rows), int)]
        fold_by_path = {row[0]: f for row, f in zip(rows, folds)}
        for kind in ("drawn", "windows"):
            for path in sorted(glob.glob(os.path.join(cache, f"{kind}-*-meta.npy"))):
                meta = np.load(path)
                self.images.append(np.load(path.replace("-meta", ""), mmap_mode="r"))
                if kind == "drawn":
                    # The base's corrections hold for what was not drawn.
                    t, base = meta[:, 1:].copy(), truth[meta[:, 0]]
                    fold = folds[meta[:, 0]]
                    t = np.where((t == 1) & (base != 1), 1, base)
                    ok = base[:, 3] == 1
                else:
                    t = meta[:, 1:]
                    fold = np.array([fold_by_path.get(items[k].path, fold_of(name_group(items[k]))) for k in meta[:, 0]])
                    ok = np.array([items[k].truth[3] == 0 or items[k].set != "noface_imagenet" for k in meta[:, 0]])
                self.truth.append(t)
                self.fold.append(fold)
                self.pool.append(np.where(ok, "drawn" if kind == "drawn" else "window", "none").astype(object))
                self.weight.append(np.ones(len(meta)))
                self.source.append(np.full(len(meta), len(self.images) - 1))
        self.index = np.concatenate([np.arange(len(t)) for t in self.truth])
        self.truth, self.fold, self.pool, self.weight, self.source = map(
            np.concatenate, (self.truth, self.fold, self.pool, self.weight, self.source)
        )

    def stale(self) -> bool:
        return self.version != self.look()

    def look(self) -> list:
        chunks = glob.glob(os.path.join(self.cache, "*-*-meta.npy"))
        return [len(chunks), os.path.getmtime(self.corrections) if os.path.exists(self.corrections) else 0]

    def image(self, i: int) -> np.ndarray:
        return self.images[self.source[i]][self.index[i]]


SHARES = {
    "bare": 0.25, "eyeglasses": 0.02, "mask": 0.12, "simulated": 0.01, "sunglasses": 0.08, "hat": 0.09, "drawn": 0.25,
    "window": 0.14, "false face": 0.04,
}


class Stream(torch.utils.data.IterableDataset):
    def __init__(self, make_store, held_out: int, batch: int, seed: int) -> None:
        self.make_store, self.held_out, self.batch, self.seed = make_store, held_out, batch, seed
        self.load()

    def load(self) -> None:
        self.store = store = self.make_store()
        held_out = self.held_out
        self.members = {}
        for name in SHARES:
            idx = np.flatnonzero((store.pool == name) & (store.fold != held_out))
            w = store.weight[idx] / max(1e-9, store.weight[idx].sum())
            self.members[name] = (idx, w)
        train = store.fold != held_out
        face = (store.source == 0) & (store.truth[:, 3] == 1) & (store.truth[:, 0] == 0) & train
        self.donors = {
            2: [np.flatnonzero(face & (store.truth[:, 2] == v)) for v in (0, 1)],
            1: [np.flatnonzero(face & (store.truth[:, 1] == v)) for v in (0, 1)],
        }

    def one(self, r: np.random.Generator):
        s = self.store
        name = str(r.choice(list(SHARES), p=np.array(list(SHARES.values())) / sum(SHARES.values())))
        idx, w = self.members[name]
        i = int(r.choice(idx, p=w))
        img, truth = s.image(i), s.truth[i].astype(np.float32)
        if truth[3] == 1 and name in ("bare", "hat", "sunglasses", "eyeglasses") and r.random() < 0.35:
            head = 2 if r.random() < 0.55 else 1
            j = int(r.choice(self.donors[head][int(r.random() < 0.5)]))
            img, truth = mix_zones(r, img, truth, s.image(j), s.truth[j])
        if r.random() < 0.22:
            img = cut(r, img)
        x = render(img, place(r, 0.25 if truth[0] == 1 or truth[3] == 0 else 0.1))
        x = photograph(r, x)
        if truth[3] != 1:
            truth = np.array([UNKNOWN, UNKNOWN, UNKNOWN, truth[3]], np.float32)
        return x, truth

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        r = np.random.default_rng([self.seed, info.id if info else 0])
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        for turn in itertools.count():
            if turn % 100 == 99 and self.store.stale():  # synthesize.py may still be at work
                self.load()
            pairs = [self.one(r) for _ in range(self.batch)]
            x = np.stack([p[0] for p in pairs]).transpose(0, 3, 1, 2)
            yield torch.from_numpy(np.ascontiguousarray(x)), torch.from_numpy(np.stack([p[1] for p in pairs]).astype(np.float32))


def scale(x: torch.Tensor) -> torch.Tensor:
    return (x.float() - 127.5) / 127.5


def predict(net: FaceGate, inputs: np.ndarray) -> np.ndarray:
    net.eval()
    with torch.no_grad():
        return np.concatenate(
            [torch.sigmoid(net(scale(torch.from_numpy(inputs[i : i + 128].transpose(0, 3, 1, 2).copy())))).numpy() for i in range(0, len(inputs), 128)]
        )


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--faces", required=True)
    p.add_argument("--cache", required=True, help="what prepare.py and synthesize.py wrote")
    p.add_argument("--out", required=True, help="folder for weights, scores and the ONNX file")
    p.add_argument("--corrections", default=os.path.join(os.path.dirname(__file__), "corrections.csv"))
    p.add_argument("--fold", type=int, default=-1, help="the fifth to leave out; -1: train on all")
    p.add_argument("--steps", type=int, default=4000)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--start", default="", help="weights to start from")
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(a.seed)
    os.makedirs(a.out, exist_ok=True)
    name = f"fold{a.fold}" if a.fold >= 0 else "all"

    stream = Stream(lambda: Store(a.faces, a.cache, a.corrections), a.fold, a.batch, a.seed)
    store = stream.store
    for pool in [*SHARES, "unsure", "none"]:
        print(pool, int(((store.pool == pool) & (store.fold != a.fold)).sum()), "of", int((store.pool == pool).sum()))
    loader = iter(torch.utils.data.DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=4))
    net = FaceGate().to(memory_format=torch.channels_last)
    if a.start:
        net.load_state_dict(torch.load(a.start))
    average = copy.deepcopy(net)
    decay = [q for n, q in net.named_parameters() if q.ndim > 1]
    plain = [q for n, q in net.named_parameters() if q.ndim <= 1]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.03}, {"params": plain, "weight_decay": 0}], lr=a.rate)
    head_weight = torch.tensor([1.0, 1.0, 1.0, 1.5])
    start, seen, lost = time.time(), 0, 0.0
    for step in range(a.steps):
        warm = min(1.0, (step + 1) / 100)
        rate = a.rate * warm * (0.5 * (1 + np.cos(np.pi * step / a.steps)) + 0.01)
        for g in opt.param_groups:
            g["lr"] = rate
        x, t = next(loader)
        net.train()
        z = net(scale(x).contiguous(memory_format=torch.channels_last))
        known = (t >= 0).float()
        target = t.clamp(min=0) * 0.97 + 0.015
        loss = F.binary_cross_entropy_with_logits(z, target, reduction="none")
        # A wrong label must not pull without limit.
        loss = torch.where(loss > 3, 3 + (loss - 3) * 0.3, loss)
        loss = (loss * known * head_weight).sum() / len(x)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        opt.step()
        keep = min(0.998, (step + 1) / (step + 20))
        with torch.no_grad():
            for q, v in zip(average.state_dict().values(), net.state_dict().values()):
                if q.dtype.is_floating_point:
                    q.mul_(keep).add_(v, alpha=1 - keep)
                else:
                    q.copy_(v)
        seen, lost = seen + 1, lost + loss.item()
        if (step + 1) % 200 == 0:
            print(f"{step + 1} loss {lost / seen:.4f} {time.time() - start:.0f} s", flush=True)
            seen, lost = 0, 0.0
            torch.save(average.state_dict(), os.path.join(a.out, name + ".pt"))
    torch.save(average.state_dict(), os.path.join(a.out, name + ".pt"))
    inputs = np.load(os.path.join(a.cache, "real-inputs.npy"), mmap_mode="r")
    _, folds = groups_of(a.cache)
    which = np.flatnonzero(folds == a.fold) if a.fold >= 0 else np.arange(len(inputs))
    np.savez(os.path.join(a.out, f"{name}-scores.npz"), index=which, scores=predict(average, np.array(inputs[which])))
    export(average.to(memory_format=torch.contiguous_format), os.path.join(a.out, name + ".onnx"), INPUT)


if __name__ == "__main__":
    main()
