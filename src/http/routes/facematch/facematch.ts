import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import type { MatchAnalysis } from '../../../vision/face-analyser.js';
import { speak } from '../../dialect.js';
import type { ImageField } from '../../forms/fields.js';
import { form } from '../../forms/form.js';
import { type EndpointParts, guardEndpoints } from '../../plugins/guard.js';
import { countByTenant } from '../../plugins/request-metrics.js';
import type { Route } from '../../route.js';

/** Both paths of the vendor; the newer one is shown and called by the console and the command line. */
export const facematchPath = '/vision/ekyc/facematch/v4';
export const checkfacePath = '/dmp/checkface/v1';

/** From here on two photos show one person: about one false match in 10,000 on the calibrated scale. */
const MATCH_FROM = 0.8;

const message = 'request successful.';
const notAnImage = { code: 408, text: 'Allowed mime types are image/jpeg, image/png' };

const dialect = {
  codes: { 'image-format': notAnImage.code, 'image-base64': notAnImage.code },
  texts: {
    'image-format': notAnImage.text,
    'image-base64': notAnImage.text,
    'no-face': 'No faces detected',
    'not-a-face': 'No faces detected',
    'face-too-small': 'No faces detected',
  },
  message,
} as const;

const matchData = z.strictObject({
  isMatch: z.boolean(),
  similarity: z.number().min(0).max(100),
  isBothImgIDCard: z.boolean().describe('Both photos are of identity documents.'),
});
const example = { isMatch: false, similarity: 21.25, isBothImgIDCard: false };

const schema = {
  tags: ['Compare'],
  summary: 'Do two photos show one person?',
  description:
    'Nothing is stored. Photos of identity documents are welcome; a small second portrait on them does not count.',
  body: form({
    'file[]': {
      kind: 'images',
      most: 2,
      alias: 'file',
      description:
        'Two photos, each as a file or as base64 text: jpg or png, at most 5 MB. Also under the name `file`.',
    },
    validate: { kind: 'flag', description: 'Refuse a face that is covered, too close or cut off.' },
  }),
  response: {
    200: z
      .strictObject({ code: z.literal('200'), data: matchData, message: z.literal(message) })
      .meta({ examples: [{ code: '200', data: example, message }] }),
  },
  errors: ['NO_FACE', 'MANY_FACES', 'NOT_FULL_FACE', 'NOT_TWO_PHOTOS'],
} as const;

const compareRoute: Route = (app, { services }) => {
  app.post('', { schema, config: { permission: 'search' } }, async ({ body, context }) => {
    const { gallery, analyser } = services();
    const options = { disableValidation: !body.validate };
    const [first, second] = await analysed(body['file[]'], (image) =>
      analyser.embedForMatch(image, options, context.abandoned),
    );
    context.stages = bothTimings(first.timings, second.timings);
    const similarity = await gallery.compare(context.caller.tenant, first.embedding, second.embedding);
    const data = {
      isMatch: similarity >= MATCH_FROM,
      similarity: similarity * 100,
      isBothImgIDCard: first.isIdCard && second.isIdCard,
    };
    return { code: '200', data, message } as const;
  });
};

/**
 * Both photos at once. Where both are refused, the reply is about the first.
 * @throws FaceSearchError with the number of the photo that is refused
 */
async function analysed(
  photos: readonly ImageField[],
  analyse: (image: Buffer) => Promise<MatchAnalysis>,
): Promise<[MatchAnalysis, MatchAnalysis]> {
  const [one, other] = photos;
  if (!one || !other || photos.length > 2) throw new FaceSearchError('NOT_TWO_PHOTOS');
  const [first, second] = await Promise.allSettled([one, other].map(async (photo) => analyse(photo.bytes())));
  return [settled(first, 1), settled(second, 2)];
}

function settled(outcome: PromiseSettledResult<MatchAnalysis> | undefined, photo: number): MatchAnalysis {
  if (outcome?.status === 'fulfilled') return outcome.value;
  const { reason } = outcome as PromiseRejectedResult;
  throw reason instanceof FaceSearchError && !reason.realStatus ? Object.assign(reason, { photo }) : reason;
}

/** Of both photos together: the log tells what a request took. */
function bothTimings(one: Record<string, number>, other: Record<string, number>): Record<string, number> {
  const stages = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...stages].map((stage) => [stage, (one[stage] ?? 0) + (other[stage] ?? 0)]));
}

/** The endpoint, once for each of its paths. */
export async function facematch(app: FastifyInstance, parts: EndpointParts): Promise<void> {
  guardEndpoints(app, parts);
  countByTenant(app, parts.counts);
  speak(app, dialect);
  compareRoute(app.withTypeProvider(), parts);
}
