"""Writes the network in use with second opinions as one ONNX file: export_second.py FIRST.onnx SECOND.pt... --out FILE"""

from __future__ import annotations

import argparse
import hashlib

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from common import INPUT
from network import Folded, Second, Together


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("first")
    p.add_argument("seconds", nargs="+")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    seconds = []
    for path in a.seconds:
        state = torch.load(path)
        textures = state["textures.weight"].shape[0] if "textures.weight" in state else 0
        net = Second(textures)
        net.load_state_dict(state)
        seconds.append(net.eval())
    first = Folded.load(a.first)
    both = Together(first, seconds).eval()
    x = torch.rand(1, 3, INPUT, INPUT) * 2 - 1
    with torch.no_grad():
        middle = first.middle(x)
        top = first.top(middle)
        plain = first.logits(top)[:, :3] + sum(s(middle, top) for s in seconds) / len(seconds)
        assert torch.allclose(torch.sigmoid(plain), both(x)[:, :3], atol=1e-5)
    torch.onnx.export(both, x, a.out, opset_version=13, input_names=["input"], output_names=["scores"], do_constant_folding=True)
    model = onnx.load(a.out)
    model.doc_string, model.producer_name = "", ""
    for node in model.graph.node:
        node.doc_string = ""
    for t in model.graph.initializer:
        w = numpy_helper.to_array(t).copy()
        if w.dtype == np.float32:
            w[np.abs(w) < 1e-12] = 0  # denormal numbers are slow
            t.CopyFrom(numpy_helper.from_array(w, t.name))
    onnx.checker.check_model(model)
    onnx.save(model, a.out)
    data = open(a.out, "rb").read()
    print(len(data), "bytes", hashlib.sha256(data).hexdigest(), sorted({n.op_type for n in model.graph.node}))


if __name__ == "__main__":
    main()
