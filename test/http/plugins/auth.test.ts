import { expect, it } from 'vitest';
import { pathOfV2 } from '../../../src/http/routes/v2/v2.js';
import { fakeApp, listeningFakeApp, otherKey, testKey } from '../../support/fake-app.js';
import { field, file, form } from '../../support/multipart.js';
import { documented, endpoints, routes, sampleOf } from '../endpoints.js';

it.each(endpoints)('$method $path asks for a key before anything else', async (endpoint) => {
  const { target } = await fakeApp();
  const withHeaders = (headers: Record<string, string>) =>
    target.send({ ...sampleOf(endpoint), body: form(), headers });
  const code = endpoint.path.startsWith(`${pathOfV2}/`) ? '400' : '412';
  const missing = { data: 'Missing api_key', code, reason: 'missing-api-key' };
  expect(await withHeaders({})).toMatchObject({ status: 200, json: missing });
  expect(await withHeaders({ api_key: '' })).toMatchObject({ status: 200, json: missing });
  expect(await withHeaders({ api_key: 'wrong' })).toMatchObject({
    status: 401,
    json: { data: 'Unknown api_key', code: '401', reason: 'unknown-key' },
  });
});

it('only pages, the document and the probes need no key, and the document says so', async () => {
  const keyed = endpoints.map(({ method, path }) => `${method} ${path}`);
  const keyless = routes.filter((route) => !keyed.includes(route) && !/^GET \/(console|docs)\b/.test(route));
  const logIn = 'POST /admin/v1/session';
  const withCookie = 'DELETE /admin/v1/session';
  expect(keyless.sort()).toEqual([withCookie, 'GET /', 'GET /health', 'GET /openapi.json', 'GET /ready', logIn]);
  for (const { method, path, operation } of documented)
    expect([path, operation.security]).toEqual([
      path,
      [...keyed, withCookie].includes(`${method} ${path}`) ? undefined : [],
    ]);
});

it('the key may come in both spellings of the header, in any case', async () => {
  const { target } = await listeningFakeApp();
  for (const name of ['api_key', 'api-key', 'API_KEY', 'Api-Key'])
    expect((await target.send({ method: 'GET', path: '/list', headers: { [name]: testKey } })).json.code).toBe('200');
});

it('a client that sends a large body without a key gets a reply', async () => {
  const { target } = await listeningFakeApp();
  const body = form(file(Buffer.alloc(8_000_000)));
  expect((await target.send({ method: 'POST', path: '/search', body })).json.code).toBe('412');
  const headers = { api_key: 'wrong' };
  expect((await target.send({ method: 'POST', path: '/search', headers, body })).status).toBe(401);
});

it('a key sees only its own tenant', async () => {
  const { target, post, get } = await fakeApp();
  await post('/create', field('id', 'u1'), field('name', 'Mai'));
  await post('/add', field('id', 'u1'), file('cos:1'));
  const headers = { api_key: otherKey };
  expect((await target.send({ method: 'GET', path: '/list', headers })).json.data).toEqual([]);
  for (const [method, path] of [
    ['POST', '/search'],
    ['DELETE', '/delete'],
    ['DELETE', '/delete_faces'],
    ['DELETE', '/delete_collection'],
  ] as const) {
    const body = form(field('collection', ''), field('id', 'u1'), file('cos:1'));
    expect((await target.send({ method, path, headers, body })).json.code).toBe('404');
  }
  expect((await get('/list')).json.data).toHaveLength(1);
});
