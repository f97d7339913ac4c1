import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RouteParts } from '../route.js';
import { type AuditTrail, auditCalls } from './audit.js';
import { type CallerLookup, requireKey } from './auth.js';
import { giveUpAbandoned } from './deadline.js';

/** What endpoints that need a key are made of. */
export interface EndpointParts extends RouteParts, Omit<CallerLookup, 'logins'> {
  audit: AuditTrail | undefined;
}

/** Every endpoint of this scope: key first, then whether the server has started and can audit, then the endpoint itself. */
export function guardEndpoints(app: FastifyInstance, parts: EndpointParts): void {
  const { config, services, audit } = parts;
  giveUpAbandoned(app, config.REQUEST_DEADLINE);
  requireKey(app, parts);
  app.addHook('onRequest', async () => {
    services();
  });
  auditCalls(app, audit);
  // As it came, and where it passes the checks as they read it.
  app.addHook('preValidation', async (request) => noteSubject(request));
  app.addHook('preHandler', async (request) => noteSubject(request));
}

/** Whose data the request is about, for the audit log. */
function noteSubject({ context, query, body, routeOptions: { schema } }: FastifyRequest): void {
  const { collection, id }: Record<string, unknown> = {
    ...(schema?.querystring ? (query as object) : {}),
    ...(body as object | undefined),
  };
  context.subject = {
    ...(typeof collection === 'string' && { collection }),
    ...(typeof id === 'string' && { userId: id }),
  };
}
