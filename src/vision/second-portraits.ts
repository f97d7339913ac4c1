import type { LocatedFace } from './face-finder.js';

/**
 * The second portrait of a document is a fainter and smaller copy of the first: up to half as wide on Vietnamese cards. Wider
 * faces beside the largest are those of somebody else, or of a second document.
 */
const SECOND_PORTRAIT_WIDTH = 2 / 3;

/** The faces of a document without the second portrait. @param faces largest first */
export function withoutSecondPortraits(faces: readonly LocatedFace[]): LocatedFace[] {
  return faces.filter(({ box }) => box.width >= (faces[0]?.box.width ?? 0) * SECOND_PORTRAIT_WIDTH);
}
