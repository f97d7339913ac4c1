import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openGallery } from '../gallery/gallery-fixture.js';
import { fakeApp, testKey } from '../support/fake-app.js';
import { FakeWebhooks } from '../support/fake-webhooks.js';
import { FakeAnalyser, faceOf } from '../support/fakes.js';
import { type Form, field, file, form } from '../support/multipart.js';

const headers = { api_key: testKey };
const deletions = ['/delete_collection', '/delete', '/delete_faces'] as const;
const vector = [...faceOf(1)];

/** A real gallery: person u1 in the default collection and in `staff`. */
async function peopled() {
  const { gallery, directory } = await openGallery();
  const app = await fakeApp(
    {},
    {
      services: () => ({ gallery, directory, analyser: new FakeAnalyser(), model: 'm1', webhooks: new FakeWebhooks() }),
    },
  );
  for (const collection of ['', 'staff'])
    await app.post('/create', field('collection', collection), field('id', 'u1'), field('name', 'Mai'));
  const remove = (path: string, body?: Form) =>
    app.target.send({ method: 'DELETE', path, headers, ...(body && { body }) });
  const people = async () => {
    const lists = await Promise.all([app.get('/list'), app.get('/list?collection=staff')]);
    return lists.map(({ json }) => (json.data as unknown[]).length);
  };
  return { ...app, remove, people };
}

const plain = (type: string, body: string): Form => ({ headers: { 'content-type': type }, body: Buffer.from(body) });
const json = (body: unknown) => plain('application/json; charset=utf-8', JSON.stringify(body));
const urlencoded = (body: string) => plain('application/x-www-form-urlencoded', body);

describe('a deletion', () => {
  it.each(deletions)('%s takes the collection, and the id, from the query where the form has none', async (path) => {
    const { remove, people } = await peopled();
    expect((await remove(`${path}?collection=staff&id=u1`)).json.code).toBe('200');
    expect(await people()).toEqual([1, path === '/delete_faces' ? 1 : 0]);
  });

  it('takes what the query lacks from the form', async () => {
    const { remove, people } = await peopled();
    expect((await remove('/delete?collection=staff', form(field('id', 'u1')))).json.code).toBe('200');
    expect((await remove('/delete_collection?collection=', form(field('name', 'x')))).json.code).toBe('200');
    expect(await people()).toEqual([0, 0]);
  });

  it.each([
    ['/delete_collection?collection=staff', form(field('collection', ''))],
    ['/delete_collection?collection=staff', form(field('collection', 'other'))],
    ['/delete_collection?collection=staff&collection=', undefined],
    ['/delete?id=u2', form(field('id', 'u1'))],
  ] as const)('%s with another value in the form is refused', async (path, body) => {
    const { remove, people } = await peopled();
    expect((await remove(path, body)).json).toMatchObject({ code: '400', reason: 'field-conflict' });
    expect(await people()).toEqual([1, 1]);
  });

  it.each([
    ['the same twice', '/delete_collection?collection=staff', form(field('collection', 'staff'))],
    ['quoted in the form', '/delete_collection?collection=staff', form(field('collection', '"staff"'))],
    ['an empty id in the form', '/delete?collection=staff&id=u1', form(field('id', ''))],
  ])('%s is no conflict', async (_what, path, body) => {
    const { remove, people } = await peopled();
    expect((await remove(path, body)).json.code).toBe('200');
    expect(await people()).toEqual([1, 0]);
  });

  const careless: [string, string, Form | undefined][] = deletions.flatMap((path) => [
    [`${path} without a body`, path, undefined],
    [`${path} with a body that was dropped`, path, { headers: form().headers, body: Buffer.alloc(0) }],
    [`${path} with an empty form`, path, form()],
    [`${path} with an empty JSON object`, path, json({})],
    [`${path} with a misspelt field`, path, form(field('collections', 'staff'), field('id', 'u1'))],
    [`${path} with a capital`, path, form(field('Collection', 'staff'), field('id', 'u1'))],
    [`${path} with a misspelt field in the query`, `${path}?collections=staff&id=u1`, undefined],
    [`${path} with a misspelt field in JSON`, path, json({ collectionName: 'staff', id: 'u1' })],
  ]);
  it.each(careless)('%s is refused, and deletes nothing', async (_what, path, body) => {
    const { remove, people } = await peopled();
    expect((await remove(path, body)).json).toEqual({
      data: `Nothing was deleted: send at least one of these fields, and no unknown ones: ${path.startsWith('/delete_collection') ? 'collection' : 'collection, id'}.`,
      code: '400',
      reason: 'unknown-field',
    });
    expect(await people()).toEqual([1, 1]);
  });

  it('with fields of other endpoints is done', async () => {
    const { delete: remove, people } = await peopled();
    const extra = [field('name', 'Mai'), field('threshold', '0.9'), file('cos:1')];
    expect((await remove('/delete', field('collection', 'staff'), field('id', 'u1'), ...extra)).json.code).toBe('200');
    expect(await people()).toEqual([1, 0]);
  });

  it('of an id only lacks nothing; of a collection only lacks the id', async () => {
    const { delete: remove } = await peopled();
    expect((await remove('/delete', field('collection', 'staff'))).json).toMatchObject({ reason: 'missing-id' });
    expect((await remove('/delete', field('id', 'u1'))).json.code).toBe('200');
  });

  it('of the default collection finds none when nobody is in it', async () => {
    const { delete: remove } = await peopled();
    const ofDefault = () => remove('/delete_collection', field('collection', ''));
    await remove('/delete', field('id', 'u1'));
    expect((await ofDefault()).json).toMatchObject({ code: '404', reason: 'collection-not-found' });
    await remove('/delete', field('collection', 'staff'), field('id', 'u1'));
    expect((await remove('/delete_collection', field('collection', 'staff'))).json.code).toBe('200');
  });
});

describe('every endpoint', () => {
  it('takes collection and id from the query', async () => {
    const { target, post } = await peopled();
    const at = (path: string, ...parts: Parameters<typeof post>[1][]) =>
      target.send({ method: 'POST', path: `${path}?collection=staff&id=u1`, headers, body: form(...parts) });
    expect((await at('/create', field('name', 'Mai Ngô'))).json.code).toBe('200');
    expect((await at('/add', file('cos:1'))).json.code).toBe('200');
    expect((await at('/add_vector', field('vector', JSON.stringify(vector)))).json.code).toBe('200');
    for (const [path, probe] of [
      ['/search', file('cos:1')],
      ['/search_no_crop', file('cos:1')],
      ['/search_vector', field('vector', JSON.stringify(vector))],
    ] as const)
      expect((await at(path, probe)).json.data, path).toMatchObject({ id: 'u1', name: 'Mai Ngô' });
  });

  it('GET list takes a form, whichever kind', async () => {
    const { target } = await peopled();
    const list = async (body: Form, query = '') =>
      (await target.send({ method: 'GET', path: `/list${query}`, headers, body })).json;
    for (const body of [form(field('collection', 'none')), json({ collection: 'none' }), urlencoded('collection=none')])
      expect(await list(body)).toEqual({ data: [], code: '200' });
    expect((await list(form(field('collection', 'staff')), '?collection=staff')).data).toHaveLength(1);
    expect(await list(form(field('collection', 'none')), '?collection=staff')).toMatchObject({
      reason: 'field-conflict',
    });
    expect((await list({ headers: { 'content-type': 'application/json' }, body: Buffer.alloc(0) })).data).toHaveLength(
      1,
    );
  });

  it('takes JSON and urlencoded bodies where no field is a file', async () => {
    const { target, get } = await peopled();
    const send = async (method: 'POST' | 'DELETE', path: string, body: Form) =>
      (await target.send({ method, path, headers, body })).json;
    expect(await send('POST', '/create', json({ collection: 'c', id: 7, name: 'Trần', extra: null }))).toMatchObject({
      code: '200',
    });
    expect(await send('POST', '/create', urlencoded('collection=c&id=ng%C6%B0%E1%BB%9Di+8&name=Mai'))).toMatchObject({
      code: '200',
    });
    expect((await get('/list?collection=c')).json.data).toEqual([
      { id: '7', name: 'Trần' },
      { id: 'người 8', name: 'Mai' },
    ]);
    expect(await send('POST', '/add_vector', json({ collection: 'c', id: '7', vector }))).toMatchObject({
      code: '200',
    });
    const probe = urlencoded(`collection=c&threshold=0.9&vector=${encodeURIComponent(JSON.stringify(vector))}`);
    expect((await send('POST', '/search_vector', probe)).data).toMatchObject({ id: '7' });
    expect(await send('DELETE', '/delete', json({ collection: 'c', id: '7' }))).toMatchObject({ code: '200' });
    expect(await send('DELETE', '/delete_collection', urlencoded('collection=c'))).toMatchObject({ code: '200' });
  });

  it.each([
    ['broken JSON', plain('application/json', '{"id":'), 'json-malformed'],
    ['a JSON list', json(['u1']), 'field-value'],
    ['a number that JSON rounds', plain('application/json', '{"id":12345678901234567890,"name":"x"}'), 'field-value'],
    ['half a character', plain('application/json', '{"id":"\\ud83d","name":"x"}'), 'text-encoding'],
    ['urlencoded bytes that are no UTF-8', urlencoded('id=%ff&name=x'), 'text-encoding'],
  ])('refuses %s', async (_what, body, reason) => {
    const { target } = await fakeApp();
    const answer = await target.send({ method: 'POST', path: '/create', headers, body });
    expect(answer.json).toMatchObject({ code: '400', reason });
  });

  it('answers 413 to a plain body that is too long, and 415 to a photo in JSON', async () => {
    const { target } = await fakeApp();
    const send = (path: string, body: Form) => target.send({ method: 'POST', path, headers, body });
    expect(await send('/create', json({ id: 'x'.repeat(600_000) }))).toMatchObject({ status: 413 });
    for (const path of ['/add', '/search', '/extract_from_fm'])
      expect(await send(path, json({ id: 'u1', file: 'x'.repeat(600_000) }))).toMatchObject({
        status: 415,
        json: { reason: 'media-type', data: expect.stringContaining('multipart/form-data') },
      });
  });

  it('answers 415 to a compressed body', async () => {
    const { target } = await fakeApp();
    const { headers: type, body } = form(field('id', 'u1'), field('name', 'Mai'));
    const zipped = { headers: { ...type, 'content-encoding': 'gzip' }, body: gzipSync(body) };
    for (const call of [
      { method: 'POST', path: '/create' },
      { method: 'DELETE', path: '/delete_collection' },
      { method: 'POST', path: '/admin/v1/analyse', absolute: true },
    ] as const)
      expect(await target.send({ ...call, headers, body: zipped })).toMatchObject({
        status: 415,
        json: { reason: 'content-encoding', data: expect.stringContaining('Content-Encoding') },
      });
  });
});

describe('ids', () => {
  it.each([
    ['a tab', 'a\tb'],
    ['a line break', 'a\r\n'],
    ['a control character', 'a\u0085'],
    ['a zero-width space', 'a\u200bb'],
    ['a zero-width joiner', 'a\u200db'],
    ['a BOM', '\ufeffa'],
    ['a soft hyphen', 'a\u00adb'],
    ['a direction mark', 'a\u202eb'],
    ['a line separator', 'a\u2028b'],
  ])('with %s are refused', async (_what, id) => {
    const { post } = await peopled();
    expect((await post('/create', field('id', id), field('name', 'x'))).json).toMatchObject({
      code: '400',
      reason: 'id-invisible',
    });
  });

  it('with such a character that an older version took go on, and can be deleted', async () => {
    const { gallery, directory } = await openGallery();
    const {
      post,
      get,
      delete: remove,
    } = await fakeApp(
      {},
      {
        services: () => ({
          gallery,
          directory,
          analyser: new FakeAnalyser(),
          model: 'm1',
          webhooks: new FakeWebhooks(),
        }),
      },
    );
    const id = '\ufeffold';
    await gallery.saveUser({ tenant: 'acme', collection: '' }, { id, name: 'Mai' });
    expect((await post('/create', field('id', id), field('name', 'Mai Ngô'))).json.code).toBe('200');
    expect((await get('/list')).json.data).toEqual([{ id, name: 'Mai Ngô' }]);
    expect((await remove('/delete', field('id', id))).json.code).toBe('200');
  });

  it('that differ by their normalisation only are one conflict, and never two people', async () => {
    const { post, get } = await peopled();
    const create = async (id: string) =>
      (await post('/create', field('collection', 'c'), field('id', id), field('name', 'x'))).json;
    const id = 'Nguyễn Thị Huệ';
    expect((await create(id.normalize('NFC'))).code).toBe('200');
    expect(await create(id.normalize('NFD'))).toMatchObject({ code: '400', reason: 'id-conflict' });
    expect((await create(id.normalize('NFC'))).code).toBe('200');
    expect((await get('/list?collection=c')).json.data).toHaveLength(1);
  });
});
