/** The bytes of a vector's sketch, or some of them: a database divides what it keeps. */
export function bytesInSketch(vector: Float32Array): Buffer[] {
  const bytes = Buffer.from(Int8Array.from(sketchOf(vector).numbers).buffer);
  return [bytes.subarray(0, 64), bytes.subarray(128, 192), bytes.subarray(300, 364)];
}

/** As the graph has a vector whose axes are in order: the first 64 numbers of its sketch with length 1. */
export function bytesInGraph(vector: Float32Array): Buffer[] {
  const { numbers, step } = sketchOf(vector);
  const first = numbers.slice(0, 64).map((x) => x * step);
  const length = Math.sqrt(first.reduce((sum, x) => sum + x * x, 0));
  const bytes = Buffer.from(first.map((x) => x / length).buffer);
  return [bytes.subarray(0, 64), bytes.subarray(96, 160), bytes.subarray(192, 256)];
}

/** Numbers are rounded to a 127th of the largest. */
function sketchOf(vector: Float32Array): { numbers: Float32Array; step: number } {
  const largest = Math.max(...vector.map(Math.abs));
  return { numbers: vector.map((x) => Math.round((x * 127) / largest)), step: Math.fround(largest / 127) };
}
