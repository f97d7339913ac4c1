import { describe, expect, it } from 'vitest';
import { readScrfd } from '../../src/vision/detectors/scrfd.js';
import { readUltraface } from '../../src/vision/detectors/ultraface.js';
import { readYunet } from '../../src/vision/detectors/yunet.js';

const ultraface = { width: 320, height: 240, outputNames: ['scores', 'boxes'] };

describe('readUltraface', () => {
  it('readUltraface reads faces above the threshold in pixels of the input', () => {
    const outputs = {
      scores: { dims: [1, 3, 2], data: Float32Array.of(0.1, 0.9, 0.8, 0.2, 0.05, 0.95) },
      // The last box has no extent and is no face.
      boxes: { dims: [1, 3, 4], data: Float32Array.of(0.25, 0.5, 0.5, 1, 0, 0, 1, 1, 0.5, 0.5, 0.5, 0.5) },
    };
    const faces = readUltraface(outputs, ultraface, 0.7);
    expect(faces).toHaveLength(1);
    expect(faces[0]?.box).toEqual({ x: 80, y: 120, width: 80, height: 120 });
    expect(faces[0]?.score).toBeCloseTo(0.9);
  });

  it('readUltraface says when the network is of another family', () => {
    const outputs = { scores: { dims: [1, 3, 2], data: new Float32Array(6) } };
    expect(() => readUltraface(outputs, ultraface, 0.7)).toThrow('not an ultraface network');
  });
});

describe('readScrfd', () => {
  const names = ['s8', 's16', 's32', 'b8', 'b16', 'b32', 'k8', 'k16', 'k32'];
  const scrfd = { width: 64, height: 32, outputNames: names };

  function blank(): Record<string, { dims: number[]; data: Float32Array }> {
    const outputs: Record<string, { dims: number[]; data: Float32Array }> = {};
    for (const [group, size] of [
      ['s', 1],
      ['b', 4],
      ['k', 10],
    ] as const) {
      for (const stride of [8, 16, 32]) {
        const n = (64 / stride) * (32 / stride) * 2;
        outputs[`${group}${stride}`] = { dims: [n, size], data: new Float32Array(n * size) };
      }
    }
    return outputs;
  }

  it('readScrfd reads distances and points in strides from the cell of the grid', () => {
    const outputs = blank();
    // Stride 16: grid of 4x2; second anchor of the cell in column 2, row 1 (centre 32,16).
    const i = (1 * 4 + 2) * 2 + 1;
    (outputs.s16 as { data: Float32Array }).data[i] = 0.8;
    (outputs.b16 as { data: Float32Array }).data.set([1, 0.5, 0.25, 0.75], 4 * i);
    (outputs.k16 as { data: Float32Array }).data.set([-0.5, -0.25, 0.5, -0.25, 0, 0, -0.25, 0.5, 0.25, 0.5], 10 * i);
    const faces = readScrfd(outputs, scrfd, 0.5);
    expect(faces).toHaveLength(1);
    expect(faces[0]?.box).toEqual({ x: 16, y: 8, width: 20, height: 20 });
    expect(faces[0]?.fivePoints).toEqual([
      { x: 24, y: 12 },
      { x: 40, y: 12 },
      { x: 32, y: 16 },
      { x: 28, y: 24 },
      { x: 36, y: 24 },
    ]);
  });

  it('readScrfd says when the network is of another family', () => {
    expect(() => readScrfd({}, { ...scrfd, outputNames: ['a'] }, 0.5)).toThrow('expected 9 outputs');
    const short = blank();
    short.b8 = { dims: [1, 4], data: new Float32Array(4) };
    expect(() => readScrfd(short, scrfd, 0.5)).toThrow('output b8');
  });
});

describe('readYunet', () => {
  const yunet = { width: 64, height: 32, outputNames: [] };
  const sizes = { cls: 1, obj: 1, bbox: 4, kps: 10 };

  function blank(): Record<string, { dims: number[]; data: Float32Array }> {
    return Object.fromEntries(
      [8, 16, 32].flatMap((stride) => {
        const n = (64 / stride) * (32 / stride);
        return Object.entries(sizes).map(([head, size]) => [
          `${head}_${stride}`,
          { dims: [1, n, size], data: new Float32Array(n * size) },
        ]);
      }),
    );
  }

  /** The formulas of OpenCV's FaceDetectorYN, written down once more as it has them, over all cells. */
  function reference(outputs: ReturnType<typeof blank>, threshold: number) {
    const found: { x: number; y: number; w: number; h: number; score: number; points: number[][] }[] = [];
    for (const s of [8, 16, 32]) {
      const [rows, cols] = [32 / s, 64 / s];
      const at = (head: string, i: number) => outputs[`${head}_${s}`]?.data[i] ?? Number.NaN;
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < cols; c++) {
          const i = r * cols + c;
          const score = Math.sqrt(Math.min(Math.max(at('cls', i), 0), 1) * Math.min(Math.max(at('obj', i), 0), 1));
          if (score < threshold) continue;
          const [cx, cy] = [(c + at('bbox', 4 * i)) * s, (r + at('bbox', 4 * i + 1)) * s];
          const [w, h] = [Math.exp(at('bbox', 4 * i + 2)) * s, Math.exp(at('bbox', 4 * i + 3)) * s];
          const points = [0, 1, 2, 3, 4].map((n) => [
            (at('kps', 10 * i + 2 * n) + c) * s,
            (at('kps', 10 * i + 2 * n + 1) + r) * s,
          ]);
          found.push({ x: cx - w / 2, y: cy - h / 2, w, h, score, points });
        }
      }
    }
    return found;
  }

  it('a YuNet face has the box and the points that the formulas give by hand', () => {
    const outputs = blank();
    const set = (name: string, at: number, ...values: number[]) => outputs[name]?.data.set(values, at);
    // Stride 16: grid of 4x2; the cell in column 2, row 1 has the number 6.
    set('cls_16', 6, 0.81);
    set('obj_16', 6, 1.7); // Counts as 1.
    set('bbox_16', 24, 0.5, -0.25, Math.log(2), 0);
    set('kps_16', 60, 0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1);
    const faces = readYunet(outputs, yunet, 0.5);
    expect(faces).toHaveLength(1);
    expect(faces[0]?.score).toBeCloseTo(0.9);
    const { x = 0, y = 0, width = 0, height = 0 } = faces[0]?.box ?? {};
    expect([x, y, width, height].map((each) => Math.round(each * 1000) / 1000)).toEqual([24, 4, 32, 16]);
    expect(faces[0]?.fivePoints).toEqual([
      { x: 32, y: 16 },
      { x: 48, y: 16 },
      { x: 40, y: 24 },
      { x: 32, y: 32 },
      { x: 48, y: 32 },
    ]);
  });

  it('random YuNet outputs are read as the formulas of OpenCV read them', () => {
    const outputs = blank();
    let seed = 1;
    for (const { data } of Object.values(outputs)) {
      for (let i = 0; i < data.length; i++) {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
        data[i] = (seed / 2 ** 32) * 2.4 - 0.7;
      }
    }
    const faces = readYunet(outputs, yunet, 0.6);
    const expected = reference(outputs, 0.6);
    expect(expected.length).toBeGreaterThan(3);
    expect(faces.map(({ score }) => score)).toEqual(expected.map(({ score }) => score));
    for (const [i, { box, fivePoints = [] }] of faces.entries()) {
      const { x, y, w, h, points } = expected[i] as (typeof expected)[number];
      for (const [a, b] of [
        [box.x, x],
        [box.y, y],
        [box.width, w],
        [box.height, h],
      ] as const)
        expect(a).toBeCloseTo(b, 4);
      for (const [p, point] of fivePoints.entries()) {
        expect(point.x).toBeCloseTo(points[p]?.[0] ?? Number.NaN, 4);
        expect(point.y).toBeCloseTo(points[p]?.[1] ?? Number.NaN, 4);
      }
    }
  });

  it('outputs that are not those of YuNet are named', () => {
    expect(() => readYunet({}, yunet, 0.5)).toThrow('not a YuNet network: output cls_8 should have 32 numbers');
  });
});
