import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';
import type { AuditEntry } from '../../observability/audit/audit-entry.js';
import { nameInV4 } from '../endpoint-name.js';
import type { ReplyBody } from '../replies.js';

/** Where lines about calls go. */
export interface AuditTrail {
  /** False while a line would have to wait; then no call may begin. */
  readonly isWritable: boolean;
  /** Resolves when the line is written, or is known to have to wait. */
  append(entry: AuditEntry): Promise<void>;
}

/**
 * Writes a line about each call that came with a known key, before its reply leaves. After the key was checked, and
 * before any work is done, a call is refused while the log cannot be written.
 */
export function auditCalls(app: FastifyInstance, audit: AuditTrail | undefined): void {
  if (!audit) return;

  app.addHook('onRequest', async (request) => {
    if (!audit.isWritable) throw new FaceSearchError('AUDIT_UNAVAILABLE');
    request.context.isAudited = true;
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { knownCaller: caller, isAudited, subject, overruled, duplicate, reply: body } = request.context;
    // What is refused while no line can be written must not fill the memory with lines that wait.
    if (caller && (isAudited || audit.isWritable)) {
      const { code, reason } = body ?? {};
      await audit.append({
        requestId: request.id,
        tenant: caller.tenant,
        keyId: caller.keyId,
        call: callOf(request),
        ...subject,
        ...namedIn(body),
        code: code ?? String(reply.statusCode),
        reason,
        ...(overruled.length > 0 && { overruled }),
        ...(duplicate && { duplicate: duplicate.kind, duplicateOf: duplicate.id }),
        ms: Math.round(reply.elapsedTime),
      });
    }
    return payload;
  });
}

/** Whom the reply names: found or enrolled. */
function namedIn(body: ReplyBody | undefined): Pick<AuditEntry, 'foundId' | 'createdId'> {
  type Shown = { id?: unknown; new?: unknown; person?: Shown } | undefined;
  const data = (body?.data ?? body?.extra_data) as Shown;
  const shown = data?.person ?? data;
  if (typeof shown?.id !== 'string') return {};
  return shown.new === true ? { createdId: shown.id } : { foundId: shown.id };
}

/** The name of an endpoint of version 4; method and route of another. */
function callOf({ method, routeOptions: { url = 'unknown' } }: FastifyRequest): string {
  return nameInV4(url) ?? `${method} ${url}`;
}
