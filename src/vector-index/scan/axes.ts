import { setImmediate } from 'node:timers/promises';
import { EMBEDDING_LENGTH } from '../../core/embedding.js';

/** Directions that a sieve looks at. `npm run bench:candidates` shows what they find. */
export const AXES = 96;

/** Coordinates of a face that share four bits of its code. */
const PAIRS = AXES / 2;
/** Entries of a row of a table: one for each value of four bits. */
const ROW = 16;
/** Highest entry: the sum of four fits a byte. */
const MAX_ENTRY = 63;
/** Bytes of a table. */
export const TABLE_BYTES = PAIRS * ROW;
/** Distances are below it. */
export const SIEVE_DISTANCES = PAIRS * MAX_ENTRY + 1;

/** What a coordinate's two bits stand for, in standard deviations: the best four levels for a normal distribution (Max 1960). */
const LEVELS = [-1.51, -0.453, 0.453, 1.51] as const;
const LEVEL_BOUND = 0.982;

/** The first numbers of an embedding are axes enough when the faces vary along them to this share. */
const FIRST_SHARE = 0.8;
/** Less of it along the best axes that there are: the sieve would let the nearest face through too rarely. */
const LEAST_SHARE = 0.7;

/** Faces from which axes are learnt. */
export const SAMPLE = 4096;
const ROUNDS = 8;
/** Multiplications between two turns of the event loop: about a millisecond. */
const PER_TURN = 1_000_000;

/** The directions along which the faces of a collection differ most. */
export interface Axes {
  /** One after the other, 512 numbers each; undefined where they are the first numbers of an embedding. */
  rows: Float32Array | undefined;
  /** Of the coordinates along each. */
  means: Float32Array;
  deviations: Float32Array;
}

/**
 * Principal axes of a sample of faces, the same for the same sample. An embedder may give its numbers in the order of their
 * variance, as that of the default pack does; then nothing need be turned.
 * @param sample embeddings of 512 numbers
 * @returns undefined where the faces differ along too many directions
 */
export async function learnAxes(sample: readonly Float32Array[]): Promise<Axes | undefined> {
  const means = new Float64Array(EMBEDDING_LENGTH);
  const squares = new Float64Array(EMBEDDING_LENGTH);
  for (const vector of sample) {
    for (let i = 0; i < EMBEDDING_LENGTH; i++) means[i] = (means[i] as number) + (vector[i] as number) / sample.length;
  }
  for (const vector of sample) {
    for (let i = 0; i < EMBEDDING_LENGTH; i++) {
      squares[i] = (squares[i] as number) + ((vector[i] as number) - (means[i] as number)) ** 2 / sample.length;
    }
  }
  const all = sum(squares);
  if (sum(squares.subarray(0, AXES)) >= FIRST_SHARE * all) return axesOf(undefined, means, squares);

  const covariance = await covarianceOf(sample, means);
  const rows = await principal(covariance);
  const variances = new Float64Array(AXES);
  for (let axis = 0; axis < AXES; axis++) {
    const row = rows.subarray(axis * EMBEDDING_LENGTH, (axis + 1) * EMBEDDING_LENGTH);
    for (let i = 0; i < EMBEDDING_LENGTH; i++) {
      variances[axis] =
        (variances[axis] as number) + (row[i] as number) * dot(covariance, i * EMBEDDING_LENGTH, row, 0);
    }
  }
  if (sum(variances) < LEAST_SHARE * all) return undefined;
  const alongMeans = Float64Array.from({ length: AXES }, (_, axis) => dot(means, 0, rows, axis * EMBEDDING_LENGTH));
  return axesOf(Float32Array.from(rows), alongMeans, variances);
}

/** The four bits of each pair of coordinates. */
export function codeOf(coordinates: Float32Array, { means, deviations }: Axes, code: Uint8Array): void {
  for (let pair = 0; pair < PAIRS; pair++) code[pair] = bitsOf(2 * pair) + 4 * bitsOf(2 * pair + 1);

  function bitsOf(axis: number): number {
    const from = (coordinates[axis] as number) - (means[axis] as number);
    const bound = LEVEL_BOUND * (deviations[axis] as number);
    return from < 0 ? (from < -bound ? 0 : 1) : from < bound ? 2 : 3;
  }
}

/**
 * What each four bits add to a face's distance from a probe: the more, the less they add to the cosine.
 * @param coordinates of the probe
 * @param table of 48 rows of 16 entries from 0 to 63
 */
export function fillTable(coordinates: Float32Array, { deviations }: Axes, table: Uint8Array): void {
  const shares = new Float64Array(TABLE_BYTES);
  const highest = new Float64Array(PAIRS);
  let range = Number.MIN_VALUE;
  for (let pair = 0; pair < PAIRS; pair++) {
    const one = (coordinates[2 * pair] as number) * (deviations[2 * pair] as number);
    const other = (coordinates[2 * pair + 1] as number) * (deviations[2 * pair + 1] as number);
    for (let bits = 0; bits < ROW; bits++) {
      shares[pair * ROW + bits] = one * (LEVELS[bits & 3] as number) + other * (LEVELS[bits >> 2] as number);
    }
    highest[pair] = LEVELS[3] * (Math.abs(one) + Math.abs(other));
    range = Math.max(range, 2 * (highest[pair] as number));
  }
  for (let i = 0; i < TABLE_BYTES; i++) {
    table[i] = Math.round(((highest[i >> 4] as number) - (shares[i] as number)) * (MAX_ENTRY / range));
  }
}

function axesOf(rows: Float32Array | undefined, means: Float64Array, variances: Float64Array): Axes {
  return {
    rows,
    means: Float32Array.from(means.subarray(0, AXES)),
    deviations: Float32Array.from(variances.subarray(0, AXES), Math.sqrt),
  };
}

async function covarianceOf(sample: readonly Float32Array[], means: Float64Array): Promise<Float64Array> {
  const covariance = new Float64Array(EMBEDDING_LENGTH ** 2);
  const centred = new Float64Array(EMBEDDING_LENGTH);
  for (const [n, vector] of sample.entries()) {
    for (let i = 0; i < EMBEDDING_LENGTH; i++) centred[i] = (vector[i] as number) - (means[i] as number);
    for (let i = 0; i < EMBEDDING_LENGTH; i++) {
      const x = (centred[i] as number) / sample.length;
      const row = i * EMBEDDING_LENGTH;
      for (let j = i; j < EMBEDDING_LENGTH; j++) {
        covariance[row + j] = (covariance[row + j] as number) + x * (centred[j] as number);
      }
    }
    if (n % Math.ceil((2 * PER_TURN) / EMBEDDING_LENGTH ** 2) === 0) await setImmediate();
  }
  for (let i = 0; i < EMBEDDING_LENGTH; i++) {
    for (let j = 0; j < i; j++) {
      covariance[i * EMBEDDING_LENGTH + j] = covariance[j * EMBEDDING_LENGTH + i] as number;
    }
  }
  return covariance;
}

/** The eigenvectors with the largest eigenvalues, by orthogonal iteration: a rough result does. */
async function principal(covariance: Float64Array): Promise<Float64Array> {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
  let rows = Float64Array.from({ length: AXES * EMBEDDING_LENGTH }, random);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(rows.length);
    for (let axis = 0; axis < AXES; axis++) {
      const at = axis * EMBEDDING_LENGTH;
      for (let i = 0; i < EMBEDDING_LENGTH; i++) next[at + i] = dot(covariance, i * EMBEDDING_LENGTH, rows, at);
      // Gram and Schmidt.
      for (let before = 0; before < axis; before++)
        addTo(next, at, before, -dot(next, at, next, before * EMBEDDING_LENGTH));
      const length = Math.sqrt(dot(next, at, next, at)) || 1;
      for (let i = 0; i < EMBEDDING_LENGTH; i++) next[at + i] = (next[at + i] as number) / length;
      if (axis % Math.ceil(PER_TURN / EMBEDDING_LENGTH ** 2) === 0) await setImmediate();
    }
    rows = next;
  }
  return rows;
}

function addTo(rows: Float64Array, at: number, axis: number, factor: number): void {
  for (let i = 0; i < EMBEDDING_LENGTH; i++) {
    rows[at + i] = (rows[at + i] as number) + factor * (rows[axis * EMBEDDING_LENGTH + i] as number);
  }
}

/** Four sums that do not wait for one another. */
function dot(a: Float64Array, aAt: number, b: Float64Array, bAt: number): number {
  let [s, t, u, v] = [0, 0, 0, 0];
  for (let i = 0; i < EMBEDDING_LENGTH; i += 4) {
    s += (a[aAt + i] as number) * (b[bAt + i] as number);
    t += (a[aAt + i + 1] as number) * (b[bAt + i + 1] as number);
    u += (a[aAt + i + 2] as number) * (b[bAt + i + 2] as number);
    v += (a[aAt + i + 3] as number) * (b[bAt + i + 3] as number);
  }
  return s + t + u + v;
}

function sum(numbers: Float64Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}
