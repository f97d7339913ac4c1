import { z } from 'zod';

/** What a cosine of one embedder is worth, as a file beside the manifest or a member of it has it. */
export const calibrationSchema = z
  .strictObject({
    madeFrom: z.string(),
    /** How cosines are corrected for crowded parts of the embedding space; see gallery/scoring/crowding.ts. */
    crowding: z
      .strictObject({
        madeFrom: z.string(),
        slope: z.number().min(0).max(10),
        /** Unit vector of 512 float32, little-endian, in base64. */
        axis: z.base64().length(2732),
      })
      .optional(),
    /** Corners of the piecewise-linear map, rising in both coordinates, from a (corrected) cosine of -1 to 1. */
    points: z.array(z.strictObject({ cosine: z.number().min(-1).max(1), similarity: z.number().min(0).max(1) })).min(2),
  })
  .refine(
    ({ points }) =>
      points[0]?.cosine === -1 &&
      points.at(-1)?.cosine === 1 &&
      points.at(-1)?.similarity === 1 &&
      points.every((p, i) => {
        const previous = points[i - 1];
        return !previous || (p.cosine > previous.cosine && p.similarity > previous.similarity);
      }),
    'calibration points must rise strictly from cosine -1 to cosine 1 = similarity 1',
  );

export type Calibration = z.infer<typeof calibrationSchema>;
