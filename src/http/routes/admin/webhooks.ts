import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import { WebhookError } from '../../../events/tenant-webhooks.js';
import { eventTypes } from '../../../persistence/webhooks/webhook-store.js';
import { doneSchema, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { count, string, whole } from './fields.js';

const number = z.int().min(1);
const events = z.array(z.enum(eventTypes));
const config = { permission: 'admin' } as const;
const tags = ['Webhooks'];

export const webhookParameter = z.object({ webhook: count(1, 999_999_999, '1') });

const url = 'https://example.com/facesearch';
const created = '2027-01-31T08:30:00.000Z';

const listSchema = {
  tags,
  summary: 'Webhooks of the tenant, in order of creation',
  response: {
    200: successSchema(
      z.array(
        z.strictObject({
          webhook: number,
          url: z.string().describe('`mqtt:` stands for the broker that the server is configured with.'),
          events,
          created: z.iso.datetime(),
          waiting: whole.describe('Deliveries that are still tried.'),
          dead: whole.describe('Deliveries that were given up.'),
        }),
      ),
      [{ webhook: 1, url, events: ['match'], created, waiting: 0, dead: 0 }],
    ),
  },
} as const;

export const webhooksRoute: Route = (app, { services }) => {
  app.get('/webhooks', { schema: listSchema, config }, async ({ context: { caller } }) => {
    const webhooks = await services().webhooks.list(caller.tenant);
    return success(
      webhooks.map(({ webhookId, url, events, createdAt, waiting, dead }) => ({
        webhook: webhookId,
        url,
        events: [...events],
        created: createdAt.toISOString(),
        waiting,
        dead,
      })),
    );
  });
};

const addSchema = {
  tags,
  summary: 'Add a webhook',
  description: 'The secret, which requests are signed with, is shown only in this reply.',
  body: z
    .object({
      url: string().describe('http or https; private networks only where the server permits them.'),
      events: z
        .array(z.enum(eventTypes, `must be of ${eventTypes.join(', ')}`))
        .min(1, 'must not be empty')
        .default([...eventTypes])
        .describe('What it is told of.'),
    })
    .meta({ examples: [{ url, events: ['match', 'no_match'] }] }),
  response: {
    200: successSchema(z.strictObject({ webhook: number, secret: z.string() }), {
      webhook: 1,
      secret: 'whsec_4Yb6yq0vXW0lSx8QF3rN5m2kUj7cTdHgPzAeIoRuBnM',
    }),
  },
} as const;

export const addWebhookRoute: Route = (app, { services }) => {
  app.post('/webhooks', { schema: addSchema, config }, async ({ body: { url, events }, context: { caller } }) => {
    try {
      const { webhookId, secret } = await services().webhooks.add(caller.tenant, url, events);
      return success({ webhook: webhookId, secret });
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'url', fault: error.message });
    }
  });
};

const deleteSchema = {
  tags,
  summary: 'Delete a webhook, with what is on its way to it',
  params: webhookParameter,
  response: { 200: doneSchema('Webhook deleted') },
  errors: ['WEBHOOK_NOT_FOUND'],
} as const;

export const deleteWebhookRoute: Route = (app, { services }) => {
  app.delete('/webhooks/:webhook', { schema: deleteSchema, config }, async ({ params, context: { caller } }) => {
    if (!(await services().webhooks.remove(caller.tenant, params.webhook)))
      throw new FaceSearchError('WEBHOOK_NOT_FOUND');
    return success('Webhook deleted');
  });
};

const retrySchema = {
  tags,
  summary: 'Try again what was given up',
  params: webhookParameter,
  response: { 200: successSchema(z.strictObject({ retried: whole }), { retried: 1 }) },
  errors: ['WEBHOOK_NOT_FOUND'],
} as const;

export const retryWebhookRoute: Route = (app, { services }) => {
  app.post('/webhooks/:webhook/retry', { schema: retrySchema, config }, async ({ params, context: { caller } }) => {
    const retried = await services().webhooks.retry(caller.tenant, params.webhook);
    if (retried === undefined) throw new FaceSearchError('WEBHOOK_NOT_FOUND');
    return success({ retried });
  });
};

const lettersSchema = {
  tags,
  summary: 'What was given up, the newest first',
  description: 'At most 100. They are kept for seven days.',
  response: {
    200: successSchema(
      z.array(
        z.strictObject({
          delivery: number,
          webhook: number,
          type: z.enum(eventTypes),
          time: z.iso.datetime().describe('When it happened.'),
          attempts: whole,
          error: z.string().describe('What the last try met.'),
        }),
      ),
      [{ delivery: 1, webhook: 1, type: 'match', time: created, attempts: 11, error: 'HTTP 500' }],
    ),
  },
} as const;

export const deadLettersRoute: Route = (app, { services }) => {
  app.get('/dead-letters', { schema: lettersSchema, config }, async ({ context: { caller } }) => {
    const letters = await services().webhooks.deadLetters(caller.tenant);
    return success(
      letters.map(({ deliveryId, webhookId, happenedAt, ...rest }) => ({
        delivery: deliveryId,
        webhook: webhookId,
        ...rest,
        time: happenedAt.toISOString(),
      })),
    );
  });
};
