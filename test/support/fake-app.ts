import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { type AppParts, buildApp } from '../../src/app.js';
import { readConfig } from '../../src/config/config.js';
import { Attendance } from '../../src/gallery/attendance.js';
import { createLogger } from '../../src/observability/logging.js';
import type { Caller } from '../../src/persistence/keys/api-key-store.js';
import { allPermissions } from '../../src/persistence/keys/permissions.js';
import { FakeWebhooks } from './fake-webhooks.js';
import { FakeAnalyser, FakeAttendance, FakeGallery } from './fakes.js';
import { client, injectTarget, socketTarget } from './target.js';

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
    [otherKey, { keyId: '2', tenant: 'globex', permissions: allPermissions }],
    [readOnlyKey, { keyId: '3', tenant: 'acme', permissions: ['search' as const] }],
  ]);
  const app = await buildApp({
    config: readConfig(env),
    keys: { callerOf: async (key) => callers.get(key) },
    services: () => ({ gallery, directory: gallery, analyser, model: 'm1', webhooks, attendance }),
    checkReady: async () => {},
    logger: createLogger('trace', sink),
    ...parts,
  });
  const target = injectTarget(app);
  return { app, gallery, analyser, webhooks, lines, target, ...client(target, testKey) };
}

/** The same behind a real socket. */
export async function listeningFakeApp(env: Record<string, string> = {}, parts: Partial<AppParts> = {}) {
  const fake = await fakeApp(env, parts);
  const target = await socketTarget(fake.app);
  onTestFinished(() => target.close());
  return { ...fake, target, ...client(target, testKey) };
}
