import { describe, expect, it } from 'vitest';
import { calibrateGallery, ratesUnder, stricter } from '../../../src/gallery/own-scale/calibrate-gallery.js';
import { findSuspects } from '../../../src/gallery/own-scale/suspects.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';
import { centresOf } from '../describe-scoring.js';
import { scorePairs } from './brute-force.js';
import { randomPeople } from './people.js';

const centres = centresOf(40);

describe('the calibration of a gallery', () => {
  it('the calibration of a gallery scores strangers who are not part of the cohort', () => {
    const people = randomPeople(new RandomVectors(1), 60, 2);
    const { curve, pairs, faces } = calibrateGallery([people], centres);
    expect({ pairs, faces }).toEqual({ pairs: (60 * 59) / 2, faces: 120 });
    const scores = scorePairs(people, centres).sort((p, q) => q.score - p.score);
    const total = scores.reduce((sum, { weight }) => sum + weight, 0);
    for (const rate of [0.1, 0.01]) {
      let above = 0;
      const counted = scores.find(({ weight }) => {
        above += weight;
        return above > rate * total * (1 + 1e-9);
      });
      expect(Math.abs(curve.scoreOf(rate) - (counted?.score ?? Number.NaN))).toBeLessThan(0.0003);
    }
  });

  it('the calibration of a gallery gives each rate bounds around its score, and says which are extrapolated', () => {
    const { rates, points } = calibrateGallery([randomPeople(new RandomVectors(2), 50)], centres);
    expect(rates.map(({ rate, similarity }) => [rate, similarity])).toEqual(
      [0.65, 0.7, 0.75, 0.8, 0.85, 0.9].map((similarity, i) => [10 ** -(i + 1), similarity]),
    );
    expect(rates.map(({ isExtrapolated }) => isExtrapolated)).toEqual([false, false, true, true, true, true]);
    for (const { low, score, high } of rates) {
      expect(low).toBeLessThan(score);
      expect(high).toBeGreaterThan(score);
    }
    expect(points[0]).toEqual({ score: -1, similarity: 0 });
    expect(points.at(-1)).toEqual({ score: 1, similarity: 1 });
    for (const [i, { rate, score }] of rates.entries()) {
      const point = points[i + 1]?.score ?? Number.NaN;
      expect(point, `${rate}`).toBeGreaterThanOrEqual(score - 1e-9);
      expect(point).toBeLessThan(score + 0.0011);
    }
  });

  it('the calibration of a gallery says what another scale means for this gallery', () => {
    const { curve, points, rates } = calibrateGallery([randomPeople(new RandomVectors(2), 50)], centres);
    for (const [i, { similarity, rate }] of ratesUnder(curve, points).entries()) {
      expect(similarity).toBe(rates[i]?.similarity);
      // Scores are rounded up, and the counted ones are steps.
      expect(rate / (rates[i]?.rate ?? 0)).toBeGreaterThan(0.8);
      expect(rate / (rates[i]?.rate ?? 0)).toBeLessThan(1.01);
    }
  });

  it('the stricter of two scales is taken at each similarity', () => {
    const own = [
      { score: -1, similarity: 0 },
      { score: 0.2, similarity: 0.8 },
      { score: 0.4, similarity: 0.9 },
      { score: 1, similarity: 1 },
    ];
    const pack = [
      { score: 0, similarity: 0.7 },
      { score: 0.3, similarity: 0.8 },
      { score: 0.36, similarity: 0.9 },
    ];
    expect(stricter(own, pack)).toEqual([own[0], { score: 0.3, similarity: 0.8 }, own[2], own[3]]);
    expect(stricter(own, [])).toEqual(own);
  });

  it('the calibration of a gallery works without centres', () => {
    const { rates } = calibrateGallery([randomPeople(new RandomVectors(3), 40)], undefined);
    // Cosines of random directions in 512 dimensions have a standard deviation of 0.044.
    expect(rates[0]?.score).toBeGreaterThan(0.045);
    expect(rates[0]?.score).toBeLessThan(0.07);
  });

  it('the calibration of a gallery never compares people of different tenants', () => {
    const random = new RandomVectors(4);
    const [one, two] = [randomPeople(random, 30, 1, 'one'), randomPeople(random, 25, 1, 'two')];
    // The same people, as two companies of one house have them.
    const shared = one.slice(0, 20).map((person, i) => ({ ...person, tenant: 'two', id: `guest-${i}` }));
    const { pairs, suspects, tenants, rates } = calibrateGallery([one, [...two, ...shared]], centres);
    expect({ pairs, suspects, tenants }).toEqual({ pairs: (30 * 29 + 45 * 44) / 2, suspects: [], tenants: 2 });
    expect(rates.at(-1)?.score).toBeLessThan(0.5);
  });

  it('the calibration of a gallery refuses one that is too small, and says how large it is', () => {
    const random = new RandomVectors(5);
    const tenants = [randomPeople(random, 19, 1, 'one'), randomPeople(random, 12, 1, 'two')];
    expect(() => calibrateGallery(tenants, centres)).toThrow(/largest tenant has 19 people .* needs 20/);
    expect(() => calibrateGallery([], centres)).toThrow(/has 0 people/);
    // Small tenants beside a large one take no part.
    expect(calibrateGallery([...tenants, randomPeople(random, 20, 1, 'three')], centres).people).toBe(20);
  });
});

describe('suspects', () => {
  it('a person under two ids is a suspected duplicate, and does not change the scale', () => {
    const random = new RandomVectors(6);
    const people = randomPeople(random, 60, 4);
    const twice = people.slice(0, 3).map((person, i) => ({
      ...person,
      id: `again-${i}`,
      faces: person.faces.slice(0, 2).map((face) => random.near(face, 0.95)),
    }));
    const { suspects, people: kept, rates } = calibrateGallery([[...people, ...twice]], centres);
    const ids = suspects.map(({ a, b }) => [a.id, b.id]).sort();
    expect(ids).toEqual([0, 1, 2].map((i) => [`acme-${i}`, `again-${i}`]));
    expect(kept).toBe(60);
    const clean = calibrateGallery([people], centres);
    expect(rates.map(({ score }) => score)).toEqual(clean.rates.map(({ score }) => score));
  });

  it('people who are enrolled in two collections under one id are suspected duplicates', () => {
    const random = new RandomVectors(7);
    const people = randomPeople(random, 40, 2);
    const doors = people.map((person) => ({ ...person, collection: 'back door' }));
    const found = findSuspects([...people, ...doors]);
    expect(found.map(({ a, b }) => a.id === b.id)).toEqual(Array(40).fill(true));
    expect(calibrateGallery([[...people, ...doors]], centres).people).toBe(40);
  });

  it('people who merely have the same id in two collections are no suspected duplicates', () => {
    const random = new RandomVectors(8);
    const people = randomPeople(random, 25, 2);
    const others = randomPeople(random, 25, 2).map((person) => ({ ...person, collection: 'visitors' }));
    expect(findSuspects([...people, ...others])).toEqual([]);
  });
});
