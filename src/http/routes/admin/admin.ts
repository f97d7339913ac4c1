import type { FastifyInstance } from 'fastify';
import { FaceSearchError } from '../../../core/errors.js';
import { auditCalls } from '../../plugins/audit.js';
import { giveUpAbandoned } from '../../plugins/deadline.js';
import { type EndpointParts, guardEndpoints } from '../../plugins/guard.js';
import { countByTenant } from '../../plugins/request-metrics.js';
import { accountsRoute, addAccountRoute, changeAccountRoute, removeAccountRoute } from './accounts.js';
import { analyseRoute } from './analyse.js';
import { attendanceFileRoute, attendanceRoute } from './attendance.js';
import { auditRoute } from './audit.js';
import { backupFileRoute, backupsRoute, deleteBackupRoute, startBackupRoute } from './backups.js';
import { candidatesRoute } from './candidates.js';
import { collectionsRoute } from './collections.js';
import { deleteFaceRoute } from './delete-face.js';
import { dismissDuplicateRoute, duplicatesRoute, startDuplicatesRoute } from './duplicates.js';
import { enrolRoute } from './enrol.js';
import { facePhotoRoute } from './face-photo.js';
import { facesRoute } from './faces.js';
import { identifyRoute } from './identify.js';
import { addKeyRoute, keysRoute, revokeKeyRoute } from './keys.js';
import { loadRoute } from './load.js';
import { confirmTotpRoute, offerTotpRoute, ownPasswordRoute, removeTotpRoute } from './own-account.js';
import { deleteCollectionRoute } from './people/delete-collection.js';
import { deleteUsersRoute, restoreUsersRoute } from './people/delete-users.js';
import { exportCsvRoute, exportXlsxRoute } from './people/export-users.js';
import { importUsersRoute } from './people/import-users.js';
import { mergeUsersRoute } from './people/merge-users.js';
import { moveUsersRoute } from './people/move-users.js';
import { renameUserRoute } from './people/rename-user.js';
import { portraitRoute } from './portrait.js';
import { recogniseRoute } from './recognise.js';
import { scaleRoute } from './scale.js';
import { revertScaleRoute, scalesRoute, startCalibrationRoute, writeScaleRoute } from './scales.js';
import { logInRoute, logOutRoute, meRoute } from './session.js';
import { settingsRoute } from './settings.js';
import { statusRoute } from './status.js';
import { nameUnknownRoute, unknownPeopleRoute } from './unknown-people.js';
import { usersRoute } from './users.js';
import { addWebhookRoute, deadLettersRoute, deleteWebhookRoute, retryWebhookRoute, webhooksRoute } from './webhooks.js';

/** Path under which lies what people need beside the twelve endpoints. */
export const adminPath = '/admin/v1';

/** In the order in which the documentation shows them. */
const routes = [
  meRoute,
  logOutRoute,
  ownPasswordRoute,
  offerTotpRoute,
  confirmTotpRoute,
  removeTotpRoute,
  accountsRoute,
  addAccountRoute,
  changeAccountRoute,
  removeAccountRoute,
  keysRoute,
  addKeyRoute,
  revokeKeyRoute,
  auditRoute,
  settingsRoute,
  statusRoute,
  loadRoute,
  scaleRoute,
  scalesRoute,
  startCalibrationRoute,
  writeScaleRoute,
  revertScaleRoute,
  backupsRoute,
  startBackupRoute,
  backupFileRoute,
  deleteBackupRoute,
  collectionsRoute,
  usersRoute,
  facesRoute,
  deleteFaceRoute,
  facePhotoRoute,
  portraitRoute,
  exportCsvRoute,
  exportXlsxRoute,
  importUsersRoute,
  renameUserRoute,
  mergeUsersRoute,
  moveUsersRoute,
  deleteUsersRoute,
  restoreUsersRoute,
  deleteCollectionRoute,
  enrolRoute,
  candidatesRoute,
  identifyRoute,
  unknownPeopleRoute,
  nameUnknownRoute,
  duplicatesRoute,
  startDuplicatesRoute,
  dismissDuplicateRoute,
  analyseRoute,
  recogniseRoute,
  attendanceRoute,
  attendanceFileRoute,
  webhooksRoute,
  addWebhookRoute,
  deleteWebhookRoute,
  retryWebhookRoute,
  deadLettersRoute,
];

/** Endpoints for people and their tools, with the keys, tenants and limits of the twelve; docs/admin-api.md. */
export async function admin(app: FastifyInstance, parts: EndpointParts): Promise<void> {
  guardEndpoints(app, parts);
  acceptJson(app);
  // Looking things up is no work of the tenant's: a console that watches would count itself.
  countByTenant(app, parts.counts, ({ method }) => method !== 'GET');
  for (const route of routes) route(app.withTypeProvider(), parts);
}

/** The endpoint that begins a session. Its body has what others have in a header. */
export async function logIn(app: FastifyInstance, parts: EndpointParts): Promise<void> {
  giveUpAbandoned(app, parts.config.REQUEST_DEADLINE);
  auditCalls(app, parts.audit);
  acceptJson(app);
  logInRoute(app.withTypeProvider(), parts);
}

/** Bodies are JSON; whatever else comes is answered like other wrong input. */
function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Some clients say the type of a body that they do not send.
    if (request.method === 'GET') return done(null);
    const refuseBroken = (error: Error | null, value?: unknown) =>
      done(error && new FaceSearchError('BAD_INPUT', 'json-malformed'), value);
    // Its type allows a promise in place of the callback, which the parser never makes.
    void parse(request, body, refuseBroken);
  });
  app.addContentTypeParser('*', (request, _body, done) =>
    done(request.method === 'GET' ? null : new FaceSearchError('BAD_INPUT', 'json-type')),
  );
}
