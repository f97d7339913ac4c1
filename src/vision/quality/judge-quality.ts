import type { PhotoOptions } from '../face-analyser.js';
import type { LocatedFace } from '../face-finder.js';
import { Refusal } from '../refusal.js';
import { type DecodedPhoto, qualityIn } from './quality-in.js';

/**
 * @param length of the embedding, as the embedder tells it
 * @param limits lowest quality that is taken; 0 is no limit
 * @returns the quality of the face, 0–100; undefined where nothing asks for it
 * @throws Refusal of a face below the limit
 */
export function judgeQuality(
  photo: DecodedPhoto,
  face: LocatedFace,
  length: number | null,
  { disableValidation, allowCovered, tellQuality }: Partial<PhotoOptions>,
  { minQuality = 0 }: { minQuality?: number | undefined },
): number | undefined {
  // An office that overrules a gate has looked at the photo itself.
  const isJudged = minQuality > 0 && !disableValidation && !allowCovered;
  if (!isJudged && !tellQuality) return undefined;
  const { score } = qualityIn(photo, face, length);
  if (isJudged && score < minQuality) throw new Refusal('NOT_FULL_FACE', 'low-quality');
  return score;
}
