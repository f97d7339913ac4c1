import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { OwnAccount } from '../../../accounts/accounts.js';
import { FaceSearchError } from '../../../core/errors.js';
import { doneSchema, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { string } from './fields.js';
import { sayingDelay } from './session.js';

const config = { permission: 'any' } as const;
const tags = ['Log-in'];
const password = () => string().max(1024, 'must have at most 128 characters');
const errors = ['SESSION_NOT_FOUND', 'LOGIN_DELAYED', 'OVERLOADED'] as const;

/** @throws FaceSearchError SESSION_NOT_FOUND for a request with a key, or a session that was begun with one */
function ownAccount({ context, ip }: FastifyRequest): OwnAccount {
  const { session } = context.caller;
  if (!session?.account) throw new FaceSearchError('SESSION_NOT_FOUND');
  context.subject.accountId = session.account.accountId;
  return { account: session.account, sessionId: session.sessionId, address: ip };
}

const passwordSchema = {
  tags,
  summary: 'Change the own password; other sessions end',
  body: z
    .object({ old: password(), password: password().describe('The new one.') })
    .meta({ examples: [{ old: 'correct horse battery', password: 'staple of the correct horse' }] }),
  response: { 200: doneSchema('Password changed') },
  errors,
} as const;

export const ownPasswordRoute: Route = (app, { logins: { accounts, logIn } }) => {
  app.post('/me/password', { schema: passwordSchema, config }, async (request, reply) => {
    const { old, password } = request.body;
    const own = ownAccount(request);
    await sayingDelay(reply, () => accounts.changeOwnPassword(own, logIn, old, password));
    return success('Password changed');
  });
};

const again = z.object({ password: password() }).meta({ examples: [{ password: 'correct horse battery' }] });

const offerSchema = {
  tags,
  summary: 'Begin to set up a second factor (TOTP)',
  description: 'It counts after `POST /me/totp/confirm` with a code of it.',
  body: again,
  response: {
    200: successSchema(
      z.strictObject({
        secret: z.string().describe('In base32.'),
        url: z.string().describe('What an authenticator app reads from a QR code.'),
      }),
      {
        secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
        url: 'otpauth://totp/FaceSearch:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=FaceSearch',
      },
    ),
  },
  errors,
} as const;

export const offerTotpRoute: Route = (app, { logins: { accounts, logIn } }) => {
  app.post('/me/totp', { schema: offerSchema, config }, async (request, reply) => {
    const own = ownAccount(request);
    return success(await sayingDelay(reply, () => accounts.offerTotp(own, logIn, request.body.password)));
  });
};

const confirmSchema = {
  tags,
  summary: 'Set up the second factor, and get recovery codes',
  description: 'Each recovery code takes the place of a code once. They are shown only in this reply.',
  body: z.object({ code: string().max(64, 'must have six digits') }).meta({ examples: [{ code: '492039' }] }),
  response: {
    200: successSchema(z.strictObject({ recoveryCodes: z.array(z.string()) }), {
      recoveryCodes: ['GEZD-GNBV-GY3T-QOJQ'],
    }),
  },
  errors: ['SESSION_NOT_FOUND'],
} as const;

export const confirmTotpRoute: Route = (app, { logins: { accounts } }) => {
  app.post('/me/totp/confirm', { schema: confirmSchema, config }, async (request) =>
    success({ recoveryCodes: await accounts.confirmTotp(ownAccount(request), request.body.code) }),
  );
};

const removeSchema = {
  tags,
  summary: 'Remove the second factor',
  body: again,
  response: { 200: doneSchema('Second factor removed') },
  errors,
} as const;

export const removeTotpRoute: Route = (app, { logins: { accounts, logIn } }) => {
  app.post('/me/totp/remove', { schema: removeSchema, config }, async (request, reply) => {
    const own = ownAccount(request);
    await sayingDelay(reply, () => accounts.removeTotp(own, logIn, request.body.password));
    return success('Second factor removed');
  });
};
