import { photo } from '../support/photos.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

/** Vectors by key: made ones, and those that the server extracts from photos, under the photo's name. */
export class FaceLibrary {
  readonly photoNames = ['audrey.jpg', 'cage.jpg', 'franck_01829.jpg', 'franck_02888.jpg'] as const;
  readonly #seed: number;
  readonly #ofPhotos = new Map<string, string>();
  #made = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Made from its key whenever it is asked for, so that a long run keeps none of them. */
  newVector(): string {
    return String(this.#made++);
  }

  learn(photoName: string, vector: unknown): void {
    this.#ofPhotos.set(photoName, JSON.stringify(vector));
  }

  /** As the API takes it. */
  json(key: string): string {
    const extracted = this.#ofPhotos.get(key);
    return extracted ?? JSON.stringify(Array.from(new RandomVectors(this.#seed + Number(key)).unit(512)));
  }

  photo(name: string): Buffer {
    return photo(name);
  }
}
