import { request } from 'node:http';
import { expect, it } from 'vitest';
import { basePath } from '../../../src/http/routes/v4/v4.js';
import type { AuditEntry } from '../../../src/observability/audit/audit-entry.js';
import { fakeApp, listeningFakeApp, otherKey, readOnlyKey, testKey } from '../../support/fake-app.js';
import { faceOf } from '../../support/fakes.js';
import { field, file, form } from '../../support/multipart.js';
import { codeOf, endpoints, sampleOf } from '../endpoints.js';

class FakeTrail {
  isWritable = true;
  readonly entries: AuditEntry[] = [];

  async append(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
  }
}

async function auditedApp(env: Record<string, string> = {}) {
  const audit = new FakeTrail();
  return { audit, ...(await fakeApp(env, { audit })) };
}

const staff = field('collection', 'staff');
const vector = JSON.stringify([...faceOf(1)]);
const photo = 'cos:1\0pixels-of-a-face';
const all = [staff, field('id', 'u1'), field('name', 'name-Mai'), field('vector', vector), file(photo, 'mai.jpg')];

it('the audit log has a line for each endpoint: who, what, whose data, result', async () => {
  const { audit, target, gallery } = await auditedApp();
  for (const endpoint of endpoints) {
    const { method, path, operation } = endpoint;
    const acme = { tenant: 'acme', collection: 'staff' };
    await gallery.saveUser(acme, { id: 'u1', name: 'Mai' });
    await gallery.addFace(acme, 'u1', faceOf(1));
    const answer = await target.send({ ...sampleOf(endpoint), headers: { api_key: testKey } });
    const names = fieldsOf(operation);
    expect(audit.entries.at(-1)).toMatchObject({
      requestId: answer.headers['x-request-id'],
      tenant: 'acme',
      keyId: '1',
      call: path.startsWith(`${basePath}/`) ? path.split('/').at(-1) : `${method} ${path.replace(/\{(\w+)\}/, ':$1')}`,
      code: codeOf(answer),
      ms: expect.any(Number),
    });
    const { collection, userId } = audit.entries.at(-1) ?? {};
    expect([path, collection]).toEqual([path, names.includes('collection') ? 'staff' : undefined]);
    expect([path, userId]).toEqual([path, names.includes('id') ? 'u1' : undefined]);
  }
  expect(audit.entries).toHaveLength(endpoints.length);
  for (const secret of ['Intruder', 'Mai', testKey, 'cos:', vector.slice(0, 8)])
    expect(JSON.stringify(audit.entries)).not.toContain(secret);
});

/** Names of the fields of a form, a query or a JSON body. */
function fieldsOf({ parameters = [], requestBody }: (typeof endpoints)[number]['operation']): string[] {
  const bodies = Object.values(requestBody?.content ?? {});
  return [
    ...parameters.map(({ name }) => name),
    ...bodies.flatMap(({ schema }) => Object.keys(schema.properties ?? {})),
  ];
}

it.each([
  ['on', 'true', '200', ['mask']],
  ['on', 'false', '406', undefined],
  ['off', 'true', '406', undefined],
])(
  'notes a gate that was overruled, ALLOW_COVERED %s and allow_covered %s',
  async (setting, asked, code, overruled) => {
    const { audit, post } = await auditedApp({ ALLOW_COVERED: setting });
    await post('/create', staff, field('id', 'u1'), field('name', 'Mai'));
    const { json } = await post('/add', staff, field('id', 'u1'), field('allow_covered', asked), file('beard'));
    expect(json.code).toBe(code);
    expect(audit.entries.at(-1)).toMatchObject({ call: 'add', userId: 'u1', code });
    expect(audit.entries.at(-1)?.overruled).toEqual(overruled);
  },
);

it('the audit log holds no photos, no file names and no names of people', async () => {
  const { audit, post } = await auditedApp();
  for (const path of ['/create', '/add', '/search', '/extract_from_fm']) await post(path, ...all);
  expect(audit.entries).toHaveLength(4);
  for (const secret of ['name-Mai', 'pixels', 'mai.jpg', testKey, 'cos:', vector.slice(0, 8)])
    expect(JSON.stringify(audit.entries)).not.toContain(secret);
});

it('the audit log has a line for what the admin API refuses, too', async () => {
  const { audit, target } = await auditedApp();
  const headers = { api_key: testKey };
  for (const path of ['/admin/v1/faces/7?collection=staff&id=u1', '/admin/v1/faces/x?collection=staff&id=u1'])
    await target.send({ method: 'DELETE', path, absolute: true, headers });
  const call = 'DELETE /admin/v1/faces/:face';
  expect(audit.entries).toMatchObject([
    { tenant: 'acme', call, collection: 'staff', userId: 'u1', code: '404' },
    { tenant: 'acme', call, collection: 'staff', userId: 'u1', code: '400' },
  ]);
});

it('the audit log says whom a search found, nearly found, or enrolled', async () => {
  const { audit, post } = await auditedApp();
  const created = await post('/search', staff, file('cos:1'), field('create', 'true'));
  const { id } = created.json.data as { id: string };
  await post('/search', staff, file('cos:1'));
  await post('/search', staff, file('cos:0.8'), field('lower_threshold', '0.7'));
  await post('/search_vector', staff, field('vector', vector));
  await post('/search_no_crop', staff, file('cos:1'));
  await post('/search', staff, file('cos:0'));
  const [first, ...rest] = audit.entries;
  expect(first).toMatchObject({ call: 'search', createdId: id });
  expect(first?.foundId).toBeUndefined();
  expect(rest.map(({ foundId, code }) => [foundId, code])).toEqual([
    [id, '200'],
    [id, '200'],
    [id, '200'],
    [id, '200'],
    [undefined, '404'],
  ]);
});

it('the audit log has a line for refused requests, with the fields that were read', async () => {
  const { audit, target, post, delete: remove } = await auditedApp({ RATE_LIMIT: '4/min' });
  await post('/add', staff, field('id', 'u1'), file('none'));
  await remove('/delete', staff, field('id', 'nobody'));
  await post('/create', staff);
  await post('/extract_from_fm', file('crash'));
  await post('/search', staff, file('cos:1'));
  const headers = { api_key: readOnlyKey };
  await target.send({ method: 'DELETE', path: '/delete', headers, body: form(staff, field('id', 'u1')) });
  expect(audit.entries.map(({ keyId, call, userId, code, reason }) => [keyId, call, userId, code, reason])).toEqual([
    ['1', 'add', 'u1', '404', 'user-not-found'],
    ['1', 'delete', 'nobody', '404', 'user-not-found'],
    ['1', 'create', undefined, '412', 'missing-id'],
    ['1', 'extract_from_fm', undefined, '500', 'internal'],
    ['1', 'search', undefined, '429', 'rate-limit'],
    ['3', 'delete', undefined, '403', 'read-only-key'],
  ]);
});

it('the audit log has no line for requests with an unknown key, which could fill the disk', async () => {
  const { audit, target } = await auditedApp();
  await target.send({ method: 'GET', path: '/list' });
  await target.send({ method: 'GET', path: '/list', headers: { api_key: 'a wrong key' } });
  await target.send({ method: 'GET', path: '/health', absolute: true });
  expect(audit.entries).toEqual([]);
});

it('the server does no work while it cannot write the audit log', async () => {
  const { audit, target, gallery, analyser } = await auditedApp();
  audit.isWritable = false;
  const acme = { tenant: 'acme', collection: 'staff' };
  await gallery.saveUser(acme, { id: 'u1', name: 'Mai' });
  for (const endpoint of endpoints) {
    const answer = await target.send({ ...sampleOf(endpoint), headers: { api_key: testKey } });
    expect(answer).toMatchObject({ status: 503, json: { code: '503' }, headers: { 'retry-after': '1' } });
    expect(answer.json.data).toContain('cannot write its audit log');
  }
  expect(await gallery.listUsers(acme)).toMatchObject([{ id: 'u1', name: 'Mai', faces: [] }]);
  expect(analyser.seen).toEqual([]);
  expect(audit.entries).toEqual([]);
  expect((await target.send({ method: 'GET', path: '/health', absolute: true })).status).toBe(200);
  audit.isWritable = true;
  const headers = { api_key: otherKey };
  expect((await target.send({ method: 'GET', path: '/list', headers })).json.code).toBe('200');
});

it('the server answers only after it has written the line of the audit log', async () => {
  const order: string[] = [];
  const audit = {
    isWritable: true,
    append: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push('written');
    },
  };
  const { post } = await listeningFakeApp({}, { audit });
  await post('/search', file('cos:1'));
  order.push('answered');
  expect(order).toEqual(['written', 'answered']);
});

it('the audit log has a line for a request whose client disconnected before the reply', async () => {
  const audit = new FakeTrail();
  const { gallery, target } = await listeningFakeApp({}, { audit });
  let finish = () => {};
  const begun = new Promise<void>((resolve) => {
    gallery.saveUser = () => {
      resolve();
      return new Promise((end) => {
        finish = end;
      });
    };
  });
  const { headers, body } = form(field('id', 'u1'), field('name', 'Mai'));
  const call = request({
    port: target.port,
    path: `${basePath}/create`,
    method: 'POST',
    headers: { ...headers, api_key: testKey, 'content-length': body.length },
  });
  call.on('error', () => {});
  call.end(body);
  await begun;
  call.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  finish();
  await expect.poll(() => audit.entries).toMatchObject([{ call: 'create', userId: 'u1', code: '200' }]);
});
