import type { FastifyInstance } from 'fastify';
import { expect, it } from 'vitest';
import { allReasons } from '../../../../src/core/errors.js';
import { basePath } from '../../../../src/http/routes/v4/v4.js';
import { fakeApp, readOnlyKey } from '../../../support/fake-app.js';
import { field, file, form } from '../../../support/multipart.js';
import { calls } from '../../calls.js';
import { expectConforming } from './conforming.js';

const get = async (path: string, env: Record<string, string> = {}) =>
  (await fakeApp(env)).target.send({ method: 'GET', path, absolute: true });

it('documents the twelve calls, the admin API and the probes, and only what exists', async () => {
  const { app } = await fakeApp();
  const document = (await app.inject('/openapi.json')).json();
  expect(document.openapi).toBe('3.1.0');
  const documented = Object.entries(document.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  for (const route of documented) {
    const [method, url] = route.split(' ') as ['GET' | 'POST' | 'DELETE', string];
    expect(app.hasRoute({ method, url: url.replace(/\{(\w+)\}/g, ':$1') }), route).toBe(true);
  }
  for (const { method, path } of calls) expect(documented).toContain(`${method} ${basePath}${path}`);
  expect(documented).toEqual(expect.arrayContaining(['GET /health', 'GET /ready']));
  const underAdmin = routesOf(app).filter((route) => route.includes(' /admin/'));
  expect(underAdmin.length).toBeGreaterThan(7);
  expect(documented).toEqual(expect.arrayContaining(underAdmin));
  const ids = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
    (methods) => Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

/** `METHOD /path` of every route, parameters as the document writes them. Fastify prints them as a tree, without what a branch begins with. */
function routesOf(app: FastifyInstance): string[] {
  const begun: string[] = [];
  const lines = app.printRoutes({ commonPrefix: false }).trim().split('\n');
  return lines.flatMap((line) => {
    const [, indent = '', name = '', methods = ''] = /^(.*)── (\S+) \((.*)\)$/.exec(line) ?? [];
    const depth = Math.floor(indent.length / 4);
    begun.splice(depth, begun.length, name);
    const path = begun.join('').replace(/:(\w+)/g, '{$1}');
    return methods
      .split(', ')
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method} ${path}`);
  });
}

it('says of a form what the server checks', async () => {
  const { app } = await fakeApp();
  const { paths } = (await app.inject('/openapi.json')).json();
  const { schema } = paths[`${basePath}/search`].post.requestBody.content['multipart/form-data'];
  expect(schema).toMatchObject({
    required: ['file'],
    properties: {
      threshold: { type: 'number', minimum: 0, maximum: 1, default: 0.85 },
      create: { type: 'boolean', default: false },
      file: { type: 'string', format: 'binary' },
    },
  });
});

it('has a reason for each field that may be missing', async () => {
  const { app } = await fakeApp();
  const { paths } = (await app.inject('/openapi.json')).json();
  interface Operation {
    requestBody?: { content: Record<string, { schema: { required?: string[] } }> };
  }
  const operations = Object.values<Record<string, Operation>>(paths).flatMap((methods) => Object.values(methods));
  const required = new Set(
    operations.flatMap(({ requestBody }) => requestBody?.content['multipart/form-data']?.schema.required ?? []),
  );
  expect(required.size).toBeGreaterThan(3);
  const reasons = allReasons().map(({ reason }) => reason as string);
  for (const name of required) expect(reasons).toContain(`missing-${name}`);
});

it('refuses what does not conform', () => {
  const search = { method: 'POST', path: '/search' };
  expectConforming(search, { status: 200, json: { data: 'Not found', code: '404', reason: 'not-found' } });
  for (const reply of [
    { status: 200, json: { data: 'not found', code: '404', reason: 'not-found' } },
    { status: 200, json: { data: 'Not found', code: '404' } },
    { status: 200, json: { data: 'Not found', code: '404', reason: 'no-face' } },
    { status: 200, json: { data: 'Not found', code: 404, reason: 'not-found' } },
    { status: 200, json: { data: { id: 'u1', name: 'Mai' }, code: '200' } },
    { status: 418, json: { data: 'Not found', code: '404', reason: 'not-found' } },
  ])
    expect(() => expectConforming(search, reply)).toThrow();
});

it.each(['business', 'mirror'] as const)('every refusal conforms, HTTP_STATUS=%s', async (mode) => {
  const { target, post } = await fakeApp({ HTTP_STATUS: mode, BODY_LIMIT: '10000' });
  const search = { method: 'POST', path: '/search' } as const;
  const codes = new Set<unknown>();
  for (const word of ['cos:1', 'none', 'many', 'card', 'masked', 'broken', 'busy', 'crash', 'x'.repeat(20_000)]) {
    const answer = await post('/search', file(word));
    expectConforming(search, answer, mode);
    codes.add(answer.json.code);
  }
  const created = await post('/search', file('cos:0.1'), field('create', 'true'));
  expectConforming(search, created, mode);
  for (const key of [readOnlyKey, 'wrong', '']) {
    const body = form(file('cos:0.5'), field('create', 'true'));
    const answer = await target.send({ ...search, headers: { api_key: key }, body });
    expectConforming(search, answer, mode);
    codes.add(answer.json.code);
  }
  expect([...codes].sort()).toEqual(['400', '401', '403', '404', '406', '407', '410', '412', '413', '500', '503']);
});

it('shows a viewer at /docs that loads nothing from elsewhere', async () => {
  for (const path of ['/docs', '/docs/']) {
    const { status, text, headers } = await get(path);
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    const links = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link as string);
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      const url = new URL(link, 'http://server/docs/');
      expect(url.origin).toBe('http://server');
      expect((await get(url.pathname)).status, link).toBe(200);
    }
  }
  expect((await get('/docs/json')).json).toEqual((await get('/openapi.json')).json);
  expect((await get('/docs/static/nothing.js')).json).toEqual({
    data: 'Unknown route',
    code: '404',
    reason: 'unknown-route',
  });
});
