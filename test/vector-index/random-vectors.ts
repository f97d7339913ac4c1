/** The same numbers in every run: mulberry32, made normal by Box and Muller. */
export class RandomVectors {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A direction drawn evenly from all. */
  unit(length: number): Float32Array {
    const normal = () => Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return normalise(Float32Array.from({ length }, normal));
  }

  /** A direction whose cosine to the centre is about the one given, 0–1. */
  near(centre: Float32Array, cosine: number): Float32Array {
    const away = this.unit(centre.length);
    const share = Math.sqrt(1 - cosine * cosine);
    return normalise(centre.map((x, i) => x * cosine + (away[i] ?? 0) * share));
  }
}

function normalise(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}
