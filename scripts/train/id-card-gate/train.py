"""Trains the network on shards: python3 train.py --shards DIR --out FILE.pt --steps N. Shards may still be arriving."""
import argparse
import copy
import random
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from network import Gate, RASTER


class Shards:
    def __init__(self, folders):
        self.folders, self.seen, self.x, self.y = folders, set(), [], []

    def look(self):
        for folder in self.folders:
            for file in sorted(folder.glob("shard-*.npz")):
                if file not in self.seen:
                    self.seen.add(file)
                    z = np.load(file)
                    self.x.append(z["x"])
                    self.y.append(z["y"])
        return len(self.x)

    def pick(self, rng):
        s = rng.randrange(len(self.x))
        i = rng.randrange(len(self.x[s]))
        return self.x[s][i], self.y[s][i]


def augment(img, rng):
    r = RASTER
    if rng.random() < 0.8:
        w, h = int(r * rng.uniform(0.82, 1)), int(r * rng.uniform(0.82, 1))
        x, y = rng.randint(0, r - w), rng.randint(0, r - h)
        img = cv2.resize(img[y : y + h, x : x + w], (r, r), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        img = img[:, ::-1]
    if rng.random() < 0.35:
        img = img.copy()
        for _ in range(rng.randint(1, 3)):
            w, h = int(r * rng.uniform(0.05, 0.35)), int(r * rng.uniform(0.05, 0.35))
            x, y = rng.randint(0, r - w), rng.randint(0, r - h)
            img[y : y + h, x : x + w] = [rng.randint(0, 255) for _ in range(3)]
    out = img.astype(np.float32)
    q = rng.random()
    if q < 0.08:
        out = np.repeat(out.mean(2, keepdims=True), 3, 2)
    elif q < 0.14:
        out = out[..., rng.sample([0, 1, 2], 3)]
    if rng.random() < 0.5:
        out = (out - 128) * rng.uniform(0.7, 1.3) + 128 + rng.uniform(-30, 30)
    return np.clip(out, 0, 255)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--shards", type=Path, nargs="+", required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--steps", type=int, default=2500)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--start", type=Path, help="weights to start from")
    p.add_argument("--ema", type=float, default=0.998)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    cv2.setNumThreads(1)
    rng = random.Random(args.seed)
    shards = Shards(args.shards)
    while not shards.look():
        time.sleep(5)

    net = Gate()
    if args.start:
        net.load_state_dict(torch.load(args.start))
    net = net.to(memory_format=torch.channels_last).train()
    ema = copy.deepcopy(net).eval()
    decay = [v for v in net.parameters() if v.dim() > 1]
    rest = [v for v in net.parameters() if v.dim() <= 1]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.03}, {"params": rest, "weight_decay": 0}], lr=args.rate)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, args.rate, total_steps=args.steps, pct_start=0.12, final_div_factor=50)
    total, right, seen, t = 0.0, 0, 0, time.time()
    for step in range(1, args.steps + 1):
        xs, ys = [], []
        for _ in range(args.batch):
            x, y = shards.pick(rng)
            xs.append(augment(x, rng))
            ys.append(float(y))
        x = torch.from_numpy(np.stack(xs)).permute(0, 3, 1, 2).sub_(127.5).div_(127.5).contiguous(memory_format=torch.channels_last)
        y = torch.tensor(ys)
        z = net(x)
        loss = F.binary_cross_entropy_with_logits(z, y * 0.97 + 0.015)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        opt.step()
        plan.step()
        with torch.no_grad():
            d = min(args.ema, (1 + step) / (10 + step))
            for a, b in zip(ema.state_dict().values(), net.state_dict().values()):
                if a.dtype.is_floating_point:
                    a.mul_(d).add_(b, alpha=1 - d)
                else:
                    a.copy_(b)
        total += loss.item() * len(ys)
        right += int(((z > 0) == (y > 0.5)).sum())
        seen += len(ys)
        if step % 50 == 0:
            print(f"{step} loss {total / seen:.4f} right {right / seen:.4f} shards {len(shards.x)} {(time.time() - t) / 50:.2f} s/step", flush=True)
            total, right, seen, t = 0.0, 0, 0, time.time()
            shards.look()
        if step % 250 == 0 or step == args.steps:
            torch.save(ema.state_dict(), args.out)


if __name__ == "__main__":
    main()
