"""Scores weights (.pt) or a network (.onnx) on everything that was not trained on:
python3 evaluate.py --data DIR --faces FILE --weights FILE [--cache FILE.npz] [--sheets DIR] [--thresholds ...]

Views: "whole" (the stretched image), "near F" (the square of F face widths around the main face) and "whole by pyramid"
(the stretched image as the server's own resampling makes it). A rule of two views takes their mean or their maximum.
"""
import argparse
import collections
import json
from pathlib import Path

import cv2
import numpy as np

import people
from views import stretch, stretch_by_pyramid, tensor, window

FACTORS = (7, 10)
THRESHOLD, THRESHOLD_WITHOUT_FACE = 0.65, 0.9
WIDE_FACE = 0.45  # of the image's width; a card shown that close has no print left to see


def read(data, row):
    img = cv2.imread(str(data / row["path"]))
    return None if img is None else img[..., ::-1]


def views_of(img, row):
    out = [stretch(img)]
    for f in FACTORS:
        out.append(stretch(window(img, row["faces"][0], f)) if row["faces"] else out[0])
    out.append(stretch_by_pyramid(img))
    return np.stack(out)


def load(args, rows):
    if args.cache and args.cache.exists():
        z = np.load(args.cache, allow_pickle=True)
        return z["x"], [rows[i] for i in z["i"]]
    xs, index = [], []
    for i, row in enumerate(rows):
        img = read(args.data, row)
        if img is not None and min(img.shape[:2]) >= 24:
            xs.append(views_of(img, row))
            index.append(i)
    xs = np.stack(xs)
    if args.cache:
        np.savez(args.cache, x=xs, i=np.array(index))
    return xs, [rows[i] for i in index]


def scorer(weights):
    if weights.suffix == ".onnx":
        import onnxruntime as ort

        session = ort.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
        return lambda x: session.run(None, {session.get_inputs()[0].name: x})[0].reshape(-1)
    import torch

    from network import Gate

    torch.set_num_threads(1)
    net = Gate()
    net.load_state_dict(torch.load(weights))
    net.eval()

    def run(x):
        with torch.no_grad():
            return torch.sigmoid(net(torch.from_numpy(x))).numpy()

    return run


def score(run, images, batch=64):
    return np.concatenate([run(tensor(images[i : i + batch])) for i in range(0, len(images), batch)])


def group(row):
    if row["set"] == "idcards_synth":
        _, _, design, kind = row["label"].split("|")
        return f"card: synthetic design {design}, {kind}"
    if row["set"] == "idcards_specimen":
        return "card: specimen" if people.is_card(row) else f"specimen set: {row['label']}"
    if row["set"].startswith("variants_degraded"):
        return f"degraded {row['label'].split(':')[1]}"
    return f"{row['set']}"


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--faces", type=Path, required=True)
    p.add_argument("--weights", type=Path, required=True)
    p.add_argument("--cache", type=Path)
    p.add_argument("--sheets", type=Path)
    p.add_argument("--scores", type=Path)
    p.add_argument("--made", type=Path, nargs="*", default=[], help="shards made with --held-out")
    p.add_argument("--thresholds", type=float, nargs="+", default=[0.3, 0.5, 0.7, 0.8, 0.9])
    args = p.parse_args()
    cv2.setNumThreads(1)
    rows = people.validation_rows(people.read_rows(args.faces))
    xs, rows = load(args, rows)
    run = scorer(args.weights)
    s = np.stack([score(run, xs[:, v]) for v in range(xs.shape[1])], 1)
    rules = {"whole": s[:, 0]}
    for i, f in enumerate(FACTORS):
        rules[f"near {f}"] = s[:, i + 1]
        rules[f"mean whole+near {f}"] = (s[:, 0] + s[:, i + 1]) / 2
    rules["whole by pyramid"] = s[:, -1]
    rules["max whole+near 7"] = np.maximum(s[:, 0], s[:, 1])
    width = np.array([r["faces"][0][2] / r["w"] if r["faces"] else 0 for r in rows])
    rules["whole, wide faces pass"] = np.where(width > WIDE_FACE, 0, s[:, 0])
    rules["near 7, wide faces pass"] = np.where(width > WIDE_FACE, 0, s[:, 1])
    rules["mean, wide faces pass"] = np.where(width > WIDE_FACE, 0, (s[:, 0] + s[:, 1]) / 2)
    card = np.array([people.is_card(r) for r in rows])
    neutral = np.array([people.is_neutral(r) for r in rows])
    face = np.array([bool(r["faces"]) for r in rows])
    neg = ~card & ~neutral
    print(f"cards {card.sum()}, not cards {neg.sum()} (no face found in {(neg & ~face).sum()}), neutral {neutral.sum()}")
    spec = np.array([group(r) == "card: specimen" for r in rows])
    for name, v in rules.items():
        for t in args.thresholds:
            print(f"{name:24s} t {t:.2f}: specimens {(v[spec] >= t).sum()}/{spec.sum()}, synthetic {(v[card & ~spec] >= t).sum()}/{(card & ~spec).sum()}, wrong {(v[neg] >= t).sum()}/{neg.sum()} = {100 * (v[neg] >= t).mean():.2f} %")
    rule = (s[:, 1] >= np.where(face, THRESHOLD, THRESHOLD_WITHOUT_FACE)) & (width <= WIDE_FACE)
    print(f"the rule of README.md: specimens {rule[spec].sum()}/{spec.sum()}, synthetic {rule[card & ~spec].sum()}/{(card & ~spec).sum()}, wrong {rule[neg].sum()}/{neg.sum()}")
    groups = collections.defaultdict(list)
    for i, r in enumerate(rows):
        groups[group(r)].append(i)
    t = THRESHOLD
    for g, idx in sorted(groups.items()):
        print(f"{g:44s} {len(idx):5d}  " + "  ".join(f"{n}: {(v[idx] >= t).sum()}" for n, v in rules.items() if n in ("whole", "near 7", "whole by pyramid")) + f"  rule: {rule[idx].sum()}")
    for i in np.argsort(-rules["whole"] * neg)[:12]:
        print("wrong", rows[i]["path"], s[i].round(3))
    for i in np.where(card & (rules["whole"] < 0.8))[0]:
        print("missed or weak", rows[i]["path"], s[i].round(3))
    if args.made:
        made = [np.load(f) for f in args.made]
        made_kind, made_card = np.concatenate([z["kind"] for z in made]), np.concatenate([z["y"] for z in made])
        made_images = np.concatenate([z["x"] for z in made])
        made_score = score(run, made_images)
        for c in (1, 0):
            print("made, held out:", "cards" if c else "not cards", int((made_card == c).sum()), " ".join(f"t {t}: {100 * (made_score[made_card == c] >= t).mean():.2f} %" for t in args.thresholds))
        for k in sorted(set(made_kind)):
            q = made_score[made_kind == k]
            print(f"  made {k:30s} {len(q):5d}  refused " + "  ".join(f"t {t}: {(q >= t).sum()}" for t in args.thresholds))
        if args.sheets:
            args.sheets.mkdir(parents=True, exist_ok=True)
            for c, order in ((1, np.argsort(made_score + 2 * (made_card == 0))), (0, np.argsort(-made_score + 2 * (made_card == 1)))):
                tiles = [made_images[i][..., ::-1] for i in order[:60]]
                cv2.imwrite(str(args.sheets / f"made-{c}.png"), np.vstack([np.hstack(tiles[i : i + 10]) for i in range(0, 60, 10)]))
    if args.scores:
        args.scores.write_text(json.dumps([{"path": r["path"], "group": group(r), "card": bool(c), "scores": [round(float(q), 5) for q in v]} for r, c, v in zip(rows, card, s)]))
    if args.sheets:
        args.sheets.mkdir(parents=True, exist_ok=True)
        worst = list(np.argsort(-rules["whole"] * neg)[:24]) + list(np.where(card)[0][np.argsort(rules["whole"][card])[:24]])
        tiles = []
        for i in worst:
            tile = np.hstack([xs[i, 0], xs[i, 1]])[..., ::-1].copy()
            cv2.putText(tile, f"{s[i, 0]:.2f} {s[i, 1]:.2f} {rows[i]['set']}", (2, 12), 0, 0.4, (0, 0, 255), 1)
            tiles.append(tile)
        cv2.imwrite(str(args.sheets / "worst.png"), np.vstack([np.hstack(tiles[i : i + 4]) for i in range(0, len(tiles), 4)]))


if __name__ == "__main__":
    main()
