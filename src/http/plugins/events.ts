import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { NewEvent } from '../../persistence/webhooks/webhook-store.js';
import type { GetServices } from '../services.js';

/** Refusals of a photo, by their rows of the table of errors; of BAD_INPUT those that are about an image. */
const photoRefusals = new Set(['NO_FACE', 'MANY_FACES', 'NOT_FULL_FACE', 'NOT_LIVE', 'ID_CARD']);

/**
 * Puts into the outbox what searches found and which photos were refused, before the reply leaves. What changes people
 * announces itself, in the transaction of the change. A search is answered also when the outbox cannot be written.
 */
export function announceResults(app: FastifyInstance, services: GetServices): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    const event = eventOf(request);
    if (event) {
      await services()
        .webhooks.publish(event)
        .catch((err: unknown) => request.log.error({ err }, 'an event of a search is lost: the outbox failed'));
    }
    return payload;
  });
}

function eventOf({ context, routeOptions }: FastifyRequest): NewEvent | undefined {
  const { knownCaller: caller, subject, duplicate, refusal, reply } = context;
  if (!caller) return undefined;
  const event = (type: NewEvent['type'], data: object): NewEvent => ({
    tenant: caller.tenant,
    type,
    data: { collection: subject.collection ?? '', ...data },
  });
  if (duplicate) {
    const { kind, isRefused, id, name, similarity } = duplicate;
    return event('duplicate', { id: subject.userId, kind, refused: isRefused, other: { id, name, similarity } });
  }
  if (refusal) {
    const { errorName, reason } = refusal;
    if (errorName === 'NOT_FOUND') return event('no_match', {});
    if (!photoRefusals.has(errorName) && !reason.startsWith('image-')) return undefined;
    const endpoint = routeOptions.url?.split('/').at(-1) ?? '';
    const id = subject.userId;
    return event('refused', { endpoint, code: reply?.code, reason, ...(id !== undefined && { id }) });
  }
  const found = candidateOf(reply?.data);
  if (found) return event('match', found);
  const near = candidateOf(reply?.extra_data);
  return near && event('no_match', { near });
}

/** Whom a search found; nothing of what other endpoints answer. */
function candidateOf(data: unknown): { id: string; name: string; similarity: number } | undefined {
  const { id, name, similarity } = (data ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof similarity !== 'number') return undefined;
  return { id, name, similarity };
}
