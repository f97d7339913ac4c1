import { z } from 'zod';
import { roles } from '../../../persistence/accounts/roles.js';
import { doneSchema, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { count, string } from './fields.js';

const config = { permission: 'admin' } as const;
const tags = ['Console users'];
const number = z.int().min(1);
const time = z.iso.datetime().nullable();
const created = '2027-01-31T08:30:00.000Z';

const account = z.strictObject({
  account: number,
  name: z.string(),
  role: z.enum(roles),
  hasTotp: z.boolean().describe('Has a second factor.'),
  mustChange: z.boolean().describe('Has not chosen a password yet.'),
  created: z.iso.datetime(),
  lastLogin: time,
  disabled: time.describe('Since when; null for one who may log in.'),
});

const role = z.enum(roles, `must be of ${roles.join(', ')}`);
const password = () => string().max(1024, 'must have at most 128 characters');
const mustChange = z
  .boolean()
  .default(true)
  .describe('The user must choose another password at the next log-in, and may do nothing before.');
const params = z.object({ account: count(1, 999_999_999, '1') });

const listSchema = {
  tags,
  summary: 'Console users of the tenant, in order of their names',
  response: {
    200: successSchema(z.array(account), [
      {
        account: 1,
        name: 'anna',
        role: 'clerk',
        hasTotp: false,
        mustChange: false,
        created,
        lastLogin: created,
        disabled: null,
      },
    ]),
  },
} as const;

export const accountsRoute: Route = (app, { logins: { accounts } }) => {
  app.get('/accounts', { schema: listSchema, config }, async ({ context: { caller } }) => {
    const all = await accounts.list(caller.tenant);
    return success(
      all.map(({ accountId, name, role, hasTotp, mustChange, createdAt, lastLoginAt, disabledAt }) => ({
        account: accountId,
        name,
        role,
        hasTotp,
        mustChange,
        created: createdAt.toISOString(),
        lastLogin: lastLoginAt?.toISOString() ?? null,
        disabled: disabledAt?.toISOString() ?? null,
      })),
    );
  });
};

const addSchema = {
  tags,
  summary: 'Add a console user',
  description: 'Nobody can give a role with permissions that they do not have.',
  body: z
    .object({ name: string().describe('Unique within the tenant.'), role, password: password(), mustChange })
    .meta({ examples: [{ name: 'anna', role: 'clerk', password: 'correct horse battery' }] }),
  response: { 200: successSchema(z.strictObject({ account: number }), { account: 1 }) },
  errors: ['OVERLOADED'],
} as const;

export const addAccountRoute: Route = (app, { logins: { accounts } }) => {
  app.post('/accounts', { schema: addSchema, config }, async ({ body, context }) => {
    const accountId = await accounts.add(context.caller, body);
    context.subject.accountId = accountId;
    return success({ account: accountId });
  });
};

const changeSchema = {
  tags,
  summary: 'Change a console user',
  description:
    'What is left out stays as it is. The sessions of a user who gets another password, is disabled or loses the second factor end.',
  params,
  body: z
    .object({
      role: role.optional(),
      password: password().optional(),
      mustChange: mustChange.describe('With a password: as in `POST /accounts`.'),
      disabled: z.boolean().optional().describe('May not log in.'),
      resetTotp: z
        .boolean()
        .default(false)
        .describe('Removes the second factor, such as after the loss of a telephone.'),
    })
    .meta({ examples: [{ role: 'manager' }] }),
  response: { 200: doneSchema('Console user changed') },
  errors: ['ACCOUNT_NOT_FOUND', 'OVERLOADED'],
} as const;

export const changeAccountRoute: Route = (app, { logins: { accounts } }) => {
  app.post('/accounts/:account/change', { schema: changeSchema, config }, async ({ params, body, context }) => {
    context.subject.accountId = params.account;
    const { role, password, disabled, resetTotp, mustChange } = body;
    await accounts.change(context.caller, params.account, {
      role,
      password,
      isDisabled: disabled,
      resetTotp,
      mustChange,
    });
    return success('Console user changed');
  });
};

const removeSchema = {
  tags,
  summary: 'Remove a console user, whose sessions end',
  params,
  response: { 200: doneSchema('Console user removed') },
  errors: ['ACCOUNT_NOT_FOUND'],
} as const;

export const removeAccountRoute: Route = (app, { logins: { accounts } }) => {
  app.delete('/accounts/:account', { schema: removeSchema, config }, async ({ params, context }) => {
    context.subject.accountId = params.account;
    await accounts.remove(context.caller, params.account);
    return success('Console user removed');
  });
};
