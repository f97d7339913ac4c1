import { z } from 'zod';
import { LoopDelay } from '../../../observability/metrics/loop-delay.js';
import { success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { whole } from './fields.js';

/** Memory is told in steps of so many bytes, so that it does not tell how many faces another tenant adds. */
const MEMORY_STEP = 32 * 1024 * 1024;

const counted = z.record(z.string(), whole);
const load = z.strictObject({
  queued: whole.describe('Photos that wait for a worker, of all tenants.'),
  workers: whole.describe('Threads that run the models.'),
  loopDelay: whole.describe('Longest delay of the thread that answers, in the last two seconds; milliseconds.'),
  memory: whole.describe('Bytes of the process, rounded up to 32 MiB.'),
  requests: counted.describe(
    "Requests of the key's tenant by code, since the server started; those that look things up here are left out.",
  ),
  refusals: counted.describe('What they were refused for, and what /analyse said that photos would be.'),
});

const schema = {
  tags: ['Administration'],
  summary: 'How busy is the server, and what came of my requests?',
  response: {
    200: successSchema(load, {
      queued: 0,
      workers: 2,
      loopDelay: 3,
      memory: 14 * MEMORY_STEP,
      requests: { 200: 41, 406: 1 },
      refusals: { mask: 1 },
    }),
  },
} as const;

/** How busy the server is, which anybody can tell who waits for its answers, and what the tenant's own requests came to. */
export const loadRoute: Route = (app, { services, counts }) => {
  const loopDelay = new LoopDelay();
  app.addHook('onClose', async () => loopDelay.stop());

  app.get('/load', { schema, config: { permission: 'any' } }, async ({ context }) => {
    const { queued, workers } = services().analyser;
    return success({
      queued,
      workers,
      loopDelay: Math.round(loopDelay.milliseconds),
      memory: Math.ceil(process.memoryUsage.rss() / MEMORY_STEP) * MEMORY_STEP,
      ...counts.of(context.caller.tenant),
    });
  });
};
