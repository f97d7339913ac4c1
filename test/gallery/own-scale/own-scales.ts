import type { OwnScale } from '../../../src/gallery/own-scale/own-scale.js';

/** As `calibrate --gallery` writes it. @param at80 score of the similarity 0.80 */
export function ownScaleOf(at80: number, centres: string): OwnScale {
  const rates = [1, 2, 3, 4, 5, 6].map((e) => {
    const score = at80 + 0.08 * (e - 4);
    const similarity = (60 + 5 * e) / 100;
    return { rate: 10 ** -e, similarity, score, low: score - 0.02, high: score + 0.02, isExtrapolated: e > 3 };
  });
  return {
    centres,
    galleryPeople: 210,
    tenants: 1,
    people: 200,
    faces: 400,
    pairs: 19900,
    suspects: 1,
    measuredTo: 5e-4,
    start: -0.1,
    slope: 0.1,
    rates,
    before: rates.map(({ similarity, rate }) => ({ similarity, rate: 3 * rate })),
    points: [
      { score: -1, similarity: 0 },
      ...rates.map(({ score, similarity }) => ({ score, similarity })),
      { score: 1, similarity: 1 },
    ],
  };
}
