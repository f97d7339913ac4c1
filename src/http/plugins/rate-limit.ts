import { createHash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RateLimit } from '../../config/parsers.js';
import { FaceSearchError } from '../../core/errors.js';

export interface CallLimits {
  /**
   * A key that was good from this address before passes: one device with a wrong key must not lock out the others
   * behind the same address.
   * @throws FaceSearchError RATE_LIMITED for an address that sent too many unknown keys
   */
  refuseGuessing(request: FastifyRequest, reply: FastifyReply, key: string): Promise<void>;
  countFailure(request: FastifyRequest): Promise<void>;
  /** Remembers that the key was good from the request's address. */
  noteSuccess(request: FastifyRequest, key: string): void;
  /** @throws FaceSearchError RATE_LIMITED for a key that called too often */
  countCall(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** Pairs of address and key that are remembered as good. */
const MAX_FAMILIAR = 5000;

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
      keyGenerator: (request) => request.context.caller.keyId,
    });
  const familiar = new Set<string>();
  return {
    async refuseGuessing(request, reply, key) {
      if (!failures || familiar.has(pairOf(request, key))) return;
      const state = await failures(request, { increment: false });
      if (!state.isAllowed && state.remaining === 0) refuse(reply, state.ttlInSeconds);
    },
    async countFailure(request) {
      if (failures) await failures(request);
    },
    noteSuccess(request, key) {
      if (!failures) return;
      const pair = pairOf(request, key);
      // To the end of the set, whose beginning is forgotten first.
      familiar.delete(pair);
      familiar.add(pair);
      for (const oldest of familiar) {
        if (familiar.size <= MAX_FAMILIAR) break;
        familiar.delete(oldest);
      }
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

/** A hash, so that no key stays in memory. */
function pairOf({ ip }: FastifyRequest, key: string): string {
  return createHash('sha256').update(`${ip} ${key}`).digest('base64');
}
