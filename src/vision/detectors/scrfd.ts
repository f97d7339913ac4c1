import type { DetectedFace, Point } from '../geometry.js';
import type { NetworkShape, OutputReader, Outputs } from './output-reader.js';

const STRIDES = [8, 16, 32];

/** Candidates at each cell of a stride's grid. */
const ANCHORS = 2;

/**
 * SCRFD (J. Guo et al., "Sample and Computation Redistribution for Efficient Face Detection", 2021), as InsightFace
 * exports it with key points: nine outputs in the order scores `[n,1]`, box distances `[n,4]`, five points `[n,10]`,
 * each for stride 8, 16, 32, where n = 2 · (width / stride) · (height / stride). Distances and points are counted in
 * strides from the cell's corner.
 */
export const readScrfd: OutputReader = (outputs, network, scoreThreshold) => {
  if (network.outputNames.length !== 9) throw new Error('not an SCRFD network with key points: expected 9 outputs');
  return STRIDES.flatMap((stride, level) => readStride(outputs, network, stride, level, scoreThreshold));
};

function readStride(
  outputs: Outputs,
  network: NetworkShape,
  stride: number,
  level: number,
  scoreThreshold: number,
): DetectedFace[] {
  const columns = network.width / stride;
  const cells = columns * (network.height / stride);
  const scores = outputOf(outputs, network, level, cells * ANCHORS);
  const distances = outputOf(outputs, network, level + 3, cells * ANCHORS * 4);
  const points = outputOf(outputs, network, level + 6, cells * ANCHORS * 10);
  const faces: DetectedFace[] = [];
  for (let i = 0; i < cells * ANCHORS; i++) {
    const score = scores[i] as number;
    if (score < scoreThreshold) continue;
    const cell = Math.floor(i / ANCHORS);
    const cx = (cell % columns) * stride;
    const cy = Math.floor(cell / columns) * stride;
    const [left, top, right, bottom] = Array.from(distances.subarray(4 * i, 4 * i + 4), (d) => d * stride) as [
      number,
      number,
      number,
      number,
    ];
    const fivePoints: Point[] = [];
    for (let p = 0; p < 5; p++) {
      fivePoints.push({
        x: cx + (points[10 * i + 2 * p] as number) * stride,
        y: cy + (points[10 * i + 2 * p + 1] as number) * stride,
      });
    }
    if (left + right > 0 && top + bottom > 0) {
      faces.push({ box: { x: cx - left, y: cy - top, width: left + right, height: top + bottom }, score, fivePoints });
    }
  }
  return faces;
}

function outputOf(outputs: Outputs, network: NetworkShape, index: number, length: number): Float32Array {
  const name = network.outputNames[index] as string;
  const data = outputs[name]?.data;
  if (data?.length !== length) throw new Error(`not an SCRFD network: output ${name} should have ${length} numbers`);
  return data;
}
