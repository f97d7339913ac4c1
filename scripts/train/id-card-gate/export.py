"""Writes weights (.pt) as ONNX and compares both: python3 export.py --weights FILE.pt --out FILE.onnx"""
import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
import torch

from network import RASTER, Gate, WithSigmoid


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--weights", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    gate = Gate()
    gate.load_state_dict(torch.load(args.weights))
    for v in gate.parameters():  # no denormal numbers: they are slow
        v.data[v.data.abs() < 1e-12] = 0
    net = WithSigmoid(gate).eval()
    x = torch.rand(1, 3, RASTER, RASTER) * 2 - 1
    torch.onnx.export(net, x, str(args.out), input_names=["image"], output_names=["card"], opset_version=12, do_constant_folding=True)
    model = onnx.load(str(args.out))
    model.doc_string = ""
    model.producer_name = ""
    for node in model.graph.node:
        node.doc_string = ""
    for t in model.graph.initializer:
        a = numpy_helper.to_array(t).copy()
        if a.dtype == np.float32:
            a[np.abs(a) < 1e-12] = 0
            t.CopyFrom(numpy_helper.from_array(a, t.name))
    onnx.checker.check_model(model)
    onnx.save(model, str(args.out))
    print(sorted({n.op_type for n in model.graph.node}), args.out.stat().st_size, "bytes", hashlib.sha256(args.out.read_bytes()).hexdigest())
    print("torch answers", net(x).item())
    try:
        import onnxruntime as ort

        print("onnxruntime answers", ort.InferenceSession(str(args.out)).run(None, {"image": x.numpy()})[0])
    except ImportError:
        pass


if __name__ == "__main__":
    main()
