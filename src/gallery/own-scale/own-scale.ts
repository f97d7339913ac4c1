import { z } from 'zod';
import type { StoredScale } from '../../persistence/scales.js';
import type { Centres } from '../scoring/cohort.js';

const count = z.int().min(0);
const rate = z.number().min(0).max(1);
const score = z.number().min(-2).max(2);

/** What is kept of a calibration on the own gallery: numbers about all of the people, nobody's data. */
export const ownScaleSchema = z.object({
  /** Version of the model's centres that scores were made with; see {@link centresVersion}. */
  centres: z.string(),
  /** People with faces of the model, over all tenants, when it was made. */
  galleryPeople: count,
  /** Tenants with people enough. */
  tenants: count,
  /** People that were compared, within their tenants. */
  people: count,
  faces: count,
  pairs: count,
  /** Pairs of users who are probably one person. */
  suspects: count,
  /** The lowest false match rate that was counted. */
  measuredTo: rate,
  /** The normal tail below: score = start + slope · quantile. */
  start: z.number(),
  slope: z.number(),
  rates: z.array(
    z.object({
      rate,
      /** What the scale says of the score. */
      similarity: rate,
      score,
      /** 95 of 100 galleries of such people have the rate's score between these. */
      low: z.number(),
      high: z.number(),
      /** Too few pairs reach the score to count them. */
      isExtrapolated: z.boolean(),
    }),
  ),
  /** False match rates, among these people, of similarities of the model's own scale. */
  before: z.array(z.object({ similarity: rate, rate })),
  /** Corners of the scale. */
  points: z
    .array(z.object({ score, similarity: rate }))
    .min(2)
    .refine(
      (points) =>
        points.every((p, i) => {
          const previous = points[i - 1];
          return !previous || (p.score > previous.score && p.similarity > previous.similarity);
        }),
      'points must rise',
    ),
});

export type OwnScale = z.infer<typeof ownScaleSchema>;

/** The scale's people have become so many times more, or fewer: it should be made again. */
const GROWTH = 1.5;

/** What tells scales apart that were made with other centres, whose scores mean something else. */
export function centresVersion(centres: Centres | undefined): string {
  return centres?.version ?? 'none';
}

/** Undefined for one that another version of the server wrote in another form. */
export function readOwnScale({ data }: Pick<StoredScale, 'data'>): OwnScale | undefined {
  try {
    return ownScaleSchema.parse(JSON.parse(data));
  } catch {
    return undefined;
  }
}

/** @param people with faces of the model now, over all tenants */
export function isStale({ galleryPeople }: OwnScale, people: number): boolean {
  return people >= GROWTH * galleryPeople || people * GROWTH <= galleryPeople;
}
