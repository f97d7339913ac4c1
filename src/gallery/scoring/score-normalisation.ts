/**
 * The score of two faces: their cosine without what strangers of their kind have in common, -2 to 2.
 * @param muP how crowded the neighbourhood of the one is, and
 * @param muQ that of the other; see Cohort.mu. Both 0: the cosine stays as it is
 */
export function normalisedScore(cosine: number, muP: number, muQ: number): number {
  return cosine - (muP + muQ) / 2;
}
