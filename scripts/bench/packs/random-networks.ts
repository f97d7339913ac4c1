import { GraphBuilder } from './graph-builder.js';

/** A network of a published shape, whose weights are random: it costs what the real one costs, and knows nothing. */
export interface RandomNetwork {
  file: Buffer;
  parameters: number;
}

/** So much of a block's result is added to what came in: random blocks would double it each time. */
const BLOCK_GAIN = 0.3;

/**
 * The improved ResNet that InsightFace trains embedders with (J. Deng et al., "ArcFace", 2019; recognition/arcface_torch/backbones/
 * iresnet.py), batch normalisation folded into convolutions as in the published files.
 * @param blocks of the four stages: 3, 13, 30, 3 for ResNet100; 3, 4, 14, 3 for ResNet50
 */
export function iresnet(blocks: readonly [number, number, number, number], seed: number): RandomNetwork {
  const g = new GraphBuilder('input.1', [1, 3, 112, 112], seed);
  let channels = 64;
  let x = g.prelu(g.conv('input.1', 3, channels), channels);
  for (const [stage, count] of blocks.entries()) {
    const planes = 64 * 2 ** stage;
    for (let block = 0; block < count; block++) {
      const stride = block === 0 ? 2 : 1;
      const inner = g.prelu(g.conv(g.batchNorm(x, channels), channels, planes), planes);
      const residual = g.conv(inner, planes, planes, { stride, gain: BLOCK_GAIN });
      const shortcut = block === 0 ? g.conv(x, channels, planes, { kernel: 1, stride }) : x;
      x = g.node('Add', [residual, shortcut]);
      channels = planes;
    }
  }
  const flat = g.node('Flatten', [g.batchNorm(x, channels)]);
  g.output(g.dense(flat, channels * 7 * 7, 512), [1, 512]);
  return { file: g.encode(), parameters: g.parameters };
}

/**
 * SCRFD-10G with five points (J. Guo et al., 2021; detection/scrfd/configs/scrfd/scrfd_10g_bnkps.py): basic blocks 3, 4, 2, 3 of 56, 88,
 * 88 and 224 channels, a path aggregation of 56, heads of three convolutions of 80.
 */
export function scrfd10g(seed: number): RandomNetwork {
  const g = new GraphBuilder('input.1', [1, 3, 640, 640], seed);
  const relu = (x: string) => g.node('Relu', [x]);
  let x = relu(g.conv('input.1', 3, 28, { stride: 2 }));
  x = relu(g.conv(relu(g.conv(x, 28, 28)), 28, 56));
  x = g.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  let channels = 56;
  const levels: { x: string; channels: number }[] = [];
  for (const [stage, [count, planes]] of (
    [
      [3, 56],
      [4, 88],
      [2, 88],
      [3, 224],
    ] as const
  ).entries()) {
    for (let block = 0; block < count; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      const inner = relu(g.conv(x, channels, planes, { stride }));
      const residual = g.conv(inner, planes, planes, { gain: BLOCK_GAIN });
      const pooled = stride === 2 ? g.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] }) : x;
      const shortcut = stride === 2 || channels !== planes ? g.conv(pooled, channels, planes, { kernel: 1 }) : x;
      x = relu(g.node('Add', [residual, shortcut]));
      channels = planes;
    }
    if (stage > 0) levels.push({ x, channels });
  }
  const [a, b, c] = levels.map((level) => g.conv(level.x, level.channels, 56, { kernel: 1 })) as [
    string,
    string,
    string,
  ];
  const down = (from: string, to: string) => g.node('Add', [g.upsample(from), to]);
  const [p5, p4] = [c, down(c, b)];
  const [n3, n4, n5] = [down(p4, a), p4, p5].map((p) => g.conv(p, 56, 56)) as [string, string, string];
  const m4 = g.node('Add', [g.conv(n3, 56, 56, { stride: 2 }), n4]);
  const m5 = g.node('Add', [g.conv(m4, 56, 56, { stride: 2 }), n5]);
  const heads = [n3, g.conv(m4, 56, 56), g.conv(m5, 56, 56)].map((level) => {
    let head = level;
    for (let i = 0; i < 3; i++) head = relu(g.conv(head, i === 0 ? 56 : 80, 80));
    return head;
  });
  const rows = (numbers: number, end: (flat: string) => string) => {
    for (const head of heads) {
      const map = g.node('Transpose', [g.conv(head, 80, 2 * numbers)], { perm: [0, 2, 3, 1] });
      g.output(end(g.reshape(map, [-1, numbers])), ['n', numbers]);
    }
  };
  rows(1, (flat) => g.node('Sigmoid', [flat]));
  rows(4, (flat) => flat);
  rows(10, (flat) => flat);
  return { file: g.encode(), parameters: g.parameters };
}

/**
 * YuNet of 2023 (W. Wu et al.; libfacedetection.train, yunet_n): pairs of a 1x1 and a depthwise 3x3 convolution, of 16 and 64
 * channels, a pyramid by addition, and a head for each of four outputs at three strides.
 */
export function yunet(seed: number): RandomNetwork {
  const g = new GraphBuilder('input', [1, 3, 640, 640], seed);
  const pair = (x: string, from: number, to: number) =>
    g.conv(g.conv(x, from, to, { kernel: 1 }), to, to, { groups: to, gain: 1 });
  const unit = (x: string, from: number, to: number) => g.node('Relu', [pair(x, from, to)]);
  const pool = (x: string) => g.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  let x = g.node('Relu', [g.conv('input', 3, 16, { stride: 2 })]);
  x = pool(unit(x, 16, 16));
  x = unit(unit(unit(x, 16, 32), 32, 32), 32, 64);
  const levels: string[] = [];
  for (let level = 0; level < 3; level++) {
    x = unit(unit(pool(x), 64, 64), 64, 64);
    levels.push(x);
  }
  const [a, b, c] = levels as [string, string, string];
  const p5 = unit(c, 64, 64);
  const p4 = unit(g.node('Add', [g.upsample(p5), b]), 64, 64);
  const p3 = unit(g.node('Add', [g.upsample(p4), a]), 64, 64);
  const rows: string[][] = [];
  for (const [level, from] of [p3, p4, p5].entries()) {
    const head = unit(from, 64, 64);
    const made = (
      [
        ['cls', 1],
        ['obj', 1],
        ['bbox', 4],
        ['kps', 10],
      ] as const
    ).map(([name, numbers]) => {
      const map = g.node('Transpose', [pair(head, 64, numbers)], { perm: [0, 2, 3, 1] });
      const flat = g.reshape(map, [1, -1, numbers]);
      const output = `${name}_${8 * 2 ** level}`;
      return g.node(name === 'cls' || name === 'obj' ? 'Sigmoid' : 'Identity', [flat], {}, output);
    });
    rows.push(made);
  }
  for (const [i, numbers] of [1, 1, 4, 10].entries())
    for (const row of rows) g.output(row[i] as string, [1, 'n', numbers]);
  return { file: g.encode(), parameters: g.parameters };
}
