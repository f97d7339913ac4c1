import { z } from 'zod';
import { allPermissions, isSearchOnly, tenantPermissions } from '../../../persistence/keys/permissions.js';
import { serverVersion } from '../../../util/version.js';
import { success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { share, whole } from './fields.js';

const status = z.strictObject({
  tenant: z.string(),
  permissions: z.array(z.enum(allPermissions)).describe('What the key may do.'),
  readOnly: z.boolean().describe('The key may only search and extract.'),
  version: z.string(),
  node: z.string(),
  model: z.string().describe('Name and digest of the model whose faces are compared.'),
  uptime: whole.describe('Seconds.'),
  similarity: z.enum(['calibrated', 'cosine']),
  minResolution: z.strictObject({ width: whole, height: whole }).nullable(),
  minFaceWidth: whole.describe('Pixels.'),
  minFaceArea: share.describe('Share of the photo; 0 is no limit.'),
  minQuality: whole.max(100).describe('Lowest quality of a face that is taken; 0 is no limit.'),
  allowCovered: z.boolean().describe('`add` and `analyse` know `allow_covered`.'),
  keepPhotos: z.enum(['off', 'crop', 'photo']).describe('What is kept of photos that faces are added from.'),
});

const schema = {
  tags: ['Administration'],
  summary: 'Whose key is this, and what is the server?',
  response: {
    200: successSchema(status, {
      tenant: 'acme',
      permissions: [...tenantPermissions],
      readOnly: false,
      version: serverVersion,
      node: process.versions.node,
      model: 'mobilefacenet-pair@0123456789ab',
      uptime: 3600,
      similarity: 'calibrated',
      minResolution: { width: 640, height: 480 },
      minFaceWidth: 80,
      minFaceArea: 0,
      minQuality: 0,
      allowCovered: false,
      keepPhotos: 'off',
    }),
  },
} as const;

export const statusRoute: Route = (app, { services, config }) => {
  app.get('/status', { schema, config: { permission: 'any' } }, async ({ context: { caller } }) =>
    success({
      tenant: caller.tenant,
      permissions: [...caller.permissions],
      readOnly: isSearchOnly(caller.permissions),
      version: serverVersion,
      node: process.versions.node,
      model: services().model,
      uptime: Math.floor(process.uptime()),
      similarity: config.SIMILARITY,
      minResolution: config.MIN_RESOLUTION,
      minFaceWidth: config.MIN_FACE_WIDTH,
      minFaceArea: config.MIN_FACE_AREA,
      minQuality: config.MIN_QUALITY,
      allowCovered: config.ALLOW_COVERED === 'on',
      keepPhotos: config.KEEP_PHOTOS,
    }),
  );
};
