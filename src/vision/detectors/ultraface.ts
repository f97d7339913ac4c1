import type { DetectedFace } from '../geometry.js';
import type { OutputReader } from './output-reader.js';

/**
 * Ultra-Light-Fast-Generic-Face-Detector (Linzaer, 2019; MIT): one output `[1, N, 2]` with the scores of background
 * and face, one `[1, N, 4]` with the boxes' corners as fractions of the input.
 */
export const readUltraface: OutputReader = (outputs, network, scoreThreshold) => {
  const all = Object.values(outputs);
  const scores = all.find(({ dims }) => dims.at(-1) === 2)?.data;
  const corners = all.find(({ dims }) => dims.at(-1) === 4)?.data;
  if (!scores || !corners || scores.length / 2 !== corners.length / 4) {
    throw new Error('not an ultraface network: expected outputs [1,N,2] and [1,N,4]');
  }
  const faces: DetectedFace[] = [];
  for (let i = 0; i < scores.length / 2; i++) {
    const score = scores[2 * i + 1] as number;
    if (score < scoreThreshold) continue;
    const left = (corners[4 * i] as number) * network.width;
    const top = (corners[4 * i + 1] as number) * network.height;
    const right = (corners[4 * i + 2] as number) * network.width;
    const bottom = (corners[4 * i + 3] as number) * network.height;
    if (right > left && bottom > top) {
      faces.push({ box: { x: left, y: top, width: right - left, height: bottom - top }, score });
    }
  }
  return faces;
};
