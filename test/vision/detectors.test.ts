import { describe, expect, it } from 'vitest';
import { readScrfd } from '../../src/vision/detectors/scrfd.js';
import { readUltraface } from '../../src/vision/detectors/ultraface.js';

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
