import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RateLimit } from '../config-values.js';
import { FaceSearchError } from '../errors.js';
import { callerOf } from './auth.js';

export interface CallLimits {
  /** @throws FaceSearchError RATE_LIMITED for an address that sent too many unknown keys */
  refuseGuessing(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  countFailure(request: FastifyRequest): Promise<void>;
  /** @throws FaceSearchError RATE_LIMITED for a key that called too often */
  countCall(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/**
 * Counts in windows of fixed length, in memory of this process. The plugin remembers 5,000 addresses and as
 * many keys; beyond them it forgets the one unseen for longest.
 * @param perKey calls of one key; null is no limit
 * @param failedKeysPerMinute unknown keys from one address (IPv6: one network of 64 bits); 0 is no limit
 */
export async function callLimits(
  app: FastifyInstance,
  perKey: RateLimit,
  failedKeysPerMinute: number,
): Promise<CallLimits> {
  await app.register(rateLimit, { global: false });
  const failures = failedKeysPerMinute > 0 && app.createRateLimit({ max: failedKeysPerMinute, timeWindow: 60_000 });
  const calls =
    perKey &&
    app.createRateLimit({
      max: perKey.calls,
      timeWindow: perKey.milliseconds,
      keyGenerator: (request) => callerOf(request).keyId,
    });
  return {
    async refuseGuessing(request, reply) {
      if (!failures) return;
      const state = await failures(request, { increment: false });
      if (!state.isAllowed && state.remaining === 0) refuse(reply, state.ttlInSeconds);
    },
    async countFailure(request) {
      if (failures) await failures(request);
    },
    async countCall(request, reply) {
      if (!calls) return;
      const state = await calls(request);
      if (!state.isAllowed && state.isExceeded) refuse(reply, state.ttlInSeconds);
    },
  };
}

function refuse(reply: FastifyReply, seconds: number): never {
  reply.header('retry-after', Math.max(1, seconds));
  throw new FaceSearchError('RATE_LIMITED');
}
