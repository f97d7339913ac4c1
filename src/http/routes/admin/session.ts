import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { LoginDelayedError, type LoginSecrets } from '../../../accounts/log-in.js';
import { accountKeyId, type Sessions } from '../../../accounts/sessions.js';
import { FaceSearchError } from '../../../core/errors.js';
import { roles } from '../../../persistence/accounts/roles.js';
import type { Caller } from '../../../persistence/keys/api-key-store.js';
import { allPermissions } from '../../../persistence/keys/permissions.js';
import { checkKey } from '../../plugins/auth.js';
import type { EndpointParts } from '../../plugins/guard.js';
import { refuseCrossSite, setSessionCookie } from '../../plugins/session-cookie.js';
import { doneSchema, success, successSchema } from '../../replies.js';
import type { App, Route } from '../../route.js';
import { string } from './fields.js';

/** Bytes; a stranger may send it. */
const MAX_BODY = 16_384;

const me = z.strictObject({
  tenant: z.string(),
  keyId: z
    .string()
    .describe('What stands in the audit log: of a key its number, of a console user `account-` and its number.'),
  permissions: z.array(z.enum(allPermissions)),
  session: z
    .strictObject({ expires: z.iso.datetime().describe('The session ends then, however busy.') })
    .nullable()
    .describe('null for a request with a key.'),
  account: z
    .strictObject({
      name: z.string(),
      role: z.enum(roles),
      hasTotp: z.boolean().describe('Has a second factor.'),
      mustChange: z.boolean().describe('May do nothing before `POST /me/password`: somebody else chose the password.'),
      needsTotp: z.boolean().describe('May do nothing before it has one.'),
    })
    .nullable()
    .describe('The console user who logged in; null where it was a key.'),
});

const example: z.infer<typeof me> = {
  tenant: 'acme',
  keyId: 'account-3',
  permissions: ['search', 'enrol', 'list'],
  session: { expires: '2027-01-31T20:30:00.000Z' },
  account: { name: 'anna', role: 'clerk', hasTotp: false, mustChange: false, needsTotp: false },
};

const meSchema = {
  tags: ['Log-in'],
  summary: 'Who am I?',
  response: { 200: successSchema(me, example) },
} as const;

export const meRoute: Route = (app, { logins: { sessions } }) => {
  app.get('/me', { schema: meSchema, config: { permission: 'any' } }, async ({ context }) =>
    success(described(context.caller, sessions)),
  );
};

const outSchema = {
  tags: ['Log-in'],
  summary: 'Log out: end the session that the request came with',
  response: { 200: doneSchema('Logged out') },
  errors: ['SESSION_NOT_FOUND'],
} as const;

export const logOutRoute: Route = (app, { logins: { sessions } }) => {
  app.delete('/session', { schema: outSchema, config: { permission: 'any' } }, async (request, reply) => {
    const { session } = request.context.caller;
    if (!session) throw new FaceSearchError('SESSION_NOT_FOUND');
    await sessions.end(session.sessionId);
    setSessionCookie(request, reply, '', undefined);
    return success('Logged out');
  });
};

const longest = 1024;
const secret = () => string().min(1, 'must not be empty').max(longest, 'must have at most 1,024 characters').optional();

const inSchema = {
  tags: ['Log-in'],
  summary: 'Log in: begin a session',
  description:
    'Send a key, or the name and the password of a console user. The reply sets a cookie that stands for it until the session ends. Requests with the cookie, but for GET, need a header `x-requested-with`, and so does this one.',
  security: [],
  body: z
    .object({
      key: secret().describe('An API key.'),
      user: secret().describe('Name of a console user; `tenant/name` where the tenant is not `default`.'),
      password: secret(),
      code: string()
        .max(longest, 'must have at most 1,024 characters')
        .default('')
        .describe('Of the second factor, where the user has one, or a recovery code.'),
    })
    .refine(
      ({ key, user, password }) =>
        key === undefined ? user !== undefined && password !== undefined : (user ?? password) === undefined,
      'must have either key, or user and password',
    )
    .meta({ examples: [{ user: 'acme/anna', password: 'correct horse battery', code: '492039' }] }),
  response: { 200: successSchema(me, example) },
  errors: [
    'UNKNOWN_KEY',
    'LOGIN_REFUSED',
    'NOT_PERMITTED',
    'RATE_LIMITED',
    'LOGIN_DELAYED',
    'INTERNAL',
    'STORE_UNAVAILABLE',
    'AUDIT_UNAVAILABLE',
  ],
} as const;

/** The only endpoint without a key: its body has one, or a password. */
export function logInRoute(app: App, parts: EndpointParts): void {
  const { sessions, logIn } = parts.logins;
  app.post('/session', { schema: inSchema, bodyLimit: MAX_BODY }, async (request, reply) => {
    refuseCrossSite(request);
    const { key, user = '', password = '', code } = request.body;
    const opened = key === undefined ? await openByPassword({ user, password, code }) : await openByKey(key);
    // Revoked in this very moment.
    if (!opened?.caller.session) throw new FaceSearchError('UNKNOWN_KEY', 'unknown-key');
    request.context.knownCaller = opened.caller;
    setSessionCookie(request, reply, opened.token, opened.caller.session.expiresAt);
    return success(described(opened.caller, sessions));

    async function openByKey(key: string) {
      request.context.knownCaller = await checkKey(request, reply, key, parts);
      return sessions.openByKey(key);
    }

    function openByPassword(secrets: LoginSecrets) {
      return sayingDelay(reply, () =>
        logIn.open(secrets, request.ip, ({ tenant, accountId }) => {
          // The audit log has the attempt, which permits nothing yet.
          request.context.knownCaller = { tenant, keyId: accountKeyId(accountId), permissions: [] };
        }),
      );
    }
  });
}

/** Says in a header when the next attempt may come. */
export async function sayingDelay<T>(reply: FastifyReply, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof LoginDelayedError) reply.header('retry-after', error.seconds);
    throw error;
  }
}

function described({ tenant, keyId, permissions, session }: Caller, sessions: Sessions): z.infer<typeof me> {
  const account = session?.account;
  return {
    tenant,
    keyId,
    permissions: [...permissions],
    session: session ? { expires: session.expiresAt.toISOString() } : null,
    account: account
      ? {
          name: account.name,
          role: account.role,
          hasTotp: account.hasTotp,
          mustChange: account.mustChange,
          needsTotp: sessions.lacksTotp(account),
        }
      : null,
  };
}
