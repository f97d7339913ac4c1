/** Of two vectors of length 1 whose dimensions are a multiple of four, -1 to 1. */
export function cosineOf(p: Float32Array, q: Float32Array): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  // Four sums at once: the processor need not wait for one addition before the next.
  for (let i = 0; i < p.length; i += 4) {
    sum0 += (p[i] as number) * (q[i] as number);
    sum1 += (p[i + 1] as number) * (q[i + 1] as number);
    sum2 += (p[i + 2] as number) * (q[i + 2] as number);
    sum3 += (p[i + 3] as number) * (q[i + 3] as number);
  }
  return Math.max(-1, Math.min(1, sum0 + sum1 + (sum2 + sum3)));
}
