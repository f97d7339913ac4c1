"""Fuses two embedders into one network [1,3,112,112] → [1,512].

Each embedding is normalised; both are put side by side with equal weight (704 numbers, whose cosine is the mean of both cosines);
the mean is taken away, and the 512 principal axes are kept, which loses nothing that can be measured. Mean and axes are those of
one face of each person, Western and East Asian people weighing the same, so that neither sits in a narrower cone than it must.
"""
import argparse
import csv
import json
import os

import numpy as np
import onnx
from onnx import helper, numpy_helper

from tflite_to_onnx import model_of


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def side_by_side(files, crops):
    n = len(crops)
    return np.hstack([unit(np.fromfile(f, np.float32).reshape(n, -1)) for f in files]) * np.sqrt(0.5)


def first_of_each(rows, crops, sets, aliases):
    """One face of each person."""
    seen = {}
    for i, crop in enumerate(crops):
        if crop['set'] in sets:
            seen.setdefault(aliases.get(crop['identity'], crop['identity']), i)
    return rows[sorted(seen.values())]


def mean_and_axes(groups, numbers):
    means = [g.mean(0) for g in groups]
    mean = np.mean(means, 0)
    spread = np.mean([(g - mean).T @ (g - mean) / len(g) for g in groups], 0)
    values, axes = np.linalg.eigh(spread)
    print('people', [len(g) for g in groups], 'lengths of the means', [round(float(np.linalg.norm(m)), 3) for m in means],
          f'variance kept {values[::-1][:numbers].sum() / values.sum():.5f}')
    return mean, axes[:, ::-1][:, :numbers]


def renamed(model, prefix):
    """Nodes and weights of a network whose names cannot meet another's; its input is called `input`."""
    graph = model.graph
    source = graph.input[0].name
    name = lambda n: n if n == '' else 'input' if n == source else prefix + n
    for n in graph.node:
        n.input[:] = [name(i) for i in n.input]
        n.output[:] = [name(o) for o in n.output]
        n.name, n.doc_string = prefix + n.name, ''
    for w in graph.initializer:
        w.name = name(w.name)
    return list(graph.node), list(graph.initializer), name(graph.output[0].name)


def fuse(paths, mean, axes):
    nodes, weights, parts = [], [], []
    for k, path in enumerate(paths):
        own_nodes, own_weights, output = renamed(onnx.load(path), f'{"ab"[k]}/')
        nodes += own_nodes
        weights += own_weights
        nodes.append(helper.make_node('LpNormalization', [output], [f'unit{k}'], axis=1, p=2))
        parts.append(f'unit{k}')
    weights.append(numpy_helper.from_array((np.sqrt(0.5) * axes).astype(np.float32), 'axes'))
    weights.append(numpy_helper.from_array((-mean @ axes).astype(np.float32), 'origin'))
    nodes.append(helper.make_node('Concat', parts, ['both'], axis=1))
    nodes.append(helper.make_node('Gemm', ['both', 'axes', 'origin'], ['embedding']))
    return model_of(nodes, weights, 'embedding', axes.shape[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--models', nargs=2, required=True, help='two ONNX files that take BGR, (x - 127.5) / 127.5')
    parser.add_argument('--embeddings', nargs=2, required=True, help='their vectors of the crops, by embed.mjs')
    parser.add_argument('--crops', required=True)
    parser.add_argument('--data', required=True, help='folder with aliases.csv, if there is one')
    parser.add_argument('--group', nargs='+', required=True, help='sets of one population, comma-separated')
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    crops = json.load(open(os.path.join(args.crops, 'crops.json')))
    aliases = {}
    if os.path.exists(os.path.join(args.data, 'aliases.csv')):
        aliases = {r['name']: r['is'] for r in csv.DictReader(open(os.path.join(args.data, 'aliases.csv')))}
    rows = side_by_side(args.embeddings, crops)
    mean, axes = mean_and_axes([first_of_each(rows, crops, g.split(','), aliases) for g in args.group], 512)
    onnx.save(fuse(args.models, mean, axes), args.out)


if __name__ == '__main__':
    main()
