const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

const normal = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i * i) / 16);
const squares = cosine(normal, normal);

/** Face-like vectors whose axes lie askew, as those of most embedders do: coordinates are mixed by a Householder reflection. */
export function askew(vector: Float32Array): Float32Array {
  const along = (2 * cosine(normal, vector)) / squares;
  const mixed = vector.map((x, i) => x - along * (normal[i] ?? 0));
  // Neighbours far apart trade places, so that the first numbers say no more than others.
  return mixed.map((_, i) => mixed[(i * 37) % mixed.length] ?? 0);
}
