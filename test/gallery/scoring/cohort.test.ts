import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { cosineOf } from '../../../src/core/cosine.js';
import { Cohort, cohortVersion, muOf, type OwnPeople } from '../../../src/gallery/scoring/cohort.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

function vectors(count: number, seed = 1): Float32Array[] {
  const random = new RandomVectors(seed);
  return Array.from({ length: count }, () => random.unit(512));
}

function flat(list: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(512 * list.length);
  for (const [i, vector] of list.entries()) all.set(vector, 512 * i);
  return all;
}

const own = (list: readonly Float32Array[], people: number): OwnPeople => ({ vectors: flat(list), people });

/** The plain computation: everything sorted, weights added up. */
function level(
  face: Float32Array,
  centres: readonly Float32Array[],
  people: readonly Float32Array[],
  ownShare: number,
): number {
  const ownCosines = people.map((person) => cosineOf(face, person)).sort((a, b) => b - a);
  const parts = [
    ...centres.map((centre) => ({ cosine: cosineOf(face, centre), weight: (1 - ownShare) / centres.length })),
    ...ownCosines.slice(1).map((cosine) => ({ cosine, weight: ownShare / (people.length - 1) })),
  ].sort((a, b) => b.cosine - a.cosine);
  let left = 0.1;
  let sum = 0;
  for (const { cosine, weight } of parts) {
    const counted = Math.min(left, weight);
    sum += counted * cosine;
    left -= counted;
  }
  return sum / 0.1;
}

describe('the level of a face', () => {
  it('the level of a face is the mean of its cosines to the nearest tenth of the centres', () => {
    const centres = vectors(400);
    const face = new RandomVectors(2).unit(512);
    const cosines = centres.map((centre) => cosineOf(face, centre)).sort((a, b) => b - a);
    const mean = cosines.slice(0, 40).reduce((sum, cosine) => sum + cosine, 0) / 40;
    expect(new Cohort('v', flat(centres)).mu(face)).toBeCloseTo(mean, 6);
  });

  it('the level of a face gives own people a share that grows with their number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 10, max: 60 }),
        fc.integer({ min: 0, max: 500 }),
        fc.nat(),
        (count, members, more, seed) => {
          const [centres, people] = [vectors(count, seed + 1), vectors(members, seed + 2)];
          const face = new RandomVectors(seed + 3).unit(512);
          const n = members + more;
          const mu = new Cohort('v', flat(centres), own(people, n)).mu(face);
          expect(mu).toBeCloseTo(level(face, centres, people, (0.5 * n) / (n + 20)), 6);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('the level of a face does not count fewer than ten own people', () => {
    const centres = flat(vectors(50));
    const face = new RandomVectors(5).unit(512);
    expect(new Cohort('v', centres, own(vectors(9, 3), 9)).mu(face)).toBe(new Cohort('v', centres).mu(face));
    expect(new Cohort('v', centres, own(vectors(10, 3), 10)).mu(face)).not.toBe(new Cohort('v', centres).mu(face));
  });

  it('the level of a face is the same whether or not the face belongs to the most similar own person', () => {
    const centres = vectors(50);
    const people = vectors(12, 3);
    const face = new RandomVectors(9).unit(512);
    const away = people.map((person, i) => (i === 4 ? face : person));
    const farther = people.map((person, i) => (i === 4 ? new RandomVectors(7).near(face, 0.6) : person));
    const levels = [away, farther].map((list) => new Cohort('v', flat(centres), own(list, 12)).mu(face));
    expect(levels[0]).toBe(levels[1]);
  });

  it('the level of a face is a float32, the same for the same face, whatever was computed before', () => {
    const cohort = new Cohort('v', flat(vectors(50)));
    const [one, two] = vectors(2, 9) as [Float32Array, Float32Array];
    const first = cohort.mu(one);
    cohort.mu(two);
    expect(cohort.mu(one)).toBe(first);
    expect(Math.fround(first)).toBe(first);
  });
});

describe('without centres', () => {
  const nothing = new Float32Array();

  it('levels without centres lie around 0 and fade in from twenty own people on', () => {
    const people = vectors(40, 6);
    const middle = people.reduce((sum, person) => sum + level(person, [], people, 1), 0) / people.length;
    const face = new RandomVectors(8).unit(512);
    const cohort = new Cohort('v', nothing, own(people, 60));
    expect(cohort.mu(face)).toBeCloseTo((60 / 80) * (level(face, [], people, 1) - middle), 6);
    const mean = people.reduce((sum, person) => sum + cohort.mu(person), 0) / people.length;
    expect(mean).toBeCloseTo(0, 6);
  });

  it('without centres, fewer than twenty people change nothing', () => {
    const cohort = new Cohort('v', nothing, own(vectors(19, 6), 19));
    expect(cohort.mu(new RandomVectors(8).unit(512))).toBeCloseTo(0, 12);
  });

  it('without centres and enough people there is no cohort', () => {
    expect(Cohort.of('v', nothing, own(vectors(9), 9))).toBeUndefined();
    expect(Cohort.of('v', nothing)).toBeUndefined();
    expect(muOf(undefined, vectors(1)[0] as Float32Array)).toBe(0);
    expect(cohortVersion(undefined)).toBe('none');
    expect(() => new Cohort('v', nothing)).toThrow(RangeError);
  });
});

test('a cohort takes whole vectors only', () => {
  expect(() => new Cohort('v', new Float32Array(700))).toThrow(RangeError);
});
