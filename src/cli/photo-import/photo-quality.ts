import { readFile } from 'node:fs/promises';
import { mapConcurrent } from '../../util/map-concurrent.js';
import type { FaceReport } from '../../vision/face-analyser.js';
import type { QualityAdvice } from '../../vision/quality/score.js';
import type { FaceSearchClient } from '../api-client/face-search-client.js';
import type { ImportOutcome } from './import-photos.js';
import type { ListedPhoto, PhotoList } from './photo-list.js';

/** A photo whose face is less fit to be found again than was asked for. */
export interface WeakPhoto {
  photo: ListedPhoto;
  /** 0–100. */
  score: number;
  /** What to change, the worst first. */
  advice: QualityAdvice[];
}

export interface QualityCheck {
  client: FaceSearchClient;
  /** A photo below it is weak, 1–100. */
  least: number;
  /** Photos under way at once. */
  parallel: number;
  onProgress?: (done: number, weak: number) => void;
}

/** Those of an import's photos that can be changed by taking them again: what was added, or refused for its quality. */
export function photosToCheck(list: PhotoList, { refused, unreadable }: ImportOutcome): ListedPhoto[] {
  const others = [...refused.filter(({ reason }) => reason !== 'low-quality'), ...unreadable];
  const out = new Set(others.map(({ photo }) => photo));
  return list.photos.filter((photo) => !out.has(photo));
}

/**
 * Asks the server for the quality of photos, the weakest first.
 * @throws ClientError
 */
export async function weakPhotos(photos: readonly ListedPhoto[], check: QualityCheck): Promise<WeakPhoto[]> {
  const { client, least, parallel, onProgress } = check;
  const weak: WeakPhoto[] = [];
  await mapConcurrent(
    photos,
    parallel,
    async (photo) => {
      const bytes = await readFile(photo.file);
      const body = { photo: bytes.toString('base64'), allow_id_card: true };
      const { code, data } = await client.admin('POST', '/analyse', body);
      if (code !== '200') return;
      // A server of an earlier version tells no quality.
      const [face] = (data as { faces: Partial<FaceReport>[] }).faces;
      if (!face?.quality || face.quality.score >= least) return;
      weak.push({ photo, score: face.quality.score, advice: face.quality.advice });
    },
    (done) => onProgress?.(done, weak.length),
  );
  return weak.sort((p, q) => p.score - q.score);
}
