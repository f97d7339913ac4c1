import type { RgbImage, Sampling } from './raster.js';

/** Taps are taken three at a time, since reducing by less than two needs no more. */
const GROUP = 3;

/** Along one side, each output pixel is a weighted sum of the `span` source pixels from `first` on. */
interface Taps {
  /** A multiple of GROUP; some weights are 0, also of pixels beyond the end. */
  span: number;
  first: Int32Array;
  /** `span` for each output pixel. */
  weights: Float64Array;
  /** Share of the samples that lie within the source. */
  inside: Float64Array;
}

/**
 * As `sampleTurned`, for a map without rotation, where the mean of the samples is a product of sums along the sides: four times as fast as
 * sample by sample for the detector's input.
 */
export function sampleUpright({ source, map, offsets, width, height, border }: Sampling): Float32Array {
  const columns = tapsOf(map.a, map.tx, offsets, width, source.width);
  const rows = tapsOf(map.d, map.ty, offsets, height, source.height);
  const from = 3 * Math.min(...columns.first);
  const to = 3 * Math.min(source.width, Math.max(...columns.first) + columns.span);
  const blended = new Float32Array(3 * (source.width + columns.span));
  const out = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    blendRows(source, rows, y, from, to, blended);
    blendColumns(blended, columns, border, rows.inside[y] as number, out, y * width, width * height);
  }
  return out;
}

function tapsOf(step: number, shift: number, offsets: readonly number[], length: number, sourceLength: number): Taps {
  const last = sourceLength - 1;
  const span = GROUP * Math.ceil((2 + Math.ceil(step * ((offsets.at(-1) ?? 0) - (offsets[0] ?? 0)))) / GROUP);
  const first = new Int32Array(length);
  const weights = new Float64Array(length * span);
  const inside = new Float64Array(length);
  const share = 1 / offsets.length;
  for (let output = 0; output < length; output++) {
    const start = Math.floor(step * (output + (offsets[0] ?? 0)) + shift);
    first[output] = Math.min(last, Math.max(0, start));
    for (const offset of offsets) {
      const at = step * (output + offset) + shift;
      if (at <= -1 || at >= sourceLength) continue;
      const low = Math.floor(at);
      const tap = output * span - (first[output] as number);
      const [left, right] = [tap + Math.max(0, low), tap + Math.min(last, low + 1)];
      weights[left] = (weights[left] as number) + share * (low + 1 - at);
      weights[right] = (weights[right] as number) + share * (at - low);
      inside[output] = (inside[output] as number) + share;
    }
  }
  return { span, first, weights, inside };
}

/** The source rows of one output row, weighted and added up, for the numbers `from` to `to` of a row. */
function blendRows(
  { data, width, height }: RgbImage,
  { span, first, weights }: Taps,
  y: number,
  from: number,
  to: number,
  blended: Float32Array,
): void {
  const pitch = 3 * width;
  const lastRow = (height - 1) * pitch;
  for (let k = 0; k < span; k += GROUP) {
    const tap = y * span + k;
    const w0 = weights[tap] as number;
    const w1 = weights[tap + 1] as number;
    const w2 = weights[tap + 2] as number;
    const start = ((first[y] as number) + k) * pitch;
    // Rows beyond the end have no weight.
    const i0 = Math.min(start, lastRow);
    const i1 = Math.min(start + pitch, lastRow);
    const i2 = Math.min(start + 2 * pitch, lastRow);
    if (k === 0) {
      for (let i = from; i < to; i++) {
        blended[i] = w0 * (data[i0 + i] as number) + w1 * (data[i1 + i] as number) + w2 * (data[i2 + i] as number);
      }
    } else {
      for (let i = from; i < to; i++) {
        blended[i] =
          (blended[i] as number) +
          w0 * (data[i0 + i] as number) +
          w1 * (data[i1 + i] as number) +
          w2 * (data[i2 + i] as number);
      }
    }
  }
}

function blendColumns(
  blended: Float32Array,
  { span, first, weights, inside }: Taps,
  border: number,
  insideY: number,
  out: Float32Array,
  row: number,
  plane: number,
): void {
  const width = first.length;
  for (let x = 0, tap = 0; x < width; x++) {
    let red = border * (1 - insideY * (inside[x] as number));
    let green = red;
    let blue = red;
    const end = tap + span;
    for (let i = (3 * (first[x] as number)) | 0; tap < end; tap += GROUP, i += 3 * GROUP) {
      const w0 = weights[tap] as number;
      const w1 = weights[tap + 1] as number;
      const w2 = weights[tap + 2] as number;
      red += w0 * (blended[i] as number) + w1 * (blended[i + 3] as number) + w2 * (blended[i + 6] as number);
      green += w0 * (blended[i + 1] as number) + w1 * (blended[i + 4] as number) + w2 * (blended[i + 7] as number);
      blue += w0 * (blended[i + 2] as number) + w1 * (blended[i + 5] as number) + w2 * (blended[i + 8] as number);
    }
    out[row + x] = red;
    out[row + x + plane] = green;
    out[row + x + 2 * plane] = blue;
  }
}
