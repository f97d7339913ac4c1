import { describe, expect, it } from 'vitest';
import { calibrationTable, promisedFmr, scoreOf } from '../../src/evaluation/metrics/calibration-table.js';
import { compareAll, cosine } from '../../src/evaluation/metrics/compare-all.js';
import { ScoreHistogram } from '../../src/evaluation/metrics/score-histogram.js';
import { piecewiseLinear } from '../../src/gallery/scoring/similarity.js';

/** A vector of length 1 in the plane. */
const at = (degrees: number) =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

describe('comparing all images', () => {
  it('comparing all images takes each pair once, within and across groups', () => {
    const { overall, groups } = compareAll([at(0), at(60), at(90), at(180)], [0, 0, 1, 1], [0, 0, 0, 1]);
    expect([overall.genuine.total, overall.impostor.total]).toEqual([2, 4]);
    expect(groups.map(({ genuine, impostor }) => [genuine.total, impostor.total])).toEqual([
      [1, 2],
      [0, 0],
    ]);
    expect(overall.farthestGenuine).toEqual([
      { score: expect.closeTo(0, 6), a: 2, b: 3 },
      { score: expect.closeTo(0.5, 6), a: 0, b: 1 },
    ]);
    expect(overall.closestImpostors[0]).toEqual({ score: expect.closeTo(Math.cos(Math.PI / 6), 6), a: 1, b: 2 });
  });

  it('comparing all images agrees with the plain computation beyond one tile and for odd dimensions', () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647 - 0.5;
    };
    const embeddings = Array.from({ length: 150 }, () => {
      const vector = Float32Array.from({ length: 7 }, random);
      const length = Math.sqrt(cosine(vector, vector));
      return vector.map((x) => x / length);
    });
    const identities = embeddings.map((_, i) => i % 40);
    const { overall } = compareAll(embeddings, identities, new Uint8Array(150));
    const plain = { genuine: new ScoreHistogram(), impostor: new ScoreHistogram() };
    embeddings.forEach((a, i) => {
      embeddings.slice(0, i).forEach((b, j) => {
        plain[identities[i] === identities[j] ? 'genuine' : 'impostor'].add(cosine(a, b));
      });
    });
    expect([overall.genuine.total, overall.impostor.total]).toEqual([plain.genuine.total, plain.impostor.total]);
    for (const share of [0, 0.1, 0.5, 0.9, 1]) {
      expect(overall.genuine.percentile(share)).toBeCloseTo(plain.genuine.percentile(share), 4);
      expect(overall.impostor.percentile(share)).toBeCloseTo(plain.impostor.percentile(share), 4);
    }
    expect(overall.closestImpostors).toHaveLength(20);
    expect(overall.closestImpostors[0]?.score).toBe(overall.impostor.max);
  });

  it('comparing all images handles one image and none', () => {
    expect(compareAll([], [], []).overall.genuine.total).toBe(0);
    expect(compareAll([at(0)], [0], [0]).overall.impostor.total).toBe(0);
  });
});

describe('the table of calibrated similarities', () => {
  const points = [
    { score: -1, similarity: 0 },
    { score: 0.2, similarity: 0.7 },
    { score: 0.5, similarity: 0.85 },
    { score: 1, similarity: 1 },
  ];

  it('the table of calibrated similarities inverts the similarity', () => {
    const similarity = piecewiseLinear(points);
    for (const value of [0, 0.3, 0.7, 0.75, 0.85, 0.95, 1]) {
      expect(similarity(scoreOf(value, points))).toBeCloseTo(value, 9);
    }
  });

  it('the table of calibrated similarities counts what each similarity accepts, beside its promise', () => {
    const scores = { genuine: ScoreHistogram.of([0.3, 0.6]), impostor: ScoreHistogram.of([0, 0.1, 0.2, 0.5]) };
    const table = calibrationTable(scores, points);
    expect(table.map(({ similarity, falseMatches, tar }) => [similarity, falseMatches, tar])).toEqual([
      [0.7, 2, 1],
      [0.75, 1, 1],
      [0.8, 1, 0.5],
      [0.85, 1, 0.5],
      [0.9, 0, 0],
      [0.95, 0, 0],
    ]);
    expect(promisedFmr(0.85)).toBeCloseTo(1e-5, 12);
    expect(promisedFmr(0.7)).toBeCloseTo(1e-2, 12);
  });
});
