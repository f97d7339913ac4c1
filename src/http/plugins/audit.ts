import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';
import type { AuditEntry } from '../../observability/audit/audit-entry.js';
import type { ReplyBody } from './replies.js';

/** Where lines about calls go. */
export interface AuditTrail {
  /** False while a line would have to wait; then no call may begin. */
  readonly isWritable: boolean;
  /** Resolves when the line is written, or is known to have to wait. */
  append(entry: AuditEntry): Promise<void>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose data the call is about, as far as it was read. */
    subject: { collection?: string; userId?: string } | null;
    /** Whom the reply names: found or enrolled. */
    named: Pick<AuditEntry, 'foundId' | 'createdId'> | null;
    /** Begun while the audit log could be written. */
    isAudited: boolean;
  }
}

/**
 * Writes a line about each call that came with a known key, before its reply leaves. After the key was checked, and
 * before any work is done, a call is refused while the log cannot be written.
 */
export function auditCalls(app: FastifyInstance, audit: AuditTrail | undefined): void {
  app.decorateRequest('subject', null);
  app.decorateRequest('named', null);
  app.decorateRequest('isAudited', false);
  if (!audit) return;

  app.addHook('onRequest', async (request) => {
    if (!audit.isWritable) throw new FaceSearchError('AUDIT_UNAVAILABLE');
    request.isAudited = true;
  });

  app.addHook('preSerialization', async (request, _reply, payload) => {
    request.named = namedIn(payload as ReplyBody);
    return payload;
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { caller } = request;
    // What is refused while no line can be written must not fill the memory with lines that wait.
    if (caller && (request.isAudited || audit.isWritable)) {
      const code = request.outcome ?? String(reply.statusCode);
      await audit.append({
        requestId: request.id,
        tenant: caller.tenant,
        keyId: caller.keyId,
        call: callOf(request),
        ...request.subject,
        ...request.named,
        code,
        // What /analyse says that a photo would be refused for is no refusal.
        reason: code === '200' ? undefined : (request.reason ?? undefined),
        ms: Math.round(reply.elapsedTime),
      });
    }
    return payload;
  });
}

function namedIn({ data, extra_data }: ReplyBody): FastifyRequest['named'] {
  const shown = (data ?? extra_data) as { id?: unknown; new?: unknown } | undefined;
  if (typeof shown?.id !== 'string') return null;
  return shown.new === true ? { createdId: shown.id } : { foundId: shown.id };
}

/** The name of one of the twelve calls; method and route of another. */
function callOf({ method, routeOptions: { url = 'unknown' } }: FastifyRequest): string {
  return url.startsWith('/admin/') ? `${method} ${url}` : (url.split('/').at(-1) as string);
}
