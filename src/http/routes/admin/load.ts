import type { FastifyInstance } from 'fastify';
import { LoopDelay } from '../../../observability/metrics/loop-delay.js';
import type { TenantCounts } from '../../../observability/metrics/tenant-counts.js';
import { forReadOnlyKeys } from '../../plugins/auth.js';
import { callerOf } from '../../plugins/caller.js';
import { success } from '../../plugins/replies.js';
import type { GetServices } from '../../services.js';

/** Memory is told in steps of so many bytes, so that it does not tell how many faces another tenant adds. */
const MEMORY_STEP = 32 * 1024 * 1024;

/**
 * GET /load: how busy the server is, which anybody can tell who waits for its answers, and what the tenant's own calls
 * came to.
 */
export function addLoadCall(app: FastifyInstance, services: GetServices, counts: TenantCounts): void {
  const loopDelay = new LoopDelay();
  app.addHook('onClose', async () => loopDelay.stop());

  app.get('/load', forReadOnlyKeys, async (request) => {
    const { queued, workers } = services().analyser;
    return success({
      queued,
      workers,
      loopDelay: Math.round(loopDelay.milliseconds),
      memory: Math.ceil(process.memoryUsage.rss() / MEMORY_STEP) * MEMORY_STEP,
      ...counts.of(callerOf(request).tenant),
    });
  });
}
