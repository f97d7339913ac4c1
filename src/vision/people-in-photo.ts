import type { FoundFaces, LocatedFace } from './face-finder.js';
import type { Box } from './geometry.js';

/** A face narrower than this share of the main one is a passer-by or a picture behind the person, not a second one. */
export const PASSER_BY_WIDTH = 1 / 8;

/**
 * The second portrait of a document is a fainter and smaller copy of the first: up to half as wide on Vietnamese cards. Wider
 * faces beside the largest are those of somebody else, or of a second document.
 */
const SECOND_PORTRAIT_WIDTH = 2 / 3;

/** Whether a face counts beside the largest one. */
export function isPerson(box: Box, { faces: [largest] }: FoundFaces): boolean {
  return largest !== undefined && box.width >= largest.box.width * PASSER_BY_WIDTH;
}

/** The faces of a document but the second portraits of its holder. */
export function withoutSecondPortraits(faces: readonly LocatedFace[]): LocatedFace[] {
  return faces.filter(({ box }) => box.width >= (faces[0]?.box.width ?? 0) * SECOND_PORTRAIT_WIDTH);
}
