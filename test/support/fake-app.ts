import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { openLogins } from '../../src/accounts/logins.js';
import type { SessionKeys } from '../../src/accounts/sessions.js';
import { type AppParts, buildApp } from '../../src/app.js';
import { readConfig, sessionRulesOf } from '../../src/config/config.js';
import { Attendance } from '../../src/gallery/attendance.js';
import { createLogger } from '../../src/observability/logging.js';
import type { Caller, CallerStore } from '../../src/persistence/keys/api-key-store.js';
import { allPermissions, tenantPermissions } from '../../src/persistence/keys/permissions.js';
import { openDatabase } from '../../src/persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { FakeWebhooks } from './fake-webhooks.js';
import { FakeAnalyser, FakeAttendance, FakeGallery } from './fakes.js';
import { client, injectTarget, socketTarget } from './target.js';

/** Compiled by `npm run build`. */
export const passwordWorker = new URL('../../dist/src/accounts/password-worker.js', import.meta.url);

/** Also that of the operator. */
export const testKey = 'key-of-acme';
export const otherKey = 'key-of-globex';
/** Of acme, too. */
export const readOnlyKey = 'key-of-acme-to-read';

/** An app with fakes below its HTTP layer, closed when the test ends. */
export async function fakeApp(env: Record<string, string> = {}, parts: Partial<AppParts> = {}) {
  const fake = await buildFakeApp(env, parts);
  onTestFinished(() => fake.app.close());
  return fake;
}

/** The same, which the caller closes. */
export async function buildFakeApp(env: Record<string, string> = {}, parts: Partial<AppParts> = {}) {
  const gallery = new FakeGallery();
  const analyser = new FakeAnalyser();
  const webhooks = new FakeWebhooks();
  const logger = { info: () => {}, error: () => {} };
  const attendance = new Attendance({ store: new FakeAttendance(), days: 90, timeZone: 'UTC', logger });
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const callers = new Map<string, Caller>([
    [testKey, { keyId: '1', tenant: 'acme', permissions: allPermissions }],
    [otherKey, { keyId: '2', tenant: 'globex', permissions: tenantPermissions }],
    [readOnlyKey, { keyId: '3', tenant: 'acme', permissions: ['search' as const] }],
  ]);
  const config = readConfig(env);
  const keys = fakeKeys(callers);
  const logins = openLogins(lazyStore(), keys, sessionRulesOf(config), passwordWorker);
  const app = await buildApp({
    config,
    keys,
    logins,
    services: () => ({ gallery, directory: gallery, analyser, model: 'm1', webhooks, attendance }),
    checkReady: async () => {},
    logger: createLogger('trace', sink),
    ...parts,
  });
  app.addHook('onClose', () => logins.close());
  const target = injectTarget(app);
  return { app, gallery, analyser, webhooks, lines, target, ...client(target, testKey) };
}

/** Keys of which nothing is stored. */
function fakeKeys(callers: ReadonlyMap<string, Caller>): SessionKeys {
  return {
    callerOf: async (key) => callers.get(key),
    checkOf: () => undefined,
    callerOfSession: async (id) => [...callers.values()].find(({ keyId }) => keyId === id),
  };
}

/** Keys, console users and sessions, in a database that is made when a test asks for one of them. */
function lazyStore(): CallerStore {
  let store: SqliteStore | undefined;
  const opened = () => {
    if (store) return store;
    const folder = mkdtempSync(join(tmpdir(), 'facesearch-accounts-'));
    const made = SqliteStore.over(openDatabase(join(folder, 'facesearch.sqlite')));
    onTestFinished(async () => {
      await made.close();
      rmSync(folder, { recursive: true });
    });
    store = made;
    return made;
  };
  return new Proxy({} as CallerStore, {
    get(_, name: keyof CallerStore) {
      const member = opened()[name];
      return typeof member === 'function' ? member.bind(opened()) : member;
    },
  });
}

/** The same behind a real socket. */
export async function listeningFakeApp(env: Record<string, string> = {}, parts: Partial<AppParts> = {}) {
  const fake = await fakeApp(env, parts);
  const target = await socketTarget(fake.app);
  onTestFinished(() => target.close());
  return { ...fake, target, ...client(target, testKey) };
}
