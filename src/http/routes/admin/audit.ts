import { z } from 'zod';
import { AuditReader } from '../../../observability/audit/audit-reader.js';
import { success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { count, string, whole } from './fields.js';

const text = z.string().nullable();

const line = z.strictObject({
  time: z.string(),
  call: z.string(),
  keyId: text.describe('Number of the key, or `account-` and the number of the console user.'),
  requestId: text,
  collection: text,
  userId: text.describe('Whom the request named.'),
  foundId: text,
  createdId: text,
  accountId: whole.nullable().describe('The console user that was made or changed.'),
  code: text,
  reason: text,
  ms: whole.nullable(),
});

const schema = {
  tags: ['Administration'],
  summary: 'The audit log of the tenant, the newest line first',
  description:
    'Only what this server has written, and keeps; docs/audit.md. Each page reads at most 8 MiB of the log, so one may have few lines, or none, and yet a `next`.',
  querystring: z.object({
    from: string()
      .regex(/^\d{1,20}-\d{1,15}$/, 'must be next of the page before')
      .optional()
      .describe('`next` of the page before.'),
    limit: count(1, 200, '50').default(50),
  }),
  response: {
    200: successSchema(
      z.strictObject({
        isKept: z.boolean().describe('False where `AUDIT_LOG` is not set.'),
        lines: z.array(line),
        next: text.describe('Where the next page begins; null at the end.'),
      }),
      {
        isKept: true,
        lines: [
          {
            time: '2027-01-31T08:15:02.114Z',
            call: 'search',
            keyId: '3',
            requestId: '0b6f2a9e-4b1c-4d57-9f0e-6a8f4f0f6c11',
            collection: 'staff',
            userId: null,
            foundId: 'anna',
            createdId: null,
            accountId: null,
            code: '200',
            reason: null,
            ms: 41,
          },
        ],
        next: null,
      },
    ),
  },
} as const;

export const auditRoute: Route = (app, { config: { AUDIT_LOG, AUDIT_LOG_KEEP } }) => {
  const reader = AUDIT_LOG === undefined ? undefined : new AuditReader(AUDIT_LOG, AUDIT_LOG_KEEP);
  app.get('/audit', { schema, config: { permission: 'admin' } }, async ({ query, context: { caller } }) => {
    if (!reader) return success({ isKept: false, lines: [], next: null });
    // What concerns all tenants together is the operator's.
    const tenants = caller.permissions.includes('operate') ? [caller.tenant, ''] : [caller.tenant];
    const { lines, next } = await reader.page({ tenants, ...query });
    return success({
      isKept: true,
      lines: lines.map((entry) => ({
        time: entry.time,
        call: entry.call,
        keyId: entry.keyId ?? null,
        requestId: entry.requestId ?? null,
        collection: entry.collection ?? null,
        userId: entry.userId ?? null,
        foundId: entry.foundId ?? null,
        createdId: entry.createdId ?? null,
        accountId: entry.accountId ?? null,
        code: entry.code ?? null,
        reason: entry.reason ?? null,
        ms: entry.ms ?? null,
      })),
      next: next ?? null,
    });
  });
};
