import { ALIGNED_SIZE } from '../alignment.js';

/** What the light on a face is like, from its aligned crop; luminance 0–1 as in ISO/IEC 29794-5. */
export interface Light {
  /** Mean luminance. */
  brightness: number;
  /** Standard deviation of luminance. */
  contrast: number;
  /** Share of pixels that are nearly black. */
  underexposed: number;
  /** Share of pixels that are nearly white. */
  overexposed: number;
  /** How alike the luminances of the left and the right half are: shared area of both histograms, 0–1. */
  evenness: number;
  /** Entropy of the histogram, as a fraction of that of an even one. */
  dynamicRange: number;
  /** Logarithm to base 10 of the mean squared Laplacian, in units of the squared contrast. */
  sharpness: number;
}

/** The face in the aligned crop: an ellipse from the forehead to the chin. */
const [CENTRE_X, CENTRE_Y, HALF_WIDTH, HALF_HEIGHT] = [56, 66, 34, 44];

/** Luminances up to 25 of 255 are nearly black, those from 247 on nearly white (ISO/IEC 29794-5). */
const [BLACK, WHITE] = [25 / 255, 247 / 255];

const BINS = 256;

/** Indices of the pixels of the face, and to which half each belongs. */
const face: { index: number; isLeft: boolean }[] = [];
for (let y = 1; y < ALIGNED_SIZE - 1; y++) {
  for (let x = 1; x < ALIGNED_SIZE - 1; x++) {
    const inside = ((x + 0.5 - CENTRE_X) / HALF_WIDTH) ** 2 + ((y + 0.5 - CENTRE_Y) / HALF_HEIGHT) ** 2 <= 1;
    if (inside) face.push({ index: y * ALIGNED_SIZE + x, isLeft: x + 0.5 < CENTRE_X });
  }
}

/** @param crop the aligned crop, planar RGB `[3, 112, 112]`, 0–255 */
export function lightOf(crop: Float32Array): Light {
  const grey = luminance(crop);
  const [left, right] = [new Float64Array(BINS), new Float64Array(BINS)];
  let [sum, squares, laplacians, black, white] = [0, 0, 0, 0, 0];
  for (const { index, isLeft } of face) {
    const value = grey[index] as number;
    sum += value;
    squares += value * value;
    if (value <= BLACK) black++;
    if (value >= WHITE) white++;
    laplacians += laplacian(grey, index) ** 2;
    const bin = Math.min(BINS - 1, Math.floor(value * BINS));
    const half = isLeft ? left : right;
    half[bin] = (half[bin] as number) + 1;
  }
  const n = face.length;
  const brightness = sum / n;
  const variance = Math.max(0, squares / n - brightness ** 2);
  return {
    brightness,
    contrast: Math.sqrt(variance),
    underexposed: black / n,
    overexposed: white / n,
    evenness: sharedArea(smoothed(left), smoothed(right)),
    dynamicRange: entropy(left.map((count, i) => (count + (right[i] as number)) / n)) / Math.log(BINS),
    // A picture of one colour has neither contrast nor edges.
    sharpness: Math.log10((laplacians / n + 1e-7) / (variance + 1e-4)),
  };
}

/** ITU-R BT.709 luma, 0–1. */
function luminance(crop: Float32Array): Float32Array {
  const plane = ALIGNED_SIZE * ALIGNED_SIZE;
  const grey = new Float32Array(plane);
  for (let i = 0; i < plane; i++) {
    const [r, g, b] = [crop[i] as number, crop[plane + i] as number, crop[2 * plane + i] as number];
    grey[i] = (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  }
  return grey;
}

function laplacian(grey: Float32Array, i: number): number {
  const [up, down] = [grey[i - ALIGNED_SIZE] as number, grey[i + ALIGNED_SIZE] as number];
  return up + down + (grey[i - 1] as number) + (grey[i + 1] as number) - 4 * (grey[i] as number);
}

/** Each bin with its neighbours, so that two halves that differ by a grain of light are still alike; sums to 1. */
function smoothed(histogram: Float64Array): Float64Array {
  const reach = 6;
  const total = histogram.reduce((sum, count) => sum + count, 0);
  return histogram.map((_, i) => {
    let near = 0;
    for (let k = -reach; k <= reach; k++) near += histogram[i + k] ?? 0;
    return near / (2 * reach + 1) / total;
  });
}

function sharedArea(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, value, i) => sum + Math.min(value, q[i] as number), 0);
}

function entropy(shares: Float64Array): number {
  return shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
}
