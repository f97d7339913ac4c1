import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorRow, FaceSearchError } from '../../core/errors.js';
import type { FacematchVersion } from '../../models/manifest.js';
import { mapConcurrent } from '../../util/map-concurrent.js';
import type { PhotoEmbedder } from '../../vision/face-analyser.js';
import { gates } from '../../vision/gates/gates.js';

/** Codes of a photo that was read, and refused by a gate or for the number of its faces; rising. */
export const REFUSAL_CODES: readonly number[] = [
  ...new Set([
    errorRow('NO_FACE').code,
    errorRow('MANY_FACES').code,
    ...gates.map(({ refuses }) => errorRow(refuses).code),
  ]),
].sort((p, q) => p - q);

/** Every code that an endpoint can answer to a photo. */
export const PHOTO_CODES: readonly number[] = [200, errorRow('BAD_INPUT').code, ...REFUSAL_CODES];

/** What /search does with a photo before it searches. */
export interface Outcome {
  /** One of PHOTO_CODES. */
  code: number;
  /** Cause of the refusal as the server logs it, for example `mask`; empty with 200. */
  reason: string;
}

/** One word or two for tables: `200`, `406 mask`. */
export function outcomeName({ code, reason }: Outcome): string {
  return reason === '' ? String(code) : `${code} ${reason}`;
}

/** Orders outcomes by code, then by reason. */
export function byOutcome(p: Outcome, q: Outcome): number {
  return p.code - q.code || p.reason.localeCompare(q.reason);
}

/**
 * Sends photos through the gates as /search does with its default fields: one face only, quality and ID card checked.
 * @param paths relative to the folder
 * @param concurrency photos that are on their way at once
 * @param onProgress told after each photo how many are done and how many of them were refused
 * @returns the outcome of each photo, by path
 * @throws Error when a file cannot be read, a model fails or the analyser's queue is full: none of it says anything
 * about the photo
 */
export async function judgeImages(
  analyser: PhotoEmbedder,
  folder: string,
  paths: readonly string[],
  options: { version: FacematchVersion; concurrency: number; onProgress?: (done: number, refused: number) => void },
): Promise<Map<string, Outcome>> {
  const { version, concurrency, onProgress } = options;
  const outcomes = new Map<string, Outcome>();
  let refused = 0;
  await mapConcurrent(
    paths,
    concurrency,
    async (path) => {
      const outcome = await judge(analyser, await readFile(join(folder, path)), version);
      if (outcome.code !== 200) refused++;
      outcomes.set(path, outcome);
    },
    (done) => onProgress?.(done, refused),
  );
  return outcomes;
}

async function judge(analyser: PhotoEmbedder, image: Buffer, version: FacematchVersion): Promise<Outcome> {
  try {
    await analyser.embedPhoto(image, {
      version,
      allowIdCard: false,
      severalFaces: 'refuse',
      disableValidation: false,
    });
    return { code: 200, reason: '' };
  } catch (error) {
    // A 5xx is the server's trouble.
    if (!(error instanceof FaceSearchError) || error.code >= 500) throw error;
    return { code: error.code, reason: error.reason };
  }
}
