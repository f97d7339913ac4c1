import type { FastifyInstance } from 'fastify';
import { admitBodies, type BodyKind } from './admission.js';
import { type AuditTrail, auditCalls } from './audit.js';
import { type KeyLookup, requireKey } from './auth.js';
import type { CallLimits } from './call-limits.js';
import { giveUpAbandoned } from './deadline.js';
import { addExtractCalls } from './extract.js';
import { addPhotoCalls } from './photos.js';
import type { GetRooms } from './rooms.js';
import { addUserCalls } from './users.js';
import { addVectorCalls } from './vectors.js';

/** Path under which the twelve calls live. */
export const basePath = '/vision/ekyc/facesearch/v4';

/** The twelve calls: key first, then whether the server has started and can audit, then the call itself. */
export async function facesearch(
  app: FastifyInstance,
  parts: {
    keys: KeyLookup;
    limits: CallLimits;
    rooms: GetRooms;
    audit: AuditTrail | undefined;
    deadline: number;
    bodies: Record<BodyKind, number>;
  },
): Promise<void> {
  giveUpAbandoned(app, parts.deadline);
  admitBodies(app, parts.bodies);
  requireKey(app, parts.keys, parts.limits);
  app.addHook('onRequest', async () => {
    parts.rooms();
  });
  auditCalls(app, parts.audit);
  addUserCalls(app, parts.rooms);
  addPhotoCalls(app, parts.rooms);
  addVectorCalls(app, parts.rooms);
  addExtractCalls(app, parts.rooms);
}
