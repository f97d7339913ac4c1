import type { LocatedFace } from '../face-finder.js';
import type { ImagePyramid } from '../image-pyramid.js';
import { measureFace } from './measures.js';
import { type FaceQuality, qualityOf } from './score.js';

/** A photo, and how much smaller it was decoded than it is. */
export type DecodedPhoto = ImagePyramid & { readonly shrink: number };

/**
 * Quality of one face, measured in the photo as it came: a brighter copy, in which the face may have been found, flatters it.
 * @param embeddingLength as the embedder tells it
 */
export function qualityIn(
  photo: DecodedPhoto,
  face: Omit<LocatedFace, 'fillsPicture'>,
  embeddingLength: number | null,
): FaceQuality {
  return qualityOf(measureFace(face, photo, photo.shrink, embeddingLength), face.scores);
}
