import { describe, expect, it } from 'vitest';
import { fakeApp, testKey } from '../support/fake-app.js';
import { faceOf } from '../support/fakes.js';
import { field, file, form } from '../support/multipart.js';
import { calls } from './calls.js';

async function enrolled(env: Record<string, string> = {}) {
  const app = await fakeApp(env);
  await app.post('/create', field('id', 'u1'), field('name', 'Mai'));
  await app.post('/add', field('id', 'u1'), file('cos:1'));
  return app;
}

describe('outcomes of /search', () => {
  // The cosine of 0.75 is exact in float32, so the boundaries are exact too.
  const mai = { id: 'u1', name: 'Mai', similarity: 0.75 };
  it.each([
    ['at threshold', ['threshold', '0.75'], { data: mai, code: '200' }],
    ['just below threshold', ['threshold', '0.7500001'], { data: 'Not found', code: '404', reason: 'not-found' }],
    ['default threshold', [], { data: 'Not found', code: '404', reason: 'not-found' }],
    ['at lower_threshold', ['lower_threshold', '0.75'], { extra_data: mai, code: '200' }],
    [
      'just below lower_threshold',
      ['lower_threshold', '0.7500001'],
      { data: 'Not found', code: '404', reason: 'not-found' },
    ],
    ['both reached', ['threshold', '0.7', 'lower_threshold', '0.6'], { data: mai, code: '200' }],
    ['near miss before create', ['lower_threshold', '0.6', 'create', 'true'], { extra_data: mai, code: '200' }],
    ['match before create', ['threshold', '0.7', 'create', 'true'], { data: mai, code: '200' }],
    [
      'unknown collection',
      ['collection', 'other', 'threshold', '0'],
      { data: 'Not found', code: '404', reason: 'not-found' },
    ],
  ])('%s', async (_case, fields, expected) => {
    const { post } = await enrolled();
    const more = fields.flatMap((name, i) => (i % 2 === 0 ? [field(name, fields[i + 1] ?? '')] : []));
    expect((await post('/search', file('cos:0.75'), ...more)).json).toStrictEqual(expected);
  });

  it('/search with create enrols the photo as it was sent and finds it afterwards', async () => {
    const { post, gallery, get } = await enrolled();
    const photo = Buffer.from('cos:0\0\xff');
    const created = await post('/search', field('create', '1'), field('file', photo.toString('base64')));
    expect(created.json).toStrictEqual({
      data: { id: expect.stringMatching(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/), new: true },
      code: '200',
    });
    expect(gallery.photos).toEqual([photo]);
    expect((await get('/list')).json.data).toContainEqual({ id: (created.json.data as { id: string }).id, name: '' });
    expect((await post('/search', file('cos:0'))).json).toMatchObject({ data: { similarity: 1 }, code: '200' });
  });
});

it('replies send code as a string and similarity as a number', async () => {
  const { post } = await enrolled();
  expect((await post('/search', file('cos:1'))).text).toBe(
    '{"data":{"id":"u1","name":"Mai","similarity":1},"code":"200"}',
  );
  expect((await post('/search', file('none'))).text).toBe(
    '{"data":"No face detected","code":"407","reason":"no-face"}',
  );
});

it('replies add a reason beside a fixed text', async () => {
  const { post } = await enrolled();
  expect((await post('/search', file('masked'))).json).toStrictEqual({
    data: 'Photo not contains full face, too close; wearing mask, sunglasses or hat',
    code: '406',
    reason: 'too-close',
  });
});

it.each([
  ['/extract_from_fm', undefined, 'v3'],
  ['/extract_from_fm', 'v4', 'v4'],
  ['/extract_from_fm', 'NONE', 'none'],
  ['/extract_no_crop_from_fm', undefined, 'v3'],
  ['/extract_no_crop_from_fm', 'v4', 'v4'],
  ['/extract_no_crop_from_fm', '', 'v3'],
])('%s with facematch_version %s answers the vector of %s', async (path, version, expected) => {
  const { target, analyser } = await fakeApp();
  for (const name of ['facematch_version', 'facematch-version']) {
    const headers = { api_key: testKey, ...(version !== undefined && { [name]: version }) };
    const { json } = await target.send({ method: 'POST', path, headers, body: form(file('cos:0.5')) });
    expect(json).toStrictEqual({ data: { vector: [...faceOf(0.5)] }, code: '200', message: 'successful' });
    expect(analyser.seen.pop()?.options).toMatchObject({ version: expected });
  }
});

it('an unknown facematch_version is refused', async () => {
  const { target } = await fakeApp();
  const headers = { api_key: testKey, facematch_version: 'v9' };
  for (const path of ['/extract_from_fm', '/extract_no_crop_from_fm'])
    expect((await target.send({ method: 'POST', path, headers, body: form(file('cos:1')) })).json.code).toBe('400');
});

it('each endpoint passes its own flags on, and no others', async () => {
  const { post, analyser } = await enrolled();
  const flags = ['allow_id_card', 'only_largest_face', 'disable_validation'].map((name) => field(name, 'true'));
  const all = {
    version: 'v3',
    allowIdCard: true,
    severalFaces: 'largest',
    disableValidation: true,
    allowCovered: false,
  };
  await post('/search', file('cos:1'), ...flags);
  await post('/extract_from_fm', file('cos:1'), ...flags);
  await post('/add', field('id', 'u1'), file('cos:1'), ...flags);
  await post('/search_no_crop', file('cos:1'), ...flags);
  expect(analyser.seen.slice(1).map(({ options }) => options)).toEqual([
    { ...all, withCrop: false },
    { ...all, withoutLiveness: true },
    { ...all, severalFaces: 'refuse', disableValidation: false, withCrop: false },
    { version: 'v3' },
  ]);
});

it('the server checks key, fields, user and image in this order', async () => {
  const { post } = await fakeApp();
  expect((await post('/add', file('broken'))).json.data).toBe('Missing id');
  expect((await post('/add', file('broken'), field('id', 'u1'))).json.data).toBe('User not found');
  expect((await post('/add', field('file', '!'), field('id', 'u1'))).json.data).toBe('User not found');
  await post('/create', field('id', 'u1'), field('name', 'Mai'));
  expect((await post('/add', file('broken'), field('id', 'u1'))).json.code).toBe('400');
});

it('a user or collection that does not exist answers 404', async () => {
  const { post, delete: remove } = await fakeApp();
  const vector = field('vector', JSON.stringify([...faceOf(1)]));
  expect((await remove('/delete', field('id', 'u1'))).json).toEqual({
    data: 'User not found',
    code: '404',
    reason: 'user-not-found',
  });
  expect((await remove('/delete_faces', field('id', 'u1'))).json.data).toBe('User not found');
  expect((await remove('/delete_collection', field('collection', ''))).json).toEqual({
    data: 'Collection not found',
    code: '404',
    reason: 'collection-not-found',
  });
  expect((await post('/add_vector', field('id', 'u1'), vector)).json.data).toBe('User not found');
  expect((await post('/search_vector', vector)).json).toEqual({ data: 'Not found', code: '404', reason: 'not-found' });
  expect((await post('/search_no_crop', file('cos:1'))).json).toEqual({
    data: 'Not found',
    code: '404',
    reason: 'not-found',
  });
});

it('a trailing slash is ignored', async () => {
  const { target } = await fakeApp();
  for (const { method, path } of calls)
    expect((await target.send({ method, path: `${path}/`, headers: { api_key: testKey } })).json.data).not.toBe(
      'Unknown route',
    );
});

it('HTTP_STATUS=mirror sends business codes as the HTTP status', async () => {
  const { target, post } = await enrolled({ HTTP_STATUS: 'mirror' });
  const statusOf = async (...parts: Parameters<typeof post>[1][]) => {
    const { status, json } = await post('/search', ...parts);
    expect(json.code).toBe(String(status));
    return status;
  };
  expect(await statusOf(file('cos:1'))).toBe(200);
  expect(await statusOf(file('broken'))).toBe(400);
  expect(await statusOf(file('cos:0'))).toBe(404);
  expect(await statusOf(file('masked'))).toBe(406);
  expect(await statusOf(file('many'))).toBe(407);
  expect(await statusOf(file('card'))).toBe(410);
  expect(await statusOf()).toBe(412);
  expect((await target.send({ method: 'GET', path: '/list' })).status).toBe(412);
});
