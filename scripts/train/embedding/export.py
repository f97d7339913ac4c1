"""Writes tuned weights into the original's graph: the same nodes, names, input and output, so it is prepared and run alike."""
import argparse
import hashlib

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from net import MobileFaceNet, no_denormals


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', required=True, help='the original ONNX file')
    parser.add_argument('--tuned', required=True, nargs='+', help='.pt files of train.py; several are averaged')
    parser.add_argument('--mix', type=float, default=1.0, help='0 is the original, 1 the tuned weights')
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    model = onnx.load(args.model)
    tuned = [torch.load(f)['tuned'] for f in args.tuned]
    changed = 0
    for t in model.graph.initializer:
        if t.data_type != onnx.TensorProto.FLOAT:
            continue
        array = no_denormals(numpy_helper.to_array(t))
        key = 'w' + t.name
        if key in tuned[0]:
            new = np.mean([w[key].numpy() for w in tuned], 0)
            array = no_denormals(((1 - args.mix) * array + args.mix * new).astype(np.float32))
            changed += 1
        t.CopyFrom(numpy_helper.from_array(array, t.name))
    while len(model.graph.input) > 1:
        model.graph.input.pop()
    onnx.checker.check_model(model)
    onnx.save(model, args.out)
    with torch.no_grad():
        print(changed, 'tensors changed; forward', tuple(MobileFaceNet(args.out)(torch.zeros(1, 3, 112, 112)).shape))
    data = open(args.out, 'rb').read()
    print(len(data), 'bytes, sha256', hashlib.sha256(data).hexdigest())


if __name__ == '__main__':
    main()
