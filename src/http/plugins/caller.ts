import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../persistence/store.js';

/** Whose key the request came with. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('a call was reached without a key');
  return request.caller;
}
