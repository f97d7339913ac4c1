"""Reads the MobileFaceNet of sirius-ai (TensorFlow Lite, float32) and writes the same network as ONNX.

Only the operators of that file are known. Leaky branches that TensorFlow spelt out as relu(x) + a(x - |x|) become PRelu again.
The input becomes that of the other embedder: [1,3,112,112], BGR, (x - 127.5) / 127.5, where the original takes RGB, (x - 127.5) / 128.
"""
import argparse
import struct

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ADD, CONV, DEPTHWISE, MUL, RELU, RESHAPE, SUB, ABS = 0, 3, 4, 18, 19, 22, 41, 101
SAME = 0


class FlatBuffer:
    """Tables of a FlatBuffer without its schema: fields by their number."""

    def __init__(self, data):
        self.data = data

    def number(self, kind, at):
        return struct.unpack_from('<' + kind, self.data, at)[0]

    def follow(self, at):
        return at + self.number('I', at)

    def field(self, table, i):
        """Where a table's field lies, or None when it has its default."""
        vtable = table - self.number('i', table)
        if 4 + 2 * i >= self.number('H', vtable):
            return None
        offset = self.number('H', vtable + 4 + 2 * i)
        return table + offset if offset else None

    def scalar(self, table, i, kind='i'):
        at = self.field(table, i)
        return 0 if at is None else self.number(kind, at)

    def vector(self, table, i):
        at = self.field(table, i)
        if at is None:
            return 0, 0
        start = self.follow(at)
        return start + 4, self.number('I', start)

    def tables(self, table, i):
        start, n = self.vector(table, i)
        return [self.follow(start + 4 * k) for k in range(n)]

    def integers(self, table, i):
        start, n = self.vector(table, i)
        return [self.number('i', start + 4 * k) for k in range(n)]


def read(path):
    """Operators as (code, inputs, outputs, options), tensors as (shape, values or None), and the numbers of input and output."""
    fb = FlatBuffer(open(path, 'rb').read())
    model = fb.follow(0)
    codes = [max(fb.scalar(c, 0, 'b'), fb.scalar(c, 3)) for c in fb.tables(model, 1)]
    graph, buffers = fb.tables(model, 2)[0], fb.tables(model, 4)
    tensors = []
    for t in fb.tables(graph, 0):
        shape, kind = fb.integers(t, 0), fb.scalar(t, 1, 'b')
        start, n = fb.vector(buffers[fb.scalar(t, 2, 'I')], 0)
        dtype = {0: np.float32, 2: np.int32}[kind]
        tensors.append((shape, np.frombuffer(fb.data[start:start + n], dtype).reshape(shape) if n else None))
    operators = []
    for o in fb.tables(graph, 3):
        options = fb.field(o, 4)
        operators.append((codes[fb.scalar(o, 0, 'I')], fb.integers(o, 1), fb.integers(o, 2), options and fb.follow(options)))
    return fb, operators, tensors, fb.integers(graph, 1)[0]


def convert(path):
    fb, operators, tensors, input_tensor = read(path)
    nodes, weights = [], []
    known = {input_tensor: 'input'}  # tensor → its name in the new graph, or a piece of a PRelu that is not whole yet

    def constant(values, name):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    for code, inputs, outputs, options in operators:
        out, name = outputs[0], f's{outputs[0]}'
        if code in (CONV, DEPTHWISE):
            kernel, bias = tensors[inputs[1]][1], tensors[inputs[2]][1]
            assert fb.scalar(options, 3 if code == CONV else 4, 'b') == 0, 'no activation is fused in this file'
            kernel = kernel.transpose(0, 3, 1, 2) if code == CONV else kernel.transpose(3, 0, 1, 2)
            if inputs[0] == input_tensor:
                kernel = kernel[:, ::-1] * (127.5 / 128)
            stride, size = fb.scalar(options, 1), kernel.shape[2]
            assert stride == fb.scalar(options, 2) and size == kernel.shape[3], 'square kernels and steps'
            height = tensors[inputs[0]][0][1]
            padding = max((-(-height // stride) - 1) * stride + size - height, 0) if fb.scalar(options, 0, 'b') == SAME else 0
            before, after = padding // 2, padding - padding // 2
            nodes.append(helper.make_node(
                'Conv', [known[inputs[0]], constant(kernel, name + 'w'), constant(bias, name + 'b')], [name], name=name,
                kernel_shape=[size, size], strides=[stride, stride], pads=[before, before, after, after],
                group=1 if code == CONV else kernel.shape[0], dilations=[1, 1]))
        elif code == RELU:
            name = ('relu', inputs[0])
        elif code == ABS:
            continue
        elif code == SUB:
            name = ('x - |x|', inputs[0])
        elif code == MUL:
            name = ('leak', known[inputs[1]][1], tensors[inputs[0]][1])
        elif code == ADD and isinstance(known[inputs[0]], tuple):
            relu, leak = known[inputs[0]], known[inputs[1]]
            assert relu[1] == leak[1], 'both halves of one PRelu'
            slope = constant(2 * leak[2].reshape(-1, 1, 1), name + 'a')
            nodes.append(helper.make_node('PRelu', [known[relu[1]], slope], [name], name=name))
        elif code == ADD:
            nodes.append(helper.make_node('Add', [known[inputs[0]], known[inputs[1]]], [name], name=name))
        elif code == RESHAPE:
            nodes.append(helper.make_node('Flatten', [known[inputs[0]]], [name], name=name, axis=1))
            known[out] = name
            break  # what follows is the normalisation
        known[out] = name
    return model_of(nodes, weights, name, 192)


def model_of(nodes, weights, output, numbers):
    """@returns a model [1,3,112,112] → [1,numbers]"""
    graph = helper.make_graph(
        nodes, 'embedder', [helper.make_tensor_value_info('input', TensorProto.FLOAT, [1, 3, 112, 112])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, numbers])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 11)], ir_version=6)
    onnx.checker.check_model(model)
    return model


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('tflite')
    parser.add_argument('onnx')
    args = parser.parse_args()
    onnx.save(convert(args.tflite), args.onnx)
