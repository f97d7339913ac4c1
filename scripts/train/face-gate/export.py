"""Writes the ONNX file of trained weights; of several files, their mean (of runs from the same start)."""

from __future__ import annotations

import argparse

import torch

from common import INPUT
from model import FaceGate, export


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("weights", nargs="+", help="files that train.py wrote")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    states = [torch.load(f, map_location="cpu") for f in a.weights]
    mean = {k: sum(s[k].double() for s in states).div(len(states)).to(states[0][k].dtype) for k in states[0]}
    net = FaceGate()
    net.load_state_dict(mean)
    export(net.eval(), a.out, INPUT)


if __name__ == "__main__":
    main()
