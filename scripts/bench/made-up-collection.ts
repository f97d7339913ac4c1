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
export function exactNearest(faces: number, probes: readonly Float32Array[]): { faceId: number; cosine: number }[] {
  const best = probes.map(() => ({ faceId: 0, cosine: -2 }));
  let faceId = 0;
  for (const { embedding } of faceStream(faces)) {
    faceId++;
    for (const [i, probe] of probes.entries()) {
      let cosine = 0;
      for (let j = 0; j < probe.length; j++) cosine += (probe[j] as number) * (embedding[j] as number);
      if (cosine > (best[i]?.cosine ?? 2)) best[i] = { faceId, cosine };
    }
  }
  return best;
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
