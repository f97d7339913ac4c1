/**
 * Scores whose empirical distribution follows a normal one closely: its quantiles at (i + 0.5) / n.
 * @param n number of scores
 */
export function normalScores(n: number, mean: number, deviation: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => mean + deviation * quantile((i + 0.5) / n));
}

/** The standard normal distribution function (series of Abramowitz & Stegun 26.2.10, exact for the sizes used here). */
export function normalCdf(z: number): number {
  if (Math.abs(z) > 6) return z > 0 ? 1 : 0;
  let term = z;
  let sum = z;
  for (let n = 1; n < 200 && Math.abs(term) > 1e-12; n++) {
    term *= (-z * z) / (2 * n);
    sum += term / (2 * n + 1);
  }
  return 0.5 + sum / Math.sqrt(2 * Math.PI);
}

/** Inverse of the distribution function, by bisection. */
export function quantile(p: number): number {
  let low = -6;
  let high = 6;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
