import protobuf from 'protobufjs';

/**
 * Hand-made ONNX models of a few kilobytes that pass for a pack. Their format is written down here once more, with
 * fields that the code under test does not know, so that the tests see what it does with them.
 */
const schema = `
syntax = "proto2";
message ModelProto {
  optional int64 ir_version = 1; optional string producer_name = 2; optional GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8; repeated Entry metadata_props = 14;
}
message Entry { optional string key = 1; optional string value = 2; }
message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1; optional string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4;
  repeated AttributeProto attribute = 5; optional string doc_string = 6;
}
message AttributeProto {
  optional string name = 1; optional float f = 2; optional TensorProto t = 5; repeated int64 ints = 8;
  optional int32 type = 20; optional int64 i = 3;
}
message TensorProto {
  repeated int64 dims = 1; optional int32 data_type = 2; repeated float float_data = 4 [packed = true];
  optional string name = 8; optional bytes raw_data = 9; optional string doc_string = 12;
  optional int32 data_location = 14;
}
message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
message TypeProto { optional Tensor tensor_type = 1;
  message Tensor { optional int32 elem_type = 1; optional Shape shape = 2; } }
message Shape { repeated Dimension dim = 1; message Dimension { optional int64 dim_value = 1; } }
`;
const modelType = protobuf.parse(schema, { keepCase: true }).root.lookupType('ModelProto');

export interface TinyNode {
  op_type: string;
  input: string[];
  output: string[];
  attribute?: object[];
  doc_string?: string;
}

export interface TinyModel {
  nodes: TinyNode[];
  /** float32 tensors, in raw_data unless `inFloatData`. */
  weights?: { name: string; dims: number[]; values: number[]; inFloatData?: boolean; external?: boolean }[];
  inputs: Record<string, number[]>;
  outputs: Record<string, number[]>;
  opset?: number;
  ir?: number;
}

export function encodeTiny({ nodes, weights = [], inputs, outputs, opset = 9, ir = 6 }: TinyModel): Buffer {
  const values = (record: Record<string, number[]>) =>
    Object.entries(record).map(([name, dims]) => ({
      name,
      type: { tensor_type: { elem_type: 1, shape: { dim: dims.map((dim_value) => ({ dim_value })) } } },
    }));
  const message = modelType.create({
    ir_version: ir,
    producer_name: 'tiny',
    opset_import: [{ domain: '', version: opset }],
    metadata_props: [{ key: 'kept', value: 'yes' }],
    graph: {
      name: 'tiny',
      node: nodes.map((node) => ({ ...node, name: node.output[0] })),
      initializer: weights.map(({ name, dims, values: numbers, inFloatData, external }) => ({
        name,
        dims,
        data_type: 1,
        doc_string: `weights ${name}`,
        ...(inFloatData ? { float_data: numbers } : { raw_data: Buffer.from(new Float32Array(numbers).buffer) }),
        ...(external ? { data_location: 1 } : {}),
      })),
      input: values(inputs),
      output: values(outputs),
    },
  });
  return Buffer.from(modelType.encode(message).finish());
}

/** What tests look at in a model, read with the schema of this file. */
export interface ReadModel {
  producer_name: string;
  metadata_props: { key: string; value: string }[];
  graph: {
    name: string;
    node: TinyNode[];
    initializer: { name: string; doc_string?: string; raw_data?: Uint8Array; float_data: number[] }[];
    input: { name: string }[];
    output: { name: string }[];
  };
}

export function decodeTiny(bytes: Uint8Array): ReadModel {
  return modelType.decode(bytes) as unknown as ReadModel;
}

/** How many nodes of each kind a model has. */
export function countNodes(bytes: Uint8Array): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op_type } of decodeTiny(bytes).graph.node) counts[op_type] = (counts[op_type] ?? 0) + 1;
  return counts;
}

/** Input 1x1x4x2; scores 1x4x2, boxes 1x4x4. */
export function tinyDetector(): Buffer {
  return encodeTiny({
    nodes: [
      { op_type: 'Squeeze', input: ['input'], output: ['scores'], attribute: [{ name: 'axes', type: 7, ints: [1] }] },
      {
        op_type: 'Concat',
        input: ['scores', 'scores'],
        output: ['boxes'],
        attribute: [{ name: 'axis', type: 2, i: 2 }],
      },
    ],
    inputs: { input: [1, 1, 4, 2] },
    outputs: { scores: [1, 4, 2], boxes: [1, 4, 4] },
  });
}

/** Input 1x1x2x68; 136 numbers. */
export function tinyLandmarks(): Buffer {
  return encodeTiny({
    nodes: [{ op_type: 'Flatten', input: ['input'], output: ['points'] }],
    inputs: { input: [1, 1, 2, 68] },
    outputs: { points: [1, 136] },
  });
}

/** Input 1x3x8x8; 512 numbers by a convolution to 512 channels and a PRelu. `seed` tells two embedders apart. */
export function tinyEmbedder(
  options: { seed?: number; slopeDims?: number[]; opset?: number; ir?: number } = {},
): Buffer {
  const { seed = 1, slopeDims = [512, 1, 1], opset = 9, ir = 6 } = options;
  const slopes = slopeDims.reduce((a, b) => a * b, 1);
  return encodeTiny({
    nodes: [
      { op_type: 'GlobalAveragePool', input: ['input'], output: ['mean'] },
      { op_type: 'Conv', input: ['mean', 'w'], output: ['features'], doc_string: 'kept' },
      { op_type: 'PRelu', input: ['features', 'slope'], output: ['activated'] },
      { op_type: 'Flatten', input: ['activated'], output: ['embedding'] },
    ],
    weights: [
      {
        name: 'w',
        dims: [512, 3, 1, 1],
        values: Array.from({ length: 1536 }, (_, i) => (i % 7 === 0 ? 1e-20 : Math.sin(seed * 1000 + i))),
      },
      { name: 'slope', dims: slopeDims, values: Array.from({ length: slopes }, (_, i) => Math.cos(i) * 1.3) },
    ],
    inputs: { input: [1, 3, 8, 8] },
    outputs: { embedding: [1, 512] },
    opset,
    ir,
  });
}
