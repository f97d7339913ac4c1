import type { Calibration } from '../../models/manifest.js';
import { OperatorError } from '../../util/operator-error.js';
import { target } from '../format.js';
import type { Strangers } from './strangers.js';
import type { RateCurve } from './tail.js';

/** A population with its scores. */
export interface Population {
  name: string;
  strangers: Strangers;
  curve: RateCurve;
}

/** One corner of the scale. */
export interface CalibratedRate {
  /** False match rate that the corner promises. */
  rate: number;
  similarity: number;
  cosine: number;
  /** The populations in which the rate is extrapolated. */
  extrapolatedIn: string[];
}

/** The scale's promise: each 0.05 of similarity is ten times fewer false matches, and 0.85 is one in 100,000. */
const RATES: { rate: number; similarity: number }[] = [
  { rate: 1e-1, similarity: 0.65 },
  { rate: 1e-2, similarity: 0.7 },
  { rate: 1e-3, similarity: 0.75 },
  { rate: 1e-4, similarity: 0.8 },
  { rate: 1e-5, similarity: 0.85 },
  { rate: 1e-6, similarity: 0.9 },
];

/** Steps of cosines in the manifest. */
const STEPS_PER_UNIT = 10_000;

/**
 * The cosine of each promised rate: the lowest at which no population exceeds it or, with weights, at which their weighted
 * mean does not. Rounded up, so that rounding breaks no promise.
 * @param weights by population; without any the safe choice, which holds for each
 * @throws OperatorError when the rates reach beyond a cosine of 1
 */
export function calibratedRates(
  populations: readonly Population[],
  weights: ReadonlyMap<string, number> | undefined,
): CalibratedRate[] {
  const rateAt = (cosine: number) => {
    const rates = populations.map(({ curve }) => curve.rateAt(cosine));
    if (!weights) return Math.max(...rates);
    const shares = populations.map(({ name }) => weights.get(name) ?? 0);
    const sum = shares.reduce((all, share) => all + share, 0);
    return rates.reduce((mean, rate, i) => mean + (rate * (shares[i] as number)) / sum, 0);
  };
  let last = -1;
  return RATES.map(({ rate, similarity }) => {
    const lowest = Math.ceil(lowestCosine(rateAt, rate) * STEPS_PER_UNIT - 1e-6) / STEPS_PER_UNIT;
    // Ties among few scores may give two rates one cosine; the scale has to rise.
    const cosine = Math.max(lowest, Math.round(last * STEPS_PER_UNIT + 1) / STEPS_PER_UNIT);
    if (!(cosine < 1)) {
      throw new OperatorError(
        `Strangers are too alike: a false match rate of ${target(rate)} would take a cosine of 1.`,
      );
    }
    last = cosine;
    const extrapolatedIn = populations.filter(({ curve }) => rate < curve.lowestMeasured).map(({ name }) => name);
    return { rate, similarity, cosine, extrapolatedIn };
  });
}

/** Where a rate that never rises comes down to a limit. */
function lowestCosine(rateAt: (cosine: number) => number, limit: number): number {
  let low = -1;
  let high = 1;
  if (rateAt(high) > limit) return high;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (rateAt(middle) <= limit) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The manifest's `calibration` member.
 * @param madeWith name of the data set's folder, and whether the mirror image was averaged in
 */
export function calibrationOf(
  rates: readonly CalibratedRate[],
  populations: readonly Population[],
  weights: ReadonlyMap<string, number> | undefined,
  madeWith: { dataSet: string; mirror: boolean },
): Calibration {
  const sizes = populations.map(
    ({ name, strangers: { people, images } }) => `${name} (${people} people, ${images} images)`,
  );
  const parts = [
    `${madeWith.dataSet}: ${sizes.join(', ')}${madeWith.mirror ? ', with mirror image' : ''}`,
    'all pairs of different people, each pair with the same weight',
    ...(populations.length > 1
      ? [weights ? `weighted ${weightsName(weights)}` : 'the promise holds for each group']
      : []),
    ...sourcesOf(rates, populations.length),
  ];
  const aside = populations.reduce((sum, { strangers }) => sum + strangers.setAside.length, 0);
  if (aside > 0) parts.push(`${aside} pairs of names set aside as probably one person`);
  return {
    madeFrom: parts.join('; '),
    points: [
      { cosine: -1, similarity: 0 },
      ...rates.map(({ cosine, similarity }) => ({ cosine, similarity })),
      { cosine: 1, similarity: 1 },
    ],
  };
}

/** Which rates were measured and which were not. */
function sourcesOf(rates: readonly CalibratedRate[], populations: number): string[] {
  const measured = rates.filter(({ extrapolatedIn }) => extrapolatedIn.length === 0).map(({ rate }) => target(rate));
  const rest = rates.filter(({ extrapolatedIn }) => extrapolatedIn.length > 0);
  const named = rest.map(({ rate, extrapolatedIn }) =>
    extrapolatedIn.length < populations ? `${target(rate)} (${extrapolatedIn.join(', ')})` : target(rate),
  );
  return [
    ...(measured.length > 0 ? [`FMR ${measured.join(', ')} measured`] : []),
    ...(named.length > 0 ? [`FMR ${named.join(', ')} extrapolated from an exponential tail`] : []),
  ];
}

function weightsName(weights: ReadonlyMap<string, number>): string {
  return [...weights].map(([name, weight]) => `${name} ${weight}`).join(' : ');
}
