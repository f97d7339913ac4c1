import { describe, expect, test } from 'vitest';
import { adminPath } from '../../../../src/http/routes/admin/admin.js';
import type { Services } from '../../../../src/http/services.js';
import type { AuditEntry } from '../../../../src/observability/audit/audit-entry.js';
import { openGallery } from '../../../gallery/gallery-fixture.js';
import { openDatabaseGallery } from '../../../gallery/pgvector-gallery-fixture.js';
import { fakeApp, testKey } from '../../../support/fake-app.js';
import { FakeWebhooks } from '../../../support/fake-webhooks.js';
import { FakeAnalyser, faceOf } from '../../../support/fakes.js';
import { field, file } from '../../../support/multipart.js';
import { useTestDatabase } from '../../../support/test-database.js';

const database = useTestDatabase();
const staff = { tenant: 'acme', collection: 'staff' };

/** Two people who look like cos:1 and cos:-1, and one without a face. */
async function app(opened: Pick<Services, 'gallery' | 'directory'>, env: Record<string, string> = {}) {
  const webhooks = new FakeWebhooks();
  const entries: AuditEntry[] = [];
  const audit = { isWritable: true, append: async (entry: AuditEntry) => void entries.push(entry) };
  const services = { ...opened, analyser: new FakeAnalyser(), model: 'm1', webhooks };
  const { target, post } = await fakeApp(env, { services: () => services, audit });
  for (const id of ['a1', 'b1', 'new']) await opened.gallery.saveUser(staff, { id, name: `name of ${id}` });
  await opened.gallery.addFace(staff, 'a1', faceOf(1));
  await opened.gallery.addFace(staff, 'b1', faceOf(-1));
  const send = async (path: string, json: object) => {
    const body = { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(json)) };
    const call = {
      method: 'POST',
      path: `${adminPath}${path}`,
      absolute: true,
      headers: { api_key: testKey },
      body,
    } as const;
    return (await target.send(call)).json;
  };
  const enrol = (id: string, photo: string, more: object = {}) =>
    send('/enrol', { collection: 'staff', id, photo: Buffer.from(photo).toString('base64'), ...more });
  const add = async (id: string, photo: string) =>
    (await post('/add', field('collection', 'staff'), field('id', id), file(photo))).json;
  const faces = async (id: string) => (await opened.directory.facesIfAny(staff, id)).length;
  return { ...opened, webhooks, entries, send, enrol, add, faces };
}

describe.each([
  ['in memory', () => openGallery()],
  ['in PostgreSQL', () => openDatabaseGallery(database())],
])('%s', (_name, open) => {
  test('an enrolment tells whom the photo shows, and is stored unless it is somebody else', async () => {
    const { enrol, faces, directory } = await app(await open());
    const shown = (id: string, kind: string) => ({ id, kind, similarity: expect.any(Number), name: `name of ${id}` });
    expect(await enrol('new', 'cos:0.99')).toMatchObject({
      data: { stored: false, face: null, finding: shown('a1', 'known-person') },
    });
    expect(await enrol('b1', 'cos:0.99')).toMatchObject({
      data: { stored: false, finding: shown('a1', 'other-person') },
    });
    // Nobody, and the user.
    for (const [id, photo] of [
      ['new', 'cos:0.2'],
      ['a1', 'cos:0.98'],
    ] as const) {
      expect(await enrol(id, photo, { check: 'only' })).toMatchObject({ data: { stored: false, finding: null } });
      expect(await enrol(id, photo)).toMatchObject({ data: { stored: true, face: expect.any(Number), finding: null } });
    }
    expect(await enrol('b1', 'cos:0.99', { check: 'only' })).toMatchObject({ data: { stored: false } });
    expect(await enrol('b1', 'cos:0.99', { check: 'off' })).toMatchObject({
      data: { stored: true, finding: shown('a1', 'other-person') },
    });
    expect([await faces('a1'), await faces('b1'), await faces('new')]).toEqual([2, 2, 1]);
    // Nobody is made by an enrolment that is not stored.
    expect(await enrol('c1', 'cos:1', { name: 'Carl' })).toMatchObject({ data: { stored: false } });
    expect(await enrol('c1', 'cos:1')).toMatchObject({ code: '404', reason: 'user-not-found' });
    expect(await enrol('c1', 'cos:-0.7', { name: 'Carl' })).toMatchObject({ data: { stored: true } });
    const page = {
      search: 'carl',
      sort: 'created',
      withoutFace: false,
      cursor: undefined,
      offset: 0,
      limit: 9,
    } as const;
    expect((await directory.page(staff, page)).users).toMatchObject([{ id: 'c1', name: 'Carl', faces: 1 }]);
    expect(await enrol('new', 'none')).toMatchObject({ code: '407' });
  });

  test('of photos of one person that come together under different ids, one is stored', async () => {
    const { add, gallery, faces } = await app(await open(), { DUPLICATE_CHECK: 'refuse' });
    const ids = ['p1', 'p2', 'p3', 'p4'];
    for (const id of ids) await gallery.saveUser(staff, { id, name: '' });
    const replies = await Promise.all(ids.map((id) => add(id, 'cos:0.3')));
    expect(replies.map(({ code }) => code).sort()).toEqual(['200', '400', '400', '400']);
    expect((await Promise.all(ids.map(faces))).sort()).toEqual([0, 0, 0, 1]);
  });
});

test('an office overrules a gate where the server lets it, and a refused photo makes nobody', async () => {
  const asked = { name: 'Carl', allow_covered: true, check: 'off' };
  const refusing = await app(await openGallery());
  expect(await refusing.enrol('c1', 'beard', asked)).toMatchObject({ code: '406', reason: 'mask' });
  const letting = await app(await openGallery(), { ALLOW_COVERED: 'on' });
  expect(await letting.enrol('c1', 'none', asked)).toMatchObject({ code: '407' });
  for (const { enrol } of [refusing, letting])
    expect(await enrol('c1', 'cos:0.2')).toMatchObject({ reason: 'user-not-found' });
  expect(await letting.enrol('c1', 'beard', asked)).toMatchObject({ data: { stored: true } });
  expect(letting.entries.at(-1)).toMatchObject({ userId: 'c1', overruled: ['mask'] });
});

test.each([
  ['off', '200', undefined],
  ['report', '200', { kind: 'known-person', refused: false }],
  ['refuse', '400', { kind: 'known-person', refused: true }],
])('DUPLICATE_CHECK=%s: add answers %s, and audit log and webhooks know', async (mode, code, told) => {
  const { add, webhooks, entries, faces, send } = await app(await openGallery(), { DUPLICATE_CHECK: mode });
  const reply = await add('new', 'cos:0.99');
  expect(reply.code).toBe(code);
  expect(reply.reason).toBe(code === '400' ? 'duplicate-person' : undefined);
  expect(JSON.stringify(reply)).not.toContain('a1');
  expect(await faces('new')).toBe(code === '200' ? 1 : 0);
  const events = webhooks.published.filter(({ type }) => type === 'duplicate');
  expect(events.map(({ data }) => data)).toEqual(
    told
      ? [
          {
            collection: 'staff',
            id: 'new',
            ...told,
            other: { id: 'a1', name: 'name of a1', similarity: expect.any(Number) },
          },
        ]
      : [],
  );
  expect(entries.at(-1)?.duplicateOf).toBe(told && 'a1');
  expect(JSON.stringify(entries)).not.toContain('name of');
  expect((await add('b1', 'cos:0.99')).reason).toBe(mode === 'refuse' ? 'other-person' : undefined);
  expect((await add('a1', 'cos:0.99')).code).toBe('200');
  const status = await send('/enrol', { collection: 'staff', id: 'a1' });
  expect(status).toMatchObject({ code: '400', reason: 'photo-or-vector' });
});

test('each face of a photo has the users who look like it, and an unknown one has none', async () => {
  const { send } = await app(await openGallery());
  const photo = Buffer.from('group:0.99,0.1,-0.98').toString('base64');
  const { data } = await send('/identify', { collection: 'staff', photo, threshold: 0.9, k: 1 });
  expect(data).toMatchObject({
    width: 640,
    height: 480,
    left: 0,
    faces: [
      { box: { x: 0 }, people: [{ id: 'a1', face: expect.any(Number), portrait: null }] },
      { box: { x: 100 }, people: [] },
      { box: { x: 200 }, people: [{ id: 'b1' }] },
    ],
  });
  expect(await send('/identify', { collection: 'nowhere', photo })).toMatchObject({
    data: { faces: [{ people: [] }, { people: [] }, { people: [] }] },
  });
});
