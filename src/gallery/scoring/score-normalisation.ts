/** Of two vectors of length 1 with an even number of dimensions, -1 to 1. */
export function cosineOf(p: Float32Array, q: Float32Array): number {
  let sum0 = 0;
  let sum1 = 0;
  // Two sums at once: the processor need not wait for one addition before the next.
  for (let i = 0; i + 1 < p.length; i += 2) {
    sum0 += (p[i] as number) * (q[i] as number);
    sum1 += (p[i + 1] as number) * (q[i + 1] as number);
  }
  return Math.max(-1, Math.min(1, sum0 + sum1));
}

/**
 * The score of two faces: their cosine without what strangers of their kind have in common, -2 to 2.
 * @param muP how crowded the neighbourhood of the one is, and
 * @param muQ that of the other; see Cohort.mu. Both 0: the cosine stays as it is
 */
export function normalisedScore(cosine: number, muP: number, muQ: number): number {
  return cosine - (muP + muQ) / 2;
}
