import { afterEach, expect, it, vi } from 'vitest';
import { Sessions } from '../../../src/accounts/sessions.js';
import { readConfig, sessionRulesOf } from '../../../src/config/config.js';
import { createKey, KeyRing, parseApiKeys } from '../../../src/persistence/keys/api-keys.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { fakeApp, otherKey, testKey } from '../../support/fake-app.js';
import { field, form } from '../../support/multipart.js';
import type { Target } from '../../support/target.js';

afterEach(() => void vi.useRealTimers());

const session = '/admin/v1/session';
const ours = { 'x-requested-with': 'console' };

const logIn = (target: Target, body: object, headers: Record<string, string> = ours) =>
  target.send({
    method: 'POST',
    path: session,
    absolute: true,
    headers: { ...headers },
    body: { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) },
  });

/** What a browser would send back. */
const cookieOf = ({ headers }: { headers: Record<string, unknown> }) =>
  String(headers['set-cookie']).split(';')[0] ?? '';

const get = (target: Target, path: string, headers: Record<string, string>) =>
  target.send({ method: 'GET', path: `/admin/v1${path}`, absolute: true, headers });

it('a key begins a session, whose cookie stands for it until the log-out', async () => {
  const { target } = await fakeApp();
  const answer = await logIn(target, { key: testKey });
  expect(answer.json).toMatchObject({ code: '200', data: { tenant: 'acme', keyId: '1', account: null } });
  expect(answer.headers['set-cookie']).toMatch(
    /^facesearch-session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  expect(answer.text).not.toContain(testKey);
  const cookie = cookieOf(answer);
  const me = await get(target, '/me', { cookie: `theme=dark; ${cookie}` });
  expect(me.json.data).toMatchObject({ tenant: 'acme', session: { expires: expect.any(String) } });
  const out = await target.send({ method: 'DELETE', path: session, absolute: true, headers: { cookie, ...ours } });
  expect(out.headers['set-cookie']).toMatch(/^facesearch-session=; Path=\/; Max-Age=0;/);
  expect(await get(target, '/me', { cookie })).toMatchObject({ status: 401, json: { reason: 'session-ended' } });
});

it('over HTTPS, that of a trusted proxy included, the cookie is for HTTPS and this host alone', async () => {
  const trusting = await fakeApp({ TRUST_PROXY: '127.0.0.1' });
  const forwarded = { ...ours, 'x-forwarded-proto': 'https' };
  const answer = await logIn(trusting.target, { key: testKey }, forwarded);
  expect(answer.headers['set-cookie']).toMatch(
    /^__Host-facesearch-session=[\w-]+; Path=\/; .*; SameSite=Strict; Secure$/,
  );
  const cookie = cookieOf(answer);
  expect((await get(trusting.target, '/me', { cookie, 'x-forwarded-proto': 'https' })).status).toBe(200);
  const other = await fakeApp();
  expect((await logIn(other.target, { key: testKey }, forwarded)).headers['set-cookie']).not.toContain('Secure');
});

it('another site can do nothing with the cookie', async () => {
  const { target, gallery } = await fakeApp({ CORS_ORIGIN: 'https://evil.example' });
  const cookie = cookieOf(await logIn(target, { key: testKey }));
  const create = (headers: Record<string, string>) =>
    target.send({
      method: 'POST',
      path: '/create',
      headers: { cookie, ...headers },
      body: form(field('id', 'u1'), field('name', 'Mai')),
    });
  const crossSite = { status: 403, json: { reason: 'cross-site' } };
  // A form of another page: it cannot add a header.
  expect(await create({})).toMatchObject(crossSite);
  expect(await create({ ...ours, 'sec-fetch-site': 'same-site' })).toMatchObject(crossSite);
  expect(await get(target, '/me', { cookie, 'sec-fetch-site': 'cross-site' })).toMatchObject(crossSite);
  expect(await logIn(target, { key: testKey }, {})).toMatchObject(crossSite);
  expect(gallery.photos).toEqual([]);
  const preflight = await target.send({
    method: 'OPTIONS',
    path: '/create',
    headers: {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-requested-with',
    },
  });
  expect(preflight.headers['access-control-allow-headers']).not.toContain('x-requested-with');
  expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
  expect((await create({ ...ours, 'sec-fetch-site': 'same-origin' })).json.code).toBe('200');
});

it('a session reaches its own tenant only, and a key beside it goes first', async () => {
  const { target, post } = await fakeApp();
  await post('/create', field('id', 'u1'), field('name', 'Mai'));
  const cookie = cookieOf(await logIn(target, { key: otherKey }));
  expect((await get(target, '/users', { cookie })).json.data).toMatchObject({ total: 0 });
  expect((await get(target, '/users', { cookie, api_key: testKey })).json.data).toMatchObject({ total: 1 });
  expect((await get(target, '/users', { cookie, api_key: 'wrong' })).status).toBe(401);
});

it('a wrong key begins no session, and too many of them are refused', async () => {
  const { target } = await fakeApp({ FAILED_KEY_LIMIT: '2' });
  expect(await logIn(target, { key: 'wrong' })).toMatchObject({ status: 401, json: { reason: 'unknown-key' } });
  expect((await logIn(target, { key: 'wrong' })).headers['set-cookie']).toBeUndefined();
  expect(await logIn(target, { key: 'wrong' })).toMatchObject({ status: 429 });
});

/** Sessions over a real store, with a configured key and a stored one. */
async function storedSessions(apiKeys = 'globex:configured-secret') {
  const path = `${await temporaryFolder()}/facesearch.sqlite`;
  let store = await SqliteStore.open(path);
  const key = await createKey(store, { tenant: 'acme' });
  const over = (keys: string) => {
    const ring = new KeyRing(store, parseApiKeys(keys));
    return new Sessions(store, ring, sessionRulesOf(readConfig({ SESSION_IDLE_MINUTES: '30', SESSION_HOURS: '1' })));
  };
  const restart = async (keys: string) => {
    await store.close();
    store = await SqliteStore.open(path);
    return over(keys);
  };
  return { sessions: over(apiKeys), key, restart, store: () => store };
}

it('a session survives a restart, and ends with its key', async () => {
  const { sessions, key, restart, store } = await storedSessions();
  const stored = await sessions.openByKey(key);
  const configured = await sessions.openByKey('configured-secret');
  const tenants = async (from: Sessions) => {
    const callers = [await from.callerOf(stored?.token ?? ''), await from.callerOf(configured?.token ?? '')];
    return callers.map((caller) => caller?.tenant);
  };
  expect(await tenants(sessions)).toEqual(['acme', 'globex']);
  // The configured key now stands elsewhere in the list.
  expect(await tenants(await restart('other:x,globex:configured-secret'))).toEqual(['acme', 'globex']);
  expect(await tenants(await restart('globex:another-secret'))).toEqual(['acme', undefined]);
  const last = await restart('globex:configured-secret');
  await store().revokeKey(1);
  expect(await tenants(last)).toEqual([undefined, 'globex']);
  await store().close();
});

it('a session ends after its rest, and after its time however busy', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { sessions, key, store } = await storedSessions();
  const { token = '' } = (await sessions.openByKey(key)) ?? {};
  const after = async (minutes: number) => {
    vi.setSystemTime(Date.now() + minutes * 60_000);
    return (await sessions.callerOf(token))?.tenant;
  };
  expect(await after(29)).toBe('acme');
  expect(await after(29)).toBe('acme');
  expect(await after(3)).toBeUndefined();
  const { token: next = '' } = (await sessions.openByKey(key)) ?? {};
  vi.setSystemTime(Date.now() + 31 * 60_000);
  expect(await sessions.callerOf(next)).toBeUndefined();
  await store().close();
});
