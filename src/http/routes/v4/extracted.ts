import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { EMBEDDING_LENGTH } from '../../../core/embedding.js';
import { FaceSearchError } from '../../../core/errors.js';
import type { FacematchVersion } from '../../../models/manifest.js';
import { unquote } from '../../forms/fields.js';
import { header } from '../../plugins/auth.js';
import { success } from '../../replies.js';

/** What the endpoints share that answer with an embedding. */
export const versionHeader = z.object({
  facematch_version: z
    .enum(['v3', 'v4', 'none'])
    .default('v3')
    .describe('`v4` is the mean of the image and its mirror image. Also with a dash.'),
});

const exampleVector: number[] = Array(EMBEDDING_LENGTH).fill(0.0442);

export const extractedSchema = z
  .strictObject({
    data: z.strictObject({ vector: z.array(z.number()).length(EMBEDDING_LENGTH) }),
    code: z.literal('200'),
    message: z.literal('successful'),
  })
  .meta({ examples: [extracted(Float32Array.from(exampleVector))] });

export function extracted(embedding: Float32Array) {
  return { ...success({ vector: Array.from(embedding) }), message: 'successful' } as const;
}

/** The header may have dashes too, because proxies such as nginx drop names with underscores. */
export function versionOf(headers: IncomingHttpHeaders): FacematchVersion {
  const given = header(headers, 'facematch_version') ?? header(headers, 'facematch-version') ?? 'v3';
  const version = unquote(given.trim()).toLowerCase();
  if (version === 'v3' || version === 'v4' || version === 'none') return version;
  throw new FaceSearchError('BAD_INPUT', 'facematch-version');
}
