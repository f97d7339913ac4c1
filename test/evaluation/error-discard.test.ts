import { expect, it } from 'vitest';
import { unknownImage } from '../../src/evaluation/data-set.js';
import type { Embedded } from '../../src/evaluation/embed-images.js';
import { groupScores } from '../../src/evaluation/group-scores.js';
import { discardCurve } from '../../src/evaluation/metrics/error-discard.js';

/** 200 people with four photos each, on axes of their own; every tenth photo is bad and looks like nobody. */
function photos(qualityTells: boolean) {
  const embeddings: Embedded['embeddings'] = new Map();
  const qualities: Embedded['qualities'] = new Map();
  const images = Array.from({ length: 800 }, (_, i) => {
    const path = `${i}.jpg`;
    const isBad = i % 10 === 0;
    const embedding = new Float32Array(1100);
    embedding[isBad ? 300 + i : i >> 2] = 1;
    embeddings.set(path, embedding);
    qualities.set(path, qualityTells ? (isBad ? 20 : 80) : i % 97);
    return { ...unknownImage(path), identity: `person ${i >> 2}`, set: 'a' };
  });
  return { images, embedded: { embeddings, qualities, failures: new Map() } };
}

function curveOf(qualityTells: boolean) {
  const { images, embedded } = photos(qualityTells);
  const [group] = groupScores(images, embedded.embeddings, [], undefined);
  return group && discardCurve(group, embedded, undefined);
}

it('falls to nothing where quality tells the bad photos', () => {
  const points = curveOf(true)?.points ?? [];
  expect(points.map(({ discarded }) => discarded)).toEqual([0, 0.02, 0.05, 0.1, 0.2, 0.3]);
  expect(points[0]?.genuine).toBe(1200);
  expect(points[0]?.rate).toBeCloseTo(0.2, 2);
  expect(points[0]?.falseNonMatches).toBe(240);
  expect(points[3]?.rate).toBe(0);
  expect(points[3]?.quality).toBe(80);
});

it('stays where quality says nothing', () => {
  const points = curveOf(false)?.points ?? [];
  expect((points[4]?.rate ?? 0) / (points[0]?.rate ?? 1)).toBeGreaterThan(0.85);
});

it('is left out where no photo has a quality', () => {
  const { images, embedded } = photos(true);
  const [group] = groupScores(images, embedded.embeddings, [], undefined);
  expect(group && discardCurve(group, { ...embedded, qualities: new Map() }, undefined)).toBeNull();
});
