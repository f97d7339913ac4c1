import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';

/**
 * Made-up embeddings. Their principal variances fall as those of the default pack's embeddings do, measured on one face of each
 * of 1,645 Western and East Asian people: by half every 26 axes, so that cosines of strangers spread by 0.12 around 0 (measured:
 * 0.115). Cosines of one person's images go from 0.3 to 0.8 with a mean near 0.53: harder than portraits (median of LFW: 0.74),
 * easier than photos of celebrities. Each person has 1 to 7 images (assumed). The same for the same seed.
 */
export class FaceLikeVectors {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A person's direction, of length 1. */
  person(): Float32Array {
    const vector = new Float32Array(EMBEDDING_LENGTH);
    for (let i = 0; i < vector.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
      const angle = 2 * Math.PI * this.next();
      vector[i] = radius * Math.cos(angle) * (spread[i] as number);
      vector[i + 1] = radius * Math.sin(angle) * (spread[i + 1] as number);
    }
    return normalised(vector);
  }

  /** One image of a person: the cosine of two is the product of theirs to the person's direction. */
  image(person: Float32Array): Float32Array {
    const along = 0.55 + 0.35 * this.next();
    const away = Math.sqrt(1 - along * along);
    const vector = this.person();
    for (let i = 0; i < vector.length; i++) vector[i] = (person[i] as number) * along + (vector[i] as number) * away;
    return normalised(vector);
  }

  imagesOfPerson(): number {
    return 1 + Math.floor(this.next() * 7);
  }

  /** Uniform in [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

const spread = Float64Array.from({ length: EMBEDDING_LENGTH }, (_, i) => Math.exp(-i / 76));

function normalised(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const x of vector) squares += x * x;
  const length = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
  return vector;
}
