import protobuf from 'protobufjs';

/** The parts of the ONNX format that a network with random weights needs; field numbers of onnx-ml.proto. */
const schema = `
syntax = "proto2";
message ModelProto { optional int64 ir_version = 1; optional GraphProto graph = 7; repeated Opset opset_import = 8; }
message Opset { optional string domain = 1; optional int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1; optional string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfo input = 11; repeated ValueInfo output = 12;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4;
  repeated Attribute attribute = 5;
}
message Attribute { optional string name = 1; optional int64 i = 3; repeated int64 ints = 8; optional int32 type = 20; }
message TensorProto {
  repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9;
}
message ValueInfo { optional string name = 1; optional Type type = 2; }
message Type { optional Tensor tensor_type = 1;
  message Tensor { optional int32 elem_type = 1; optional Shape shape = 2; } }
message Shape { repeated Dimension dim = 1; message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; } }
`;
const modelType = protobuf.parse(schema, { keepCase: true }).root.lookupType('ModelProto');

const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
const OPSET = 9;
const IR_VERSION = 4;

/** Sizes of an output; a text is one that the network decides. */
type Dimensions = readonly (number | string)[];

/** Builds an ONNX network layer by layer, with the same random weights each time. */
export class GraphBuilder {
  readonly #nodes: object[] = [];
  readonly #tensors: object[] = [];
  readonly #outputs: object[] = [];
  readonly #input: object;
  #seed: number;
  #names = 0;
  /** Weights so far. */
  parameters = 0;

  constructor(input: string, shape: readonly number[], seed: number) {
    this.#input = valueInfo(input, shape);
    this.#seed = seed;
  }

  /** @param gain of the weights, 1 keeps the size of activations */
  conv(x: string, from: number, to: number, { kernel = 3, stride = 1, groups = 1, gain = 1 } = {}): string {
    const fanIn = (from / groups) * kernel * kernel;
    const weights = this.#random([to, from / groups, kernel, kernel], gain * Math.sqrt(2 / fanIn));
    const pad = (kernel - 1) / 2;
    return this.node('Conv', [x, weights, this.#random([to], 0.01)], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      group: groups,
    });
  }

  batchNorm(x: string, channels: number): string {
    const scale = this.#constant([channels], () => 1);
    const zero = this.#constant([channels], () => 0);
    return this.node('BatchNormalization', [x, scale, zero, zero, scale]);
  }

  prelu(x: string, channels: number): string {
    return this.node('PRelu', [x, this.#constant([channels, 1, 1], () => 0.25)]);
  }

  /** Twice as large. */
  upsample(x: string): string {
    return this.node('Upsample', [x, this.#constant([4], (i) => (i < 2 ? 1 : 2))]);
  }

  /** A fully connected layer behind a Flatten. */
  dense(x: string, from: number, to: number): string {
    const weights = this.#random([from, to], Math.sqrt(1 / from));
    return this.node('Gemm', [x, weights, this.#random([to], 0.01)]);
  }

  /** @param shape with one -1, which takes what is left */
  reshape(x: string, shape: readonly number[]): string {
    const name = this.#name();
    const raw = Buffer.from(BigInt64Array.from(shape, BigInt).buffer);
    this.#tensors.push({ name, dims: [shape.length], data_type: INT64, raw_data: raw });
    return this.node('Reshape', [x, name]);
  }

  node(
    op_type: string,
    input: string[],
    attributes: Record<string, number | number[]> = {},
    name = this.#name(),
  ): string {
    const attribute = Object.entries(attributes).map(([key, value]) =>
      Array.isArray(value)
        ? { name: key, type: ATTRIBUTE_INTS, ints: value }
        : { name: key, type: ATTRIBUTE_INT, i: value },
    );
    this.#nodes.push({ op_type, name, input, output: [name], attribute });
    return name;
  }

  output(name: string, dimensions: Dimensions): void {
    this.#outputs.push(valueInfo(name, dimensions));
  }

  encode(): Buffer {
    const message = modelType.create({
      ir_version: IR_VERSION,
      opset_import: [{ domain: '', version: OPSET }],
      graph: {
        name: 'random',
        node: this.#nodes,
        initializer: this.#tensors,
        input: [this.#input],
        output: this.#outputs,
      },
    });
    return Buffer.from(modelType.encode(message).finish());
  }

  #random(dims: number[], deviation: number): string {
    return this.#constant(dims, () => this.#normal() * deviation);
  }

  #constant(dims: number[], value: (i: number) => number): string {
    const name = this.#name();
    const size = dims.reduce((a, b) => a * b);
    const numbers = new Float32Array(size);
    for (let i = 0; i < size; i++) numbers[i] = value(i);
    this.parameters += size;
    this.#tensors.push({ name, dims, data_type: FLOAT, raw_data: new Uint8Array(numbers.buffer) });
    return name;
  }

  #name(): string {
    return `v${this.#names++}`;
  }

  /** Nearly a normal deviate: the sum of four uniform ones. */
  #normal(): number {
    const sum = this.#uniform() + this.#uniform() + this.#uniform() + this.#uniform();
    return (sum - 2) * Math.sqrt(3);
  }

  /** mulberry32 */
  #uniform(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

function valueInfo(name: string, dimensions: Dimensions): object {
  const dim = dimensions.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return { name, type: { tensor_type: { elem_type: FLOAT, shape: { dim } } } };
}
