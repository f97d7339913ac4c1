import {
  constantVector,
  dims,
  floatAttribute,
  type Graph,
  type Node,
  node,
  type OnnxModel,
  opset,
  readFloats,
} from './onnx.js';

/**
 * Rewrites each PRelu with one slope per channel as `x + (1-a) * Relu(-x)`, with BatchNormalization as the scale.
 *
 * ONNX Runtime keeps a convolutional network's activations in blocks of channels (NCHWc), and leaves that layout and
 * comes back to it for every operator that does not know it, PRelu among them. It knows Relu, Add and
 * BatchNormalization, and even melts these four nodes into two convolutions. The form `Relu(x) - a * Relu(-x)` is
 * exact to the last bit but one operator longer and 8 % slower; this one differs by rounding (cosine 1 - 1e-12).
 *
 * A PRelu whose slope is shared, per pixel or computed, or whose input is not certainly an image [N,C,H,W], stays.
 * @returns how many were rewritten
 */
export function splitPrelu(model: OnnxModel): number {
  // Earlier versions have other attributes and another broadcasting of the slope.
  if (opset(model) < 7) return 0;
  const { graph } = model;
  const known = lookup(graph);
  const vectors = new Map<string, Node>();
  const slopes = new Set<string>();
  let split = 0;
  const rewritten: Node[] = [];

  for (const original of graph.node) {
    const slope = original.op_type === 'PRelu' ? channelSlope(original, known) : null;
    if (!slope) {
      rewritten.push(original);
      continue;
    }
    const [x, slopeName] = original.input as [string, string];
    const [y] = original.output as [string];
    const own = (part: string) => `${y}/split-prelu/${part}`;
    const shared = (value: number) => {
      const name = `split-prelu/${value}x${slope.length}`;
      if (!vectors.has(name)) vectors.set(name, constantVector(name, new Float32Array(slope.length).fill(value)));
      return name;
    };
    const scaled = (from: string, scale: string, to: string) =>
      // epsilon 0 and variance 1: the scale is not touched.
      node('BatchNormalization', [from, scale, shared(0), shared(0), shared(1)], to, [floatAttribute('epsilon', 0)]);

    rewritten.push(
      scaled(x, shared(-1), own('negated')),
      node('Relu', [own('negated')], own('negative-part')),
      constantVector(
        own('scale'),
        slope.map((a) => 1 - a),
      ),
      scaled(own('negative-part'), own('scale'), own('correction')),
      node('Add', [x, own('correction')], y),
    );
    slopes.add(slopeName);
    split++;
  }

  // Constants rather than initializers, which before IR version 4 would have to be inputs of the model as well.
  graph.node = [...vectors.values(), ...rewritten];
  dropUnused(graph, slopes);
  return split;
}

interface Lookup {
  producers: Map<string, Node>;
  tensors: Map<string, { dims: number[]; floats: () => Float32Array | null }>;
}

function lookup(graph: Graph): Lookup {
  const producers = new Map(graph.node.flatMap((n) => n.output.map((output) => [output, n] as const)));
  const named = graph.initializer.map((tensor) => [tensor.name ?? '', tensor] as const);
  const constants = graph.node.flatMap((n) => {
    const tensor = n.op_type === 'Constant' ? n.attribute.find(({ name }) => name === 'value')?.t : undefined;
    return tensor ? [[n.output[0] ?? '', tensor] as const] : [];
  });
  const tensors = new Map(
    [...named, ...constants].map(([name, t]) => [name, { dims: dims(t), floats: () => readFloats(t) }] as const),
  );
  return { producers, tensors };
}

/** The slopes, one per channel, or null when this PRelu must stay. */
function channelSlope({ input: [x, slopeName] }: Node, known: Lookup): Float32Array | null {
  const slope = known.tensors.get(slopeName ?? '');
  if (!slope || !isImage(x, known)) return null;
  // [C,1,1] or [1,C,1,1]; one single number is shared by all channels, however many there are.
  const shape = slope.dims.length === 4 && slope.dims[0] === 1 ? slope.dims.slice(1) : slope.dims;
  const [channels = 0, height, width] = shape;
  if (shape.length !== 3 || channels < 2 || height !== 1 || width !== 1) return null;
  return slope.floats();
}

const KEEP_SHAPE: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'PRelu',
  'Relu',
  'Add',
  'Sub',
  'Mul',
  'MaxPool',
]);

/** True when the value is certainly of rank 4: a convolution with a rank-4 kernel, perhaps with others behind it. */
function isImage(name: string | undefined, { producers, tensors }: Lookup): boolean {
  let producer = producers.get(name ?? '');
  while (producer && KEEP_SHAPE.has(producer.op_type)) producer = producers.get(producer.input[0] ?? '');
  return producer?.op_type === 'Conv' && tensors.get(producer.input[1] ?? '')?.dims.length === 4;
}

/** Removes initializers that nothing uses any more, for which ONNX Runtime would print a warning each. */
function dropUnused(graph: Graph, candidates: ReadonlySet<string>): void {
  // A graph inside the graph may use a value from outside without naming it as an input.
  if (graph.node.some(({ attribute }) => attribute.some(({ g, graphs }) => g || graphs?.length))) return;
  const used = new Set([
    ...graph.node.flatMap(({ input }) => input),
    ...graph.input.map(({ name }) => name),
    ...graph.output.map(({ name }) => name),
  ]);
  graph.initializer = graph.initializer.filter(({ name = '' }) => used.has(name) || !candidates.has(name));
}
