import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FaceSearchError } from '../core/errors.js';
import type { FacematchVersion } from '../models/manifest.js';
import { mapConcurrent } from '../util/map-concurrent.js';
import type { PhotoEmbedder } from '../vision/face-analyser.js';

/** What became of each image. */
export interface Embedded {
  /** 512 float32 of length 1, by path. */
  embeddings: Map<string, Float32Array>;
  /** 0–100, by path. */
  qualities: Map<string, number>;
  /** Why there is no embedding (for example `no-face`), by path. */
  failures: Map<string, string>;
}

/**
 * Embeds photos as the server does, but without its gates.
 * @param analyser where it has to choose among several faces, it takes the one that labels mean: see central-worker.ts
 * @param paths relative to the folder
 * @param concurrency photos that are on their way at once
 * @param onProgress told after each photo how many are done and how many of them gave no embedding
 * @throws Error when a file cannot be read or a model fails; a photo that is refused is a failure in the result
 */
export async function embedImages(
  analyser: PhotoEmbedder,
  folder: string,
  paths: readonly string[],
  options: { version: FacematchVersion; concurrency: number; onProgress?: (done: number, failed: number) => void },
): Promise<Embedded> {
  const { version, concurrency, onProgress } = options;
  const embeddings = new Map<string, Float32Array>();
  const qualities = new Map<string, number>();
  const failures = new Map<string, string>();
  await mapConcurrent(
    paths,
    concurrency,
    async (path) => {
      try {
        const { embedding, quality } = await analyser.embedPhoto(await readFile(join(folder, path)), {
          version,
          allowIdCard: true,
          severalFaces: 'largest',
          disableValidation: true,
          tellQuality: true,
        });
        embeddings.set(path, embedding);
        if (quality !== undefined) qualities.set(path, quality);
      } catch (error) {
        if (!(error instanceof FaceSearchError)) throw error;
        failures.set(path, error.reason);
      }
    },
    (done) => onProgress?.(done, failures.size),
  );
  return { embeddings, qualities, failures };
}
