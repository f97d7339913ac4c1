import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosineOf } from '../../../src/core/cosine.js';
import { Cohort, type OptionalCohort } from '../../../src/gallery/scoring/cohort.js';
import { personScore } from '../../../src/gallery/scoring/person-score.js';
import { type Contender, probeOf, rank } from '../../../src/gallery/scoring/rank.js';
import { normalisedScore } from '../../../src/gallery/scoring/score-normalisation.js';
import { calibratedScale, rawCosine } from '../../../src/gallery/scoring/similarity.js';
import { makeTemplate } from '../../../src/gallery/scoring/template.js';
import { compared } from '../../../src/persistence/people/compared.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

const points = [
  { cosine: -1, similarity: 0 },
  { cosine: 0.3, similarity: 0.7 },
  { cosine: 1, similarity: 1 },
];
const slope = 0.05;
const scale = calibratedScale({ points, photosSlope: slope });

function person(
  personId: number,
  embeddings: readonly Float32Array[],
  cohort: OptionalCohort,
  probe: Float32Array,
): Contender {
  const faces = embeddings.map((embedding, i) => ({ faceId: 100 * personId + i, embedding }));
  const found = compared(probe, faces, makeTemplate(faces, cohort));
  return { collectionId: 1, personId, user: { id: `id-${personId}`, name: '' }, ...found };
}

function cohortOf(random: RandomVectors, count = 40): Cohort {
  const table = new Float32Array(512 * count);
  for (let i = 0; i < count; i++) table.set(random.unit(512), 512 * i);
  return new Cohort('random', table);
}

describe('a person with one face', () => {
  it('a person with one face has the score of the face: the cosine minus the mean of both levels', () => {
    const random = new RandomVectors(3);
    const cohort = cohortOf(random);
    const [probe, face] = [random.unit(512), random.unit(512)];
    const near = random.near(probe, 0.5);
    const found = rank(
      [person(1, [face], cohort, probe), person(2, [near], cohort, probe)],
      probeOf(probe, cohort),
      scale,
    );
    expect(found.map(({ person: { personId } }) => personId)).toEqual([2, 1]);
    for (const [i, embedding] of [near, face].entries()) {
      const score = normalisedScore(cosineOf(probe, embedding), cohort.mu(probe), cohort.mu(embedding));
      expect(found[i]?.score).toBeCloseTo(score, 12);
      expect(found[i]?.similarity).toBeCloseTo(scale.similarity(score, 0), 12);
    }
  });
});

describe('a person with several faces', () => {
  const random = new RandomVectors(4);
  const cohort = cohortOf(random);
  const probe = random.unit(512);
  const faces = [0.4, 0.6, 0.5].map((cosine) => random.near(probe, cosine));

  it('a person with several faces has the mean of the best face and the template, corrected for the number of photos', () => {
    const [found] = rank([person(1, faces, cohort, probe)], probeOf(probe, cohort), scale);
    const sum = faces.reduce((all, face) => all.map((x, i) => x + (face[i] as number)), new Float32Array(512));
    const length = Math.hypot(...sum);
    const mean = sum.map((x) => x / length);
    const muOfProbe = cohort.mu(probe);
    const best = normalisedScore(
      cosineOf(probe, faces[1] as Float32Array),
      muOfProbe,
      cohort.mu(faces[1] as Float32Array),
    );
    const template = normalisedScore(cosineOf(probe, mean), muOfProbe, cohort.mu(mean));
    expect(found?.score).toBeCloseTo((best + template) / 2 - slope * Math.log10(3), 6);
    expect(found?.faceId).toBe(101);
  });

  it('a person with several faces has the same score whichever faces the index found beside the best', () => {
    const whole = person(1, faces, cohort, probe);
    const some = { ...whole, faces: whole.faces.slice(1, 2) };
    expect(rank([some], probeOf(probe, cohort), scale)[0]?.score).toBe(
      rank([whole], probeOf(probe, cohort), scale)[0]?.score,
    );
  });

  it('a person with several faces has the score of the best face alone on the raw scale', () => {
    const [found] = rank([person(1, faces, undefined, probe)], probeOf(probe, undefined), rawCosine);
    expect(found?.similarity).toBeCloseTo(cosineOf(probe, faces[1] as Float32Array), 12);
  });

  it('a person whose template was kept has the score of the best face on the raw scale, where the template is not looked at', () => {
    const kept = person(1, faces, undefined, probe);
    const raw = { ...kept, template: { cohort: 'none', mus: new Map(), mean: undefined } };
    expect(kept.faces.every(({ embedding }) => embedding === undefined)).toBe(true);
    const [found] = rank([raw], probeOf(probe, undefined), rawCosine);
    expect(found?.similarity).toBeCloseTo(cosineOf(probe, faces[1] as Float32Array), 12);
  });

  it('a person whose faces cancel each other out has the score of the best face alone', () => {
    const face = random.unit(512);
    const contender = person(1, [face, face.map((x) => -x)], undefined, face);
    expect(contender.template.mean).toBeUndefined();
    expect(rank([contender], probeOf(face, undefined), scale)[0]?.similarity).toBe(1);
  });
});

describe('the correction for photos', () => {
  it('the correction for photos grows with the logarithm of their number up to ten', () => {
    const scores = [1, 2, 10, 50].map((photos) => personScore({ best: 0.5, template: 0.4, photos }, 0.1));
    expect(scores.map((score) => Number(score.toFixed(12)))).toEqual([0.45, 0.419897000434, 0.35, 0.35]);
    expect(personScore({ best: 0.5, template: undefined, photos: 1 }, 0.1)).toBe(0.5);
  });
});

it('a person with a photo identical to the probe comes first, with similarity 1', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), (seed, photos) => {
      const random = new RandomVectors(seed + 1);
      const cohort = cohortOf(random, 20);
      const probe = random.unit(512);
      const others = Array.from({ length: 3 }, (_, i) => person(i, [random.near(probe, 0.9)], cohort, probe));
      const own = [probe, ...Array.from({ length: photos - 1 }, () => random.near(probe, 0.3))];
      const [first] = rank([...others, person(9, own, cohort, probe)], probeOf(probe, cohort), scale);
      expect(first).toMatchObject({ similarity: 1, faceId: 900 });
    }),
    { numRuns: 40 },
  );
});

it('the order does not depend on the order in which people and faces were found', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }), (seed, counts) => {
      const random = new RandomVectors(seed + 1);
      const cohort = cohortOf(random, 20);
      const probe = random.unit(512);
      const people = counts.map((count, i) =>
        person(
          i,
          Array.from({ length: count }, () => random.near(probe, 0.5)),
          cohort,
          probe,
        ),
      );
      const turned = people.map((one) => ({ ...one, faces: [...one.faces].reverse() })).reverse();
      const told = (list: readonly Contender[]) =>
        rank(list, probeOf(probe, cohort), scale).map(({ person: { personId }, faceId, score, similarity }) => ({
          personId,
          faceId,
          score,
          similarity,
        }));
      const found = told(people);
      expect(told(turned)).toEqual(found);
      const similarities = found.map(({ similarity }) => similarity);
      expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    }),
    { numRuns: 40 },
  );
});
