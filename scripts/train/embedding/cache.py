"""Prepares the frozen early layers' cache: augmented views of every crop, and the early layers as an ONNX file of their own.

`cache.mjs` then runs the early layers with onnxruntime-node, which is several times faster than torch on a CPU.
"""
import argparse
import json
import os
from multiprocessing import Pool

import cv2
import numpy as np
import onnx
from onnx import helper, numpy_helper

from augment import plain, view
from net import no_denormals


def early_layers(model_path, cut, out):
    model = onnx.load(model_path)
    graph = model.graph
    for t in graph.initializer:
        if t.data_type == onnx.TensorProto.FLOAT:
            t.CopyFrom(numpy_helper.from_array(no_denormals(numpy_helper.to_array(t)), t.name))
    while len(graph.input) > 1:
        graph.input.pop()
    if not any(o.name == cut for o in graph.output):
        graph.output.append(helper.make_tensor_value_info(cut, onnx.TensorProto.FLOAT, None))
    onnx.save(model, out)


def make(job):
    crops, v, rows, seed = job
    rng = np.random.RandomState(seed)
    c = np.load(crops, mmap_mode='r')
    if v < 2:
        return np.stack([plain(c[i])[:, :: 1 - 2 * v] for i in rows]), np.zeros(len(rows))
    made = [view(c[i], rng) for i in rows]
    return np.stack([x for x, _ in made]), np.array([a for _, a in made])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', required=True, help='the original ONNX file, prepared or not')
    parser.add_argument('--crops', required=True, help='folder with crops.npy')
    parser.add_argument('--out', required=True, help='folder for the cache')
    parser.add_argument('--cut', default='638', help='tensor after which layers are trained')
    parser.add_argument('--views', type=int, default=7, help='the first is clean, the second its mirror image, the others augmented')
    args = parser.parse_args()
    cv2.setNumThreads(1)
    os.makedirs(args.out, exist_ok=True)
    early_layers(args.model, args.cut, os.path.join(args.out, 'early.onnx'))
    crops = os.path.join(args.crops, 'crops.npy')
    n = len(np.load(crops, mmap_mode='r'))
    aspects = np.zeros((args.views, n), np.float32)
    with Pool(2) as pool:
        for v in range(args.views):
            jobs = [(crops, v, range(i, min(i + 200, n)), 1000 * v + i) for i in range(0, n, 200)]
            made = pool.map(make, jobs, chunksize=1)
            aspects[v] = np.concatenate([a for _, a in made])
            np.concatenate([x for x, _ in made]).tofile(os.path.join(args.out, f'view{v}.u8'))
    np.save(os.path.join(args.out, 'aspect.npy'), aspects)
    json.dump({'cut': args.cut, 'views': args.views, 'rows': n}, open(os.path.join(args.out, 'cache.json'), 'w'))


if __name__ == '__main__':
    main()
