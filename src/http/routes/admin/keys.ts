import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import { allPermissions } from '../../../persistence/keys/permissions.js';
import { doneSchema, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { count, string } from './fields.js';

const config = { permission: 'admin' } as const;
const tags = ['API keys'];
const number = z.int().min(1);
const time = z.iso.datetime().nullable();
const created = '2027-01-31T08:30:00.000Z';
const permissions = z.array(z.enum(allPermissions, `must be of ${allPermissions.join(', ')}`));

const listSchema = {
  tags,
  summary: 'API keys of the tenant, the oldest first',
  description: 'Without those of `API_KEYS`. No reply holds a key but that which makes it.',
  response: {
    200: successSchema(
      z.array(
        z.strictObject({
          key: number.describe('Its number, as in the audit log.'),
          label: z.string(),
          permissions,
          created: z.iso.datetime(),
          lastUsed: time.describe('To ten minutes.'),
          expires: time,
          revoked: time,
        }),
      ),
      [{ key: 1, label: 'door 3', permissions: ['search'], created, lastUsed: created, expires: null, revoked: null }],
    ),
  },
} as const;

export const keysRoute: Route = (app, { logins: { keys } }) => {
  app.get('/keys', { schema: listSchema, config }, async ({ context: { caller } }) => {
    const all = await keys.list(caller.tenant);
    return success(
      all.map(({ keyId, label, permissions, createdAt, lastUsedAt, expiresAt, revokedAt }) => ({
        key: keyId,
        label,
        permissions: [...permissions],
        created: createdAt.toISOString(),
        lastUsed: lastUsedAt?.toISOString() ?? null,
        expires: expiresAt?.toISOString() ?? null,
        revoked: revokedAt?.toISOString() ?? null,
      })),
    );
  });
};

const addSchema = {
  tags,
  summary: 'Make an API key',
  description: 'The key is shown only in this reply. Nobody can give permissions that they do not have.',
  body: z
    .object({
      label: string().max(200, 'must have at most 200 characters').default('').describe('Words to know the key by.'),
      permissions: permissions.min(1, 'must not be empty'),
      expires: z.iso
        .datetime({ offset: true, error: 'must be a time such as 2027-01-31T00:00:00Z' })
        .optional()
        .describe('Without it the key works until it is revoked.'),
    })
    .meta({ examples: [{ label: 'door 3', permissions: ['search'] }] }),
  response: {
    200: successSchema(z.strictObject({ key: number.describe('Its number.'), secret: z.string() }), {
      key: 1,
      secret: 'fsk_4Yb6yq0vXW0lSx8QF3rN5m2kUj7cTdHgPzAeIoRuBnM',
    }),
  },
} as const;

export const addKeyRoute: Route = (app, { logins: { keys } }) => {
  app.post('/keys', { schema: addSchema, config }, async ({ body, context: { caller } }) => {
    const { label, permissions, expires } = body;
    const expiresAt = expires === undefined ? undefined : new Date(expires);
    if (expiresAt && expiresAt <= new Date())
      throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'expires', fault: 'must lie in the future' });
    const { keyId, key } = await keys.create(caller, { label, permissions, expiresAt });
    return success({ key: keyId, secret: key });
  });
};

const revokeSchema = {
  tags,
  summary: 'Revoke an API key, whose sessions end',
  params: z.object({ key: count(1, 999_999_999, '1') }),
  response: { 200: doneSchema('API key revoked') },
  errors: ['KEY_NOT_FOUND'],
} as const;

export const revokeKeyRoute: Route = (app, { logins: { keys } }) => {
  app.delete('/keys/:key', { schema: revokeSchema, config }, async ({ params, context: { caller } }) => {
    await keys.revoke(caller, params.key);
    return success('API key revoked');
  });
};
