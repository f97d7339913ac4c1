import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { cosineOf } from '../../src/core/cosine.js';
import { mostSimilar } from '../../src/gallery/ranking.js';
import { probeOf, rank } from '../../src/gallery/scoring/rank.js';
import { shippedCohort } from '../../src/gallery/scoring/shipped-centres.js';
import { makeTemplate } from '../../src/gallery/scoring/template.js';
import { compared, comparedFace } from '../../src/persistence/people/compared.js';
import type { FoundPerson, StoredEmbedding } from '../../src/persistence/people/embedding-store.js';
import type { PersonRef } from '../../src/persistence/template.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { centresOf, scaleWith } from './describe-scoring.js';

const centres = centresOf(3);
const cohort = shippedCohort(centres);
const scale = scaleWith(centres);

/** People whose faces lie at about the same cosine to the probe, so that what is found of them is chance. */
function crowd(seed: number, counts: readonly number[]) {
  const random = new RandomVectors(seed);
  const embedding = random.unit(512);
  let faceId = 0;
  const people = counts.map((count, personId) => {
    const faces = Array.from({ length: count }, () => ({ faceId: ++faceId, embedding: random.near(embedding, 0.45) }));
    return { collectionId: 1, personId, user: { id: `id-${personId}`, name: '' }, faces };
  });
  const store = {
    newestFaces: vi.fn(async (asked: readonly PersonRef[]) =>
      people.filter(({ personId }) => asked.some((one) => one.personId === personId)),
    ),
  };
  return { embedding, people, store };
}

function withoutTemplate<Person extends { faces: StoredEmbedding[] }>(probe: Float32Array, person: Person) {
  return { ...person, faces: person.faces.map((face) => comparedFace(probe, face, undefined)), template: undefined };
}

test('people have the score of all of their faces, whichever of them the index found', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      async (seed, counts, k, areKept) => {
        const { embedding, people, store } = crowd(seed + 1, counts);
        const probe = probeOf(embedding, cohort);
        const all = people.flatMap(({ faces }) => faces);
        const isNearer = (p: StoredEmbedding, q: StoredEmbedding) =>
          cosineOf(embedding, q.embedding) - cosineOf(embedding, p.embedding);
        const near = new Set([...all].sort(isNearer).slice(0, Math.ceil(all.length / 2)));
        const found = people.flatMap((person): FoundPerson[] => {
          const faces = person.faces.filter((face) => near.has(face));
          if (faces.length === 0) return [];
          if (areKept) return [{ ...person, ...compared(embedding, faces, makeTemplate(person.faces, cohort)) }];
          return [withoutTemplate(embedding, { ...person, faces })];
        });
        const whole = found.map(({ personId }) => {
          const person = people[personId] as (typeof people)[number];
          return { ...person, ...compared(embedding, person.faces, makeTemplate(person.faces, cohort)) };
        });
        const expected = rank(whole, probe, scale)
          .slice(0, k)
          .map(({ person, faceId, similarity }) => ({ ...person.user, faceId, similarity }));
        const ranking = { store, model: 'm1', scale, onMissing: () => undefined };
        expect(await mostSimilar({ people: found, isAll: false }, probe, k, ranking)).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('no face is read again where the best one is clear', async () => {
  const { embedding, people, store } = crowd(5, [4, 4, 4]);
  const random = new RandomVectors(6);
  const known = random.near(embedding, 0.8);
  const [person] = people;
  if (!person) throw new Error('nobody');
  person.faces.push({ faceId: 100, embedding: known });
  const found = people.map((one) => ({
    ...one,
    ...compared(embedding, one.faces.slice(-1), makeTemplate(one.faces, cohort)),
  }));
  const onMissing = vi.fn();
  const ranking = { store, model: 'm1', scale, onMissing };
  const [best] = await mostSimilar({ people: found, isAll: false }, probeOf(embedding, cohort), 1, ranking);
  expect(best).toMatchObject({ id: 'id-0', faceId: 100 });
  expect(store.newestFaces).not.toHaveBeenCalled();
  expect(onMissing).not.toHaveBeenCalled();
});

test('templates that were not kept are worked out, and told', async () => {
  const { embedding, people, store } = crowd(7, [2, 1]);
  const found = people.map((one) => withoutTemplate(embedding, one));
  const onMissing = vi.fn();
  const ranking = { store, model: 'm1', scale, onMissing };
  const probe = probeOf(embedding, cohort);
  const told = await mostSimilar({ people: found, isAll: true }, probe, 2, ranking);
  expect(onMissing.mock.calls[0]?.[0].map(({ personId }: PersonRef) => personId)).toEqual([0, 1]);
  const whole = people.map((one) => ({ ...one, ...compared(embedding, one.faces, makeTemplate(one.faces, cohort)) }));
  expect(told.map(({ similarity }) => similarity)).toEqual(
    rank(whole, probe, scale).map(({ similarity }) => similarity),
  );
});
