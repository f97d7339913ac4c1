/** Embeddings of one length, one after the other. */
export function tableOf(embeddings: readonly Float32Array[]): Float32Array {
  const dimension = embeddings[0]?.length ?? 0;
  const table = new Float32Array(embeddings.length * dimension);
  embeddings.forEach((embedding, i) => {
    table.set(embedding, i * dimension);
  });
  return table;
}

/**
 * Cosine of two embeddings of length 1 that begin at two places of a table. Four sums at once: the processor need not wait
 * for one addition before the next.
 */
export function dot(table: Float32Array, a: number, b: number, dimension: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < dimension; i += 4) {
    s0 += (table[a + i] as number) * (table[b + i] as number);
    s1 += (table[a + i + 1] as number) * (table[b + i + 1] as number);
    s2 += (table[a + i + 2] as number) * (table[b + i + 2] as number);
    s3 += (table[a + i + 3] as number) * (table[b + i + 3] as number);
  }
  for (; i < dimension; i++) s0 += (table[a + i] as number) * (table[b + i] as number);
  return s0 + s1 + (s2 + s3);
}
