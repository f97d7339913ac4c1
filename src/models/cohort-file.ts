import { readFile } from 'node:fs/promises';
import { EMBEDDING_LENGTH } from '../core/embedding.js';
import { normalised } from '../core/unit-vector.js';
import type { Calibration } from './calibration.js';
import { ModelError } from './model-error.js';
import { checkSha256 } from './package-files.js';

/**
 * The centres of a model's cohort, of length 1, one after the other.
 * @param cohort with an absolute path, as `choosePack` gives it
 * @throws ModelError when the file cannot be read or is not the one of the manifest
 */
export async function readCentres({
  file,
  sha256,
  centres,
}: NonNullable<Calibration['cohort']>): Promise<Float32Array> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new ModelError(`Cannot read ${file}, the cohort of a model: ${(error as Error).message}`);
  }
  checkSha256(bytes, sha256, `${file}, the cohort of a model`);
  if (bytes.length !== centres * EMBEDDING_LENGTH) {
    throw new ModelError(`${file} has ${bytes.length} bytes; ${centres} centres have ${centres * EMBEDDING_LENGTH}.`);
  }
  const numbers = Float32Array.from(new Int8Array(bytes));
  for (let at = 0; at < numbers.length; at += EMBEDDING_LENGTH) {
    const centre = normalised(numbers.subarray(at, at + EMBEDDING_LENGTH));
    if (!centre) throw new ModelError(`${file} has a centre that is no direction.`);
    numbers.set(centre, at);
  }
  return numbers;
}
