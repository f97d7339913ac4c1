import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import { FaceLikeVectors } from './face-like-vectors.js';

/**
 * The same faces each time, those of a person one after the other: `people` counts from 1. Of some people, spread over the
 * collection, the person is told with the first image.
 */
export function* faceStream(
  faces: number,
): Generator<{ embedding: Float32Array; people: number; person: Float32Array | undefined }> {
  const random = new FaceLikeVectors(1);
  const every = Math.max(1, Math.floor(faces / 4 / 1000));
  for (let made = 0, people = 0; made < faces; people++) {
    const person = random.person();
    const images = Math.min(faces - made, random.imagesOfPerson());
    for (let i = 0; i < images; i++) {
      const told = i === 0 && people % every === 0 ? person : undefined;
      yield { embedding: random.image(person), people: people + 1, person: told };
    }
    made += images;
  }
}

/** By comparing with every face. Face ids count from 1. */
export function exactNearest(faces: number, probes: readonly Float32Array[]): readonly NearestFace[] {
  const nearest = new Nearest(probes);
  let faceId = 0;
  for (const { embedding } of faceStream(faces)) nearest.compare(++faceId, embedding);
  return nearest.faces;
}

export interface NearestFace {
  faceId: number;
  cosine: number;
}

/** Of each probe the nearest of the faces that it was compared with. */
export class Nearest {
  readonly #probes: readonly Float32Array[];
  readonly faces: readonly NearestFace[];

  constructor(probes: readonly Float32Array[]) {
    this.#probes = probes;
    this.faces = probes.map(() => ({ faceId: 0, cosine: -2 }));
  }

  /** @param at where the face's vector begins in the block */
  compare(faceId: number, block: Float32Array, at = 0): void {
    for (const [i, probe] of this.#probes.entries()) {
      const cosine = dot(block, at, probe);
      const best = this.faces[i] as NearestFace;
      if (cosine > best.cosine) Object.assign(best, { faceId, cosine });
    }
  }
}

/** Of a probe and the vector that begins there in a block: four sums that do not wait for one another. */
export function dot(block: Float32Array, at: number, probe: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < EMBEDDING_LENGTH; i += 4) {
    a += (block[at + i] as number) * (probe[i] as number);
    b += (block[at + i + 1] as number) * (probe[i + 1] as number);
    c += (block[at + i + 2] as number) * (probe[i + 2] as number);
    d += (block[at + i + 3] as number) * (probe[i + 3] as number);
  }
  return a + b + c + d;
}

/** Each of somebody among these people, as no image of the collection shows them. */
export function newImages(people: readonly Float32Array[], count: number): Float32Array[] {
  const random = new FaceLikeVectors(2);
  return Array.from({ length: count }, () =>
    random.image(people[Math.floor(random.next() * people.length)] as Float32Array),
  );
}

/** Images of people who are not in the collection. */
export function strangers(count: number): Float32Array[] {
  const random = new FaceLikeVectors(3);
  return Array.from({ length: count }, () => random.image(random.person()));
}

/** Centres of a cohort of the usual size. */
export function cohortCentres(): Float32Array {
  const random = new FaceLikeVectors(4);
  const centres = new Float32Array(400 * EMBEDDING_LENGTH);
  for (let at = 0; at < centres.length; at += EMBEDDING_LENGTH) centres.set(random.person(), at);
  return centres;
}
