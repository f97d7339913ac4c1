import type { SimilarityScale } from '../../src/gallery/scoring/similarity.js';

/** The similarity of a person is the cosine of the nearest of their faces, also below 0. */
export const plainCosine: SimilarityScale = {
  centres: undefined,
  isNormalised: false,
  photosSlope: 0,
  similarity: (_score, cosine) => cosine,
};
