import { expect, test, vi } from 'vitest';
import { adminPath } from '../../../../src/http/routes/admin/admin.js';
import { openGallery } from '../../../gallery/gallery-fixture.js';
import { fakeApp, readOnlyKey, testKey } from '../../../support/fake-app.js';
import { FakeWebhooks } from '../../../support/fake-webhooks.js';
import { FakeAnalyser } from '../../../support/fakes.js';
import { field, file } from '../../../support/multipart.js';

const staff = { tenant: 'acme', collection: 'staff' };

/** An app over a real gallery, in which Anna has a face. */
async function app(env: Record<string, string> = {}) {
  const opened = await openGallery();
  const analyser = new FakeAnalyser();
  const services = { ...opened, analyser, model: 'm1', webhooks: new FakeWebhooks() };
  const { target, post } = await fakeApp(env, { services: () => services });
  const headers = { api_key: testKey };
  const get = (path: string, more: Record<string, string> = {}) =>
    target.send({ method: 'GET', path: `${adminPath}${path}`, absolute: true, headers: { ...headers, ...more } });
  const send = async (path: string, json: object, key = testKey) => {
    const body = { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(json)) };
    const call = {
      method: 'POST',
      path: `${adminPath}${path}`,
      absolute: true,
      headers: { api_key: key },
      body,
    } as const;
    return (await target.send(call)).json;
  };
  await post('/create', field('collection', 'staff'), field('id', 'a1'), field('name', 'Anna'));
  await post('/add', field('collection', 'staff'), field('id', 'a1'), file('cos:1'));
  return { ...opened, post, get, send };
}

test('a portrait is shown, kept by the browser and told apart from one that cannot be', async () => {
  const { get, send } = await app({ KEEP_PHOTOS: 'photo' });
  const { users } = (await get('/users?collection=staff')).json.data as { users: [{ portrait: number }] };
  const path = `/faces/${users[0].portrait}/portrait?collection=staff&id=a1`;
  const shown = await get(path);
  expect(shown.text).toBe('portrait of cos:1');
  expect(shown.headers).toMatchObject({ 'content-type': 'image/jpeg', 'cache-control': 'private, no-cache' });
  const again = await get(path, { 'if-none-match': String(shown.headers.etag) });
  expect([again.status, again.text]).toEqual([304, '']);
  const photo = Buffer.from('cos:0.9').toString('base64');
  expect((await send('/candidates', { collection: 'staff', photo })).data).toEqual([
    { id: 'a1', name: 'Anna', face: users[0].portrait, similarity: expect.any(Number), portrait: users[0].portrait },
  ]);
  const off = await app();
  const { data } = (await off.get('/users?collection=staff')).json as { data: { users: [{ portrait: null }] } };
  expect(data.users[0].portrait).toBeNull();
  const [{ face }] = (await off.get('/faces?collection=staff&id=a1')).json.data as [{ face: number }];
  const none = await off.get(`/faces/${face}/portrait?collection=staff&id=a1`);
  expect(none.json).toMatchObject({ code: '404', reason: 'photos-off' });
});

test('people are renamed, merged, moved, deleted and brought back', async () => {
  const { send, post, store } = await app();
  await post('/create', field('collection', 'staff'), field('id', 'b1'), field('name', 'Ben'));
  const collection = 'staff';
  expect(await send('/users/rename', { collection, id: 'a1', to: 'b1' })).toMatchObject({
    code: '409',
    reason: 'id-taken',
  });
  expect(await send('/users/rename', { collection, id: 'a1', to: 'a\u200b2' })).toMatchObject({
    reason: 'id-invisible',
  });
  expect(await send('/users/rename', { collection, id: 'a1', to: 'a2' })).toEqual({
    data: 'User renamed',
    code: '200',
  });
  expect(await send('/users/merge', { collection, id: 'a2', from: ['a2'] })).toMatchObject({ reason: 'field-value' });
  expect(await send('/users/merge', { collection, id: 'a2', from: ['b1', 'b1'] })).toMatchObject({
    data: { id: 'a2', name: 'Anna', faces: 1 },
  });
  expect(await send('/users/move', { collection, ids: ['a2'], to: collection })).toMatchObject({
    reason: 'field-value',
  });
  expect(await send('/users/move', { collection, ids: ['a2', 'x'], to: 'other', copy: true })).toMatchObject({
    data: { done: 1, failed: [{ id: 'x', reason: 'user-not-found', message: 'User not found' }] },
  });
  const deleted = await send('/users/delete', { collection, ids: ['a2'] });
  const { undo } = deleted.data as { undo: { token: string; until: string } };
  expect(Date.parse(undo.until) - Date.now()).toBeLessThanOrEqual(600_000);
  expect(await store.listUsers(staff)).toEqual([]);
  expect(await send('/users/restore', { collection, undo: undo.token })).toMatchObject({
    data: { done: 1, failed: [] },
  });
  expect(await send('/users/restore', { collection, undo: undo.token })).toMatchObject({
    code: '404',
    reason: 'undo-over',
  });
  expect(await store.listUsers(staff)).toEqual([{ id: 'a2', name: 'Anna' }]);

  expect(await send('/collections/delete', { collection, confirm: 'Staff' })).toMatchObject({
    reason: 'confirm-mismatch',
  });
  expect(await send('/collections/delete', { collection, confirm: collection })).toMatchObject({ code: '200' });
  expect(await store.listUsers(staff)).toEqual([]);
});

test('UNDO_MINUTES=0 erases at once what the admin API deletes', async () => {
  const { send, store } = await app({ UNDO_MINUTES: '0' });
  expect(await send('/users/delete', { collection: 'staff', ids: ['a1'] })).toMatchObject({
    data: { done: 1, undo: null },
  });
  expect(await store.changes.eraseRecycled(new Date(Date.now() + 1e9))).toBe(0);
});

test('a list that is exported can be imported again, and each line says what came of it', async () => {
  const { get, send, store } = await app();
  await store.saveUser(staff, { id: '=b1', name: '-Ben, "B"' });
  const csv = await get('/users.csv?collection=staff');
  expect(csv.text).toBe('\ufeffid,name,faces\r\na1,Anna,1\r\n\'=b1,"\'-Ben, ""B""",0\r\n');
  expect(csv.headers['content-disposition']).toMatch(/^attachment/);
  const lists = [csv.text, 'id,name\na1,Anne\n,Nobody\nc1,\n c2 ,Carl\na\u200b2,Anna\n'].map((text) =>
    Buffer.from(text).toString('base64'),
  );
  expect(await send('/users/import', { collection: 'staff', file: lists[0] })).toMatchObject({
    data: { created: 0, renamed: 0, unchanged: 2, failed: 0 },
  });
  for (const check of [true, false]) {
    expect(await send('/users/import', { collection: 'staff', file: lists[1], check })).toEqual({
      code: '200',
      data: {
        created: 1,
        renamed: 1,
        unchanged: 0,
        failed: 3,
        rows: [
          { row: 2, id: 'a1', result: 'renamed' },
          { row: 3, id: '', result: 'failed', reason: 'missing-id', message: 'Missing id' },
          { row: 4, id: 'c1', result: 'failed', reason: 'missing-name', message: 'Missing name' },
          { row: 5, id: 'c2', result: 'created' },
          { row: 6, id: 'a\u200b2', result: 'failed', reason: 'id-invisible', message: expect.any(String) },
        ],
      },
    });
  }
  expect(await store.listUsers(staff)).toEqual([
    { id: 'a1', name: 'Anne' },
    { id: '=b1', name: '-Ben, "B"' },
    { id: 'c2', name: 'Carl' },
  ]);
  expect((await get('/users.xlsx?collection=staff')).headers['content-type']).toMatch(/spreadsheetml/);
});

test('what takes two permissions is refused to a key that has one of them', async () => {
  const { send } = await app();
  for (const [path, json] of [
    ['/users/merge', { id: 'a1', from: ['b1'] }],
    ['/users/move', { ids: ['a1'], to: 'x' }],
    ['/users/delete', { ids: ['a1'] }],
    ['/users/restore', { undo: '7b3f4a52-9d0e-4c1b-8f6a-2e5d7c9b1a34' }],
    ['/collections/delete', { collection: 'staff', confirm: 'staff' }],
    ['/users/import', { file: 'aWQsbmFtZQ==' }],
  ] as const)
    expect(await send(path, json, readOnlyKey)).toMatchObject({ code: '403' });
});

test('strangers are named in one step, and pairs are found, dismissed and shown again', async () => {
  const { get, send, post, store } = await app();
  const create = async (photo: string) => {
    const fields = [field('collection', 'staff'), field('create', 'true'), field('threshold', '1')];
    return ((await post('/search', ...fields, file(photo))).json.data as { id: string }).id;
  };
  const ids = [await create('cos:0.2'), await create('cos:0.25')];
  const list = async () => (await get('/unknown-people?collection=staff&least=0.9')).json.data;
  expect(await list()).toMatchObject({
    people: 2,
    isPartial: false,
    groups: [{ ids: expect.arrayContaining(ids), faces: 2, portraits: [{ face: expect.any(Number) }, {}] }],
  });
  const name = (more: object) =>
    send('/unknown-people/name', { collection: 'staff', ids, id: 'v1', name: 'Vy', ...more });
  expect(await name({ ids: [...ids, 'nobody'] })).toMatchObject({ reason: 'user-not-found' });
  expect(await name({})).toMatchObject({ data: { id: 'v1', name: 'Vy', faces: 2 } });
  expect(await list()).toMatchObject({ people: 0, groups: [] });
  // To somebody who is there already.
  expect(await name({ ids: [await create('cos:0.3')], name: '' })).toMatchObject({ data: { name: 'Vy', faces: 3 } });
  expect(await store.listUsers(staff)).toEqual([
    { id: 'a1', name: 'Anna' },
    { id: 'v1', name: 'Vy' },
  ]);

  await post('/create', field('collection', 'staff'), field('id', 'a2'), field('name', 'Anna again'));
  await post('/add', field('collection', 'staff'), field('id', 'a2'), file('cos:0.99'));
  expect((await get('/duplicates?collection=staff')).json.data).toMatchObject({ scan: { state: 'none' }, pairs: [] });
  expect(await send('/duplicates', { collection: 'staff' })).toMatchObject({ data: { scan: { state: 'running' } } });
  const pairs = async (query = '') => (await get(`/duplicates?collection=staff${query}`)).json.data;
  await vi.waitFor(async () => expect(await pairs()).toMatchObject({ scan: { state: 'done' } }), 20_000);
  expect(await pairs()).toMatchObject({
    total: 1,
    pairs: [{ similarity: expect.any(Number), people: [{ id: 'a1', faces: 1, portrait: null }, { id: 'a2' }] }],
  });
  const dismiss = (more: object) => send('/duplicates/dismiss', { collection: 'staff', ids: ['a2', 'a1'], ...more });
  expect(await dismiss({ ids: ['a1', 'x'] })).toMatchObject({ code: '404', reason: 'pair-not-found' });
  expect(await dismiss({})).toMatchObject({ data: 'Pair dismissed' });
  expect(await pairs()).toMatchObject({ total: 0 });
  expect(await pairs('&dismissed=true')).toMatchObject({ total: 1 });
  expect(await dismiss({ dismissed: false })).toMatchObject({ data: 'Pair shown again' });
  expect(await pairs('&least=x')).toMatch(/least must be a number from 0 to 1/);
});
