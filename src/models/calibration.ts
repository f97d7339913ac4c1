import { z } from 'zod';

/** What a cosine of one embedder is worth, as a file beside the manifest or a member of it has it. */
export const calibrationSchema = z
  .strictObject({
    madeFrom: z.string(),
    /** Nobody measured these points for this model: why they are on the safe side. The server warns of them. */
    provisional: z.string().min(1).optional(),
    /** Directions that normalise cosines; see gallery/scoring/cohort.ts. */
    cohort: z
      .strictObject({
        /** Relative to the manifest's folder: rows of 512 signed bytes, each a direction. */
        file: z.string(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        /** Number of rows. */
        centres: z.number().int().positive(),
      })
      .optional(),
    /** Made by version 0.1 and ignored: it is for another correction than this version's. */
    crowding: z.unknown().optional(),
    /** From this cosine on two photos are nearly the same. */
    identicalFrom: z.number().gt(0).lt(0.999).optional(),
    /** How much the score of a person is put down for ten times as many photos. */
    photosSlope: z.number().min(0).max(1).optional(),
    /** Corners of the piecewise-linear map for normalised scores; without them `points` are taken. */
    scorePoints: z
      .array(z.strictObject({ score: z.number().min(-2).max(2), similarity: z.number().min(0).max(1) }))
      .min(2)
      .optional(),
    /** Corners of the piecewise-linear map, rising in both coordinates, from a cosine of -1 to 1. */
    points: z
      .array(z.strictObject({ cosine: z.number().min(-1).max(1), similarity: z.number().min(0).max(1) }))
      .min(2)
      .optional(),
  })
  .refine(
    ({ points }) =>
      !points ||
      (points[0]?.cosine === -1 &&
        points.at(-1)?.cosine === 1 &&
        points.at(-1)?.similarity === 1 &&
        points.every((p, i) => {
          const previous = points[i - 1];
          return !previous || (p.cosine > previous.cosine && p.similarity > previous.similarity);
        })),
    'calibration points must rise strictly from cosine -1 to cosine 1 = similarity 1',
  )
  .refine(
    ({ scorePoints = [] }) =>
      scorePoints.every((p, i) => {
        const previous = scorePoints[i - 1];
        return !previous || (p.score > previous.score && p.similarity > previous.similarity);
      }),
    'scorePoints must rise strictly in both members',
  )
  .refine(({ cohort, scorePoints }) => !cohort || scorePoints, 'a calibration with a cohort needs scorePoints')
  .refine(({ points, scorePoints }) => points || scorePoints, 'a calibration needs points or scorePoints');

export type Calibration = z.infer<typeof calibrationSchema>;
