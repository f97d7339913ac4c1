import { describe, expect, it } from 'vitest';
import { calibratedRates, calibrationOf, type Population } from '../../src/evaluation/calibration/make-calibration.js';
import { calibrationOptions, checkGroups } from '../../src/evaluation/calibration/options.js';
import { compareStrangers } from '../../src/evaluation/calibration/strangers.js';
import { rateCurve } from '../../src/evaluation/calibration/tail.js';
import { unknownImage } from '../../src/evaluation/data-set.js';
import { ScoreHistogram } from '../../src/evaluation/metrics/score-histogram.js';
import { readOptions } from '../../src/util/options.js';
import { UsageError } from '../../src/util/usage-error.js';
import { quantile } from './normal-scores.js';

/** Scores that fall exponentially from a start: their quantiles at (i + 0.5) / n. */
const exponential = (n: number, start: number, scale: number) =>
  Array.from({ length: n }, (_, i) => start - scale * Math.log((i + 0.5) / n));

const weighted = (scores: Iterable<number>, weight = 1) => {
  const histogram = new ScoreHistogram();
  for (const score of scores) histogram.add(score, weight);
  return histogram;
};

const population = (name: string, scores: readonly number[]): Population => {
  const curve = rateCurve(weighted(scores), scores.length);
  if (!curve) throw new Error('too few');
  return { name, curve, strangers: { people: 10, images: 20, setAside: [] } as unknown as Population['strangers'] };
};

describe('weighted scores', () => {
  it('weighted scores give shares of the weight, and count a score that equals the threshold', () => {
    const scores = new ScoreHistogram();
    scores.add(0.1, 1);
    scores.add(0.2, 2);
    scores.add(0.3, 1);
    expect([-1, 0.1, 0.10001, 0.2, 0.3, 0.30001, 1].map((at) => scores.survival(at))).toEqual([
      1, 1, 0.75, 0.75, 0.25, 0, 0,
    ]);
    expect(scores.quantile(0.25)).toBeCloseTo(0.20001, 9);
    expect(scores.quantile(0)).toBeCloseTo(0.30001, 9);
    scores.add(0.3, -1);
    expect([scores.total, scores.survival(0.2)]).toEqual([3, expect.closeTo(2 / 3, 12)]);
  });

  it('weighted scores of an exponential distribution have its moments: the scale, and a quarter of it', () => {
    const { mean, mean1 } = weighted(exponential(20_000, 0, 0.05)).excess(0.1);
    expect(mean / 0.05).toBeCloseTo(1, 2);
    expect(mean1 / mean).toBeCloseTo(0.25, 2);
  });
});

describe('the curve of false match rates', () => {
  it('the curve of false match rates follows an exponential tail to rates that were not measured', () => {
    const curve = rateCurve(weighted(exponential(10_000, 0.1, 0.03)), 10_000);
    expect(curve?.lowestMeasured).toBe(1e-3);
    expect(curve?.shape).toBeCloseTo(0, 1);
    for (const rate of [1e-1, 1e-2, 1e-4, 1e-5, 1e-6]) {
      const cosine = 0.1 - 0.03 * Math.log(rate);
      expect(Math.log10((curve?.rateAt(cosine) ?? 0) / rate), String(rate)).toBeCloseTo(0, 1);
    }
  });

  it('the curve of false match rates is on the safe side when a tail falls faster', () => {
    const n = 20_000;
    const normal = Array.from({ length: n }, (_, i) => 0.1 + 0.1 * quantile((i + 0.5) / n));
    const curve = rateCurve(weighted(normal), n);
    expect(curve?.shape).toBeLessThan(0);
    // One in a million of a normal distribution lies above 4.7534 deviations.
    expect(curve?.rateAt(0.1 + 0.47534)).toBeGreaterThan(1e-6);
  });

  it('the curve of false match rates never rises, also where measured and extrapolated rates meet', () => {
    const curve = rateCurve(weighted(exponential(3_000, 0.1, 0.04)), 3_000);
    let last = 1;
    for (let cosine = -1; cosine <= 1; cosine += 0.0005) {
      const rate = curve?.rateAt(cosine) ?? Number.NaN;
      expect(rate).toBeLessThanOrEqual(last);
      last = rate;
    }
  });

  it('there is no curve of false match rates for too few people, or for people who are all alike', () => {
    expect(rateCurve(weighted(exponential(999, 0, 0.1)), 999)).toBeNull();
    expect(rateCurve(weighted(Array.from({ length: 2000 }, () => 0.1)), 2000)).toBeNull();
  });
});

describe('the scale', () => {
  const west = population('west', exponential(10_000, 0.0, 0.03));
  const asian = population('asian', exponential(20_000, 0.1, 0.03));
  const cosines = (...args: Parameters<typeof calibratedRates>) => calibratedRates(...args).map(({ cosine }) => cosine);

  it('the scale keeps its promise for each group: the closest group decides', () => {
    expect(cosines([west, asian], undefined)).toEqual(cosines([asian], undefined));
    calibratedRates([west, asian], undefined).forEach(({ rate, cosine }) => {
      expect(cosine).toBeCloseTo(0.1 - 0.03 * Math.log(rate), 2);
      expect(Math.max(west.curve.rateAt(cosine), asian.curve.rateAt(cosine))).toBeLessThanOrEqual(rate);
    });
  });

  it('the scale keeps its promise for the weighted mean when asked to', () => {
    const weights = new Map([
      ['west', 3],
      ['asian', 1],
    ]);
    calibratedRates([west, asian], weights).forEach(({ rate, cosine }) => {
      const mean = (3 * west.curve.rateAt(cosine) + asian.curve.rateAt(cosine)) / 4;
      expect(mean).toBeLessThanOrEqual(rate);
      expect(mean / rate).toBeGreaterThan(0.9);
    });
  });

  it('the scale says which rates are extrapolated, and rises from -1 to 1', () => {
    const rates = calibratedRates([west, asian], undefined);
    expect(rates.map(({ extrapolatedIn }) => extrapolatedIn)).toEqual([
      [],
      [],
      [],
      ['west', 'asian'],
      ['west', 'asian'],
      ['west', 'asian'],
    ]);
    const { madeFrom, points = [] } = calibrationOf(rates, [west, asian], undefined, {
      dataSet: 'faces',
      mirror: false,
    });
    expect(madeFrom).toContain('faces: west (10 people, 20 images), asian (10 people, 20 images)');
    expect(madeFrom).toContain('FMR 1e-1, 1e-2, 1e-3 measured; FMR 1e-4, 1e-5, 1e-6 extrapolated');
    expect(points.map(({ similarity }) => similarity)).toEqual([0, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 1]);
    expect([points.at(0)?.cosine, points.at(-1)?.cosine]).toEqual([-1, 1]);
    points.slice(1).forEach(({ cosine }, i) => {
      expect(cosine).toBeGreaterThan(points[i]?.cosine as number);
    });
  });

  it('there is no scale when strangers are too alike', () => {
    const alike = population('alike', exponential(1_000, 0.6, 0.05));
    expect(() => calibratedRates([alike], undefined)).toThrow('Strangers are too alike');
  });
});

describe('comparing strangers', () => {
  /** People around one direction each, in a space where two of them are as good as at right angles. */
  const crowd = (people: number, images: (person: number) => number) => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647 - 0.5;
    };
    const unit = (vector: Float32Array) => vector.map((x) => x / Math.sqrt(vector.reduce((sum, y) => sum + y * y, 0)));
    const embeddings = new Map<string, Float32Array>();
    const list = Array.from({ length: people }, (_, person) => {
      const centre = unit(Float32Array.from({ length: 64 }, random));
      return Array.from({ length: images(person) }, (_, i) => {
        const path = `${person}/${i}.jpg`;
        const noise = unit(Float32Array.from({ length: 64 }, random));
        embeddings.set(path, unit(centre.map((x, k) => x + 0.5 * (noise[k] as number))));
        return { ...unknownImage(path), identity: `p${person}`, set: person % 2 === 0 ? 'even' : 'odd' };
      });
    }).flat();
    return { images: list, embeddings };
  };
  const keep = { isExcluded: () => false, trim: true };

  it('comparing strangers gives each pair of people the same weight', () => {
    const { images, embeddings } = crowd(4, (person) => person + 1);
    const { scores, sameSet, byImage, genuine, peoplePairs } = compareStrangers(images, embeddings, keep);
    expect([peoplePairs, byImage.total, genuine.total]).toEqual([6, 35, 0 + 1 + 3 + 6]);
    expect(scores.total).toBeCloseTo(6, 9);
    expect(sameSet.total).toBeCloseTo(2, 9);
  });

  it('comparing strangers leaves out images without embedding, and pairs of people who may be the same', () => {
    const { images, embeddings } = crowd(3, () => 2);
    embeddings.delete('0/0.jpg');
    const isExcluded = (a: string, b: string) => [a, b].sort().join() === 'p1,p2';
    const { images: compared, peoplePairs, byImage } = compareStrangers(images, embeddings, { isExcluded, trim: true });
    expect([compared, peoplePairs, byImage.total]).toEqual([5, 2, 4]);
  });

  it('comparing strangers sets aside one person under two names, and no other person', () => {
    const { images, embeddings } = crowd(80, () => 3);
    const twins = images.map((image, i) =>
      // The third photo of the first person stands under another name.
      i === 2 ? { ...image, identity: 'the same' } : image,
    );
    const trimmed = compareStrangers(twins, embeddings, keep);
    expect(trimmed.setAside.map(({ a, b }) => [a, b])).toEqual([['p0', 'the same']]);
    expect(trimmed.closest[0]).toEqual(trimmed.setAside[0]);
    expect(trimmed.closest).toHaveLength(20);
    const kept = compareStrangers(twins, embeddings, { ...keep, trim: false });
    expect([kept.setAside.length, kept.peoplePairs - trimmed.peoplePairs]).toEqual([0, 1]);
    expect(kept.scores.survival(0.7)).toBeGreaterThan(0);
    expect(trimmed.scores.survival(0.7)).toBeCloseTo(0, 12);
    expect(trimmed.byImage.max).toBeLessThan(0.7);
    expect(kept.byImage.total - trimmed.byImage.total).toBe(2);
  });
});

describe('the command line of the calibration', () => {
  const parse = (...args: string[]) => {
    const { values } = readOptions(args, calibrationOptions);
    checkGroups(values);
    return values;
  };

  it('the command line of calibrate takes groups and weights', () => {
    const options = parse(
      'faces',
      '--group',
      'w=lfw',
      '--group=a=b, c',
      '--weights',
      'w=1,a=2.5',
      '--write',
      '--no-trim',
    );
    expect(options).toMatchObject({
      group: [
        { name: 'w', sets: ['lfw'] },
        { name: 'a', sets: ['b', 'c'] },
      ],
      weights: new Map([
        ['w', 1],
        ['a', 2.5],
      ]),
      model: undefined,
      version: undefined,
      write: true,
      noTrim: true,
    });
    expect(parse('faces')).toMatchObject({ group: undefined, weights: undefined, write: false, noTrim: false });
  });

  it.each([
    ['a group without sets', ['f', '--group', 'west'], /--group must be NAME=SET/],
    ['a group twice', ['f', '--group', 'w=a', '--group', 'w=b'], /twice/],
    ['a set in two groups', ['f', '--group', 'v=a', '--group', 'w=a'], /in two groups/],
    ['a weight of nothing', ['f', '--group', 'w=a', '--weights', 'w=0'], /GROUP=NUMBER/],
    ['a weight too few', ['f', '--group', 'v=a', '--group', 'w=b', '--weights', 'w=1'], /each --group once: v, w/],
  ])('the command line of calibrate refuses %s', (_, args, message) => {
    expect(() => parse(...args)).toThrow(message);
    expect(() => parse(...args)).toThrow(UsageError);
  });
});
