import { expect, it } from 'vitest';
import { allReasons } from '../../../../src/core/errors.js';
import { basePath } from '../../../../src/http/routes/v4/v4.js';
import { fakeApp, readOnlyKey, testKey } from '../../../support/fake-app.js';
import { faceOf } from '../../../support/fakes.js';
import { field, file, form } from '../../../support/multipart.js';
import { document, documented, type Endpoint, endpoints, request, routes, sampleOf } from '../../endpoints.js';
import { expectConforming } from './conforming.js';

const get = async (path: string, env: Record<string, string> = {}) =>
  (await fakeApp(env)).target.send({ method: 'GET', path, absolute: true });

it('the document describes every endpoint and the probes, and only what exists', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(documented.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
    routes.filter((route) => !/^GET \/($|openapi\.json$|(console|docs)\b)/.test(route)).sort(),
  );
  const ids = documented.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

it('a route without a description cannot be added', async () => {
  const { app } = await fakeApp();
  expect(() => app.get('/undescribed', async () => 'x')).toThrow('GET /undescribed has no description.');
});

it.each(endpoints)('$method $path answers its sample as described', async (endpoint) => {
  const { target, gallery } = await fakeApp();
  const acme = { tenant: 'acme', collection: 'staff' };
  await gallery.saveUser(acme, { id: 'u1', name: 'Mai' });
  await gallery.addFace(acme, 'u1', faceOf(1));
  const answer = await target.send({ ...sampleOf(endpoint), headers: { api_key: testKey } });
  expect(answer.json.code).toBe(codeOf(endpoint));
  expectConforming({ ...endpoint, absolute: true }, answer);
});

it('the examples of the document are replies as described', () => {
  for (const { method, path, operation } of documented) {
    for (const [status, { content }] of Object.entries(operation.responses)) {
      const examples = Object.values(content['application/json']?.examples ?? {});
      if (content['application/json']) expect(examples.length, `${method} ${path} ${status}`).toBeGreaterThan(0);
      for (const example of examples)
        expectConforming({ method, path, absolute: true }, { status: Number(status), json: resolved(example).value });
    }
  }
});

/** Of a kept photo there is none; a list as a file is no JSON. */
function codeOf({ path }: Endpoint): string | undefined {
  if (path.endsWith('/file')) return undefined;
  // A request with a key has no session, and there is no console user and no key.
  return /\/photo$|\/me\/|\{account\}|\{key\}/.test(path) ? '404' : '200';
}

function resolved(example: { value: unknown } | { $ref: string }): { value: unknown } {
  if (!('$ref' in example)) return example;
  const { components } = document as unknown as { components: { examples: Record<string, { value: unknown }> } };
  return components.examples[example.$ref.split('/').at(-1) ?? ''] ?? { value: undefined };
}

it.each(endpoints)('the example of $method $path succeeds once the examples of a person are sent', async (endpoint) => {
  const { target } = await fakeApp();
  const send = (one: Endpoint) => target.send({ ...exampleOf(one), headers: { api_key: testKey } });
  for (const path of ['/create', '/add', '/add_vector'])
    for (const one of endpoints) if (one.path === basePath + path) await send(one);
  expect((await send(endpoint)).json.code).toBe(codeOf(endpoint));
});

/** What a viewer sends as it is opened, and a photo where it has to be chosen. */
function exampleOf({ method, path, operation: { parameters = [], requestBody } }: Endpoint) {
  const query = parameters.flatMap(({ name, example, ...rest }) =>
    rest.in === 'query' && example !== undefined ? [[name, String(example)] as [string, string]] : [],
  );
  const { 'multipart/form-data': multipart, 'application/json': json } = requestBody?.content ?? {};
  const parts = Object.entries(multipart?.schema.properties ?? {}).flatMap(
    ([name, { type, format, example, default: given }]) => {
      if (format === 'binary') return [file('cos:1')];
      if (type === 'array') return [file('cos:1'), file('cos:1')].map((part) => ({ ...part, name }));
      return (example ?? given) === undefined ? [] : [field(name, String(example ?? given))];
    },
  );
  return request(
    { method, path },
    {
      query: `?${new URLSearchParams(query)}`,
      ...(multipart && { parts }),
      ...(json && { json: json.example as object }),
    },
  );
}

it('the document says of a form what the server checks', async () => {
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

it('the document has a reason for each field that may be missing', async () => {
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

it('the check refuses a reply that does not conform to the document', () => {
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

it.each(['business', 'mirror'] as const)('every refusal conforms to the document with HTTP_STATUS=%s', async (mode) => {
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

it('the viewer at /docs loads nothing from another host', async () => {
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
