import { cosineOf } from '../../../src/core/cosine.js';
import type { GalleryPerson } from '../../../src/gallery/own-scale/gallery-person.js';
import { type Centres, Cohort } from '../../../src/gallery/scoring/cohort.js';
import { normalisedScore } from '../../../src/gallery/scoring/score-normalisation.js';

/** Every score of a photo at the door with its weight, pair by pair. For galleries of 200 people at most. */
export function scorePairs(people: readonly GalleryPerson[], centres: Centres): { score: number; weight: number }[] {
  return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((fold) => {
    const inside = people.filter((_, i) => i % 10 !== fold);
    const vectors = new Float32Array(512 * inside.length);
    for (const [i, { faces }] of inside.entries()) {
      const sum = faces.reduce((all, face) => all.map((x, k) => x + (face[k] as number)), new Float32Array(512));
      const length = Math.hypot(...sum);
      vectors.set(
        sum.map((x) => x / length),
        512 * i,
      );
    }
    const cohort = new Cohort('fold', centres.vectors, { vectors, people: inside.length });
    const levelled = (faces: readonly Float32Array[]) => faces.map((face) => ({ face, mu: cohort.mu(face) }));
    const known = inside.map(({ faces }) => levelled(faces));
    return people
      .filter((_, i) => i % 10 === fold)
      .flatMap((stranger) =>
        levelled(stranger.faces).flatMap((probe) =>
          known.flatMap((faces) =>
            faces.map(({ face, mu }) => ({
              score: normalisedScore(cosineOf(probe.face, face), probe.mu, mu),
              weight: 1 / (stranger.faces.length * faces.length),
            })),
          ),
        ),
      );
  });
}
