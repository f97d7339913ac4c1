import protobuf from 'protobufjs';
import { ModelError } from './model-error.js';

/**
 * The parts of the ONNX format that preparation reads or writes, with the field numbers of onnx-ml.proto
 * (SPDX-License-Identifier: Apache-2.0, https://github.com/onnx/onnx). Every other field is carried along as raw bytes
 * by {@link decodeModel}, so a model loses nothing, be its format newer than this.
 */
const schema = `
syntax = "proto2";
package onnx;
message ModelProto {
  optional int64 ir_version = 1;
  optional GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
}
message OperatorSetIdProto {
  optional string domain = 1;
  optional int64 version = 2;
}
message GraphProto {
  repeated NodeProto node = 1;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message ValueInfoProto {
  optional string name = 1;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  optional string name = 3;
  optional string op_type = 4;
  repeated AttributeProto attribute = 5;
  optional string domain = 7;
}
message AttributeProto {
  optional string name = 1;
  optional float f = 2;
  optional TensorProto t = 5;
  optional GraphProto g = 6;
  repeated TensorProto tensors = 10;
  repeated GraphProto graphs = 11;
  optional int32 type = 20;
}
message TensorProto {
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  repeated float float_data = 4 [packed = true];
  optional string name = 8;
  optional bytes raw_data = 9;
  optional int32 data_location = 14;
}`;

const modelType = protobuf.parse(schema, { keepCase: true }).root.lookupType('onnx.ModelProto');

/** TensorProto.DataType, AttributeProto.AttributeType and TensorProto.DataLocation, as far as they are needed. */
const FLOAT = 1;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_TENSOR = 4;
const EXTERNAL = 1;

/** A 64-bit integer as protobufjs reads it; `Number(String(n))` is its value. */
type Int64 = number | { toString(): string };

export interface Tensor {
  name?: string;
  dims: Int64[];
  data_type: number;
  float_data?: number[];
  raw_data?: Uint8Array;
  data_location?: number;
}

export interface Attribute {
  name: string;
  type?: number;
  f?: number;
  t?: Tensor;
  g?: Graph;
  tensors?: Tensor[];
  graphs?: Graph[];
}

export interface Node {
  op_type: string;
  name?: string;
  domain?: string;
  input: string[];
  output: string[];
  attribute: Attribute[];
}

export interface Graph {
  node: Node[];
  initializer: Tensor[];
  input: { name: string }[];
  output: { name: string }[];
}

export interface OnnxModel {
  graph: Graph;
  opset_import: { domain?: string; version: Int64 }[];
}

/**
 * @param bytes an ONNX file; the model shares its memory, so change no tensor's bytes in place
 * @throws ModelError when these bytes are no ONNX model or its weights lie in other files
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  let model: OnnxModel;
  try {
    model = modelType.decode(reader) as unknown as OnnxModel;
  } catch (error) {
    throw new ModelError(`not an ONNX model (${(error as Error).message})`);
  }
  if (!model.graph?.node.length) throw new ModelError('not an ONNX model (it has no graph)');
  for (const tensor of allTensors(model.graph)) {
    if (tensor.data_location === EXTERNAL) {
      throw new ModelError('the weights lie in other files beside it: save the model with its weights inside');
    }
  }
  return model;
}

/** The model as an ONNX file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return modelType.encode(model as unknown as protobuf.Message).finish();
}

/** The version of the standard operators that the model uses. */
export function opset(model: OnnxModel): number {
  const entry = model.opset_import.find(({ domain }) => !domain || domain === 'ai.onnx');
  return entry ? Number(String(entry.version)) : 1;
}

/** Sizes of a tensor, outermost first. */
export function dims(tensor: Tensor): number[] {
  return tensor.dims.map((size) => Number(String(size)));
}

/** All tensors of a graph and of the graphs inside it: initializers, constants and other attributes. */
export function* allTensors(graph: Graph): Generator<Tensor> {
  yield* graph.initializer;
  for (const { attribute } of graph.node) {
    for (const { t, g, tensors, graphs } of attribute) {
      if (t) yield t;
      if (tensors) yield* tensors;
      if (g) yield* allTensors(g);
      for (const inner of graphs ?? []) yield* allTensors(inner);
    }
  }
}

/** A copy of a float32 tensor's numbers; null for a tensor of another type. */
export function readFloats(tensor: Tensor): Float32Array | null {
  if (tensor.data_type !== FLOAT) return null;
  if (!tensor.raw_data?.length) return Float32Array.from(tensor.float_data ?? []);
  const { buffer, byteOffset, byteLength } = tensor.raw_data;
  // ONNX is little-endian, and so is every machine that ONNX Runtime has binaries for. The copy is aligned.
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** Replaces a float32 tensor's numbers. */
export function writeFloats(tensor: Tensor, values: Float32Array): void {
  delete tensor.float_data;
  tensor.raw_data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A node that yields a float32 vector. */
export function constantVector(name: string, values: Float32Array): Node {
  const t: Tensor = { dims: [values.length], data_type: FLOAT };
  writeFloats(t, values);
  return node('Constant', [], name, [{ name: 'value', type: ATTRIBUTE_TENSOR, t }]);
}

/** A node of the standard operators with one output, named after it. */
export function node(op_type: string, input: string[], output: string, attribute: Attribute[] = []): Node {
  return { op_type, name: output, input, output: [output], attribute };
}

export function floatAttribute(name: string, f: number): Attribute {
  return { name, type: ATTRIBUTE_FLOAT, f };
}
