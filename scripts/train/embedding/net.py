"""MobileFaceNet in torch, loaded from the ONNX file and written back into it."""
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


def no_denormals(array, floor=1e-12):
    array = array.copy()
    array[np.abs(array) < floor] = 0
    return array


class MobileFaceNet(torch.nn.Module):
    """Runs the graph's nodes in order. Only Conv, PRelu, Add and the last Reshape occur."""

    def __init__(self, path):
        super().__init__()
        graph = onnx.load(path).graph
        init = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.nodes = []
        self.weights = torch.nn.ParameterDict()
        used = set()
        for node in graph.node:
            attrs = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            names = [n for n in node.input if n in init]
            used.update(names)
            if node.op_type in ('Conv', 'PRelu'):
                for n in names:
                    self.weights['w' + n] = torch.nn.Parameter(torch.from_numpy(no_denormals(init[n])))
            elif node.op_type not in ('Add', 'Reshape'):
                raise ValueError(f'unexpected node {node.op_type}')
            self.nodes.append((node.op_type, list(node.input), node.output[0], attrs))
        self.last = {}
        for i, (_, inputs, _, _) in enumerate(self.nodes):
            for n in inputs:
                self.last[n] = i

    def forward(self, x, start=0, stop=None):
        """Runs nodes start..stop-1; the cut must lie where a single tensor is alive."""
        stop = len(self.nodes) if stop is None else stop
        values = {self.nodes[start][1][0]: x}
        w = self.weights
        out = x
        for i in range(start, stop):
            op, inputs, output, attrs = self.nodes[i]
            a = values[inputs[0]]
            if op == 'Conv':
                out = F.conv2d(a, w['w' + inputs[1]], w['w' + inputs[2]], attrs['strides'], attrs['pads'][:2], 1, attrs['group'])
            elif op == 'PRelu':
                out = F.prelu(a, w['w' + inputs[1]].flatten())
            elif op == 'Add':
                out = a + values[inputs[1]]
            else:
                out = a.flatten(1)
            values[output] = out
            for n in inputs:
                if self.last[n] <= i:
                    values.pop(n, None)
        return out

    def node_before(self, output):
        """Index of the node after the one that makes `output`: a cut for forward(start=...)."""
        return next(i for i, n in enumerate(self.nodes) if n[2] == output) + 1


def to_input(crops):
    """uint8 RGB [n, 112, 112, 3] to what the network takes: BGR, (x - 127.5) / 127.5."""
    x = torch.from_numpy(np.ascontiguousarray(crops[..., ::-1].transpose(0, 3, 1, 2))).float()
    return (x - 127.5) / 127.5


@torch.no_grad()
def embed(net, crops, batch=64, start=0):
    """Unnormalised embeddings of centre crops (uint8, RGB, 112 or larger)."""
    m = (crops.shape[1] - 112) // 2
    out = []
    for i in range(0, len(crops), batch):
        c = crops[i : i + batch]
        out.append(net(to_input(c[:, m : m + 112, m : m + 112])).numpy())
    return np.concatenate(out)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)
