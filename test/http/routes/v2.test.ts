import { expect, it } from 'vitest';
import { pathOfV2 } from '../../../src/http/routes/v2/v2.js';
import { fakeApp, testKey } from '../../support/fake-app.js';
import { field, file, form, type PartInit } from '../../support/multipart.js';
import { expectConforming } from '../plugins/openapi/conforming.js';

const id = field('id', 'u1');
const name = field('name', 'Mai');

async function client(env: Record<string, string> = {}) {
  const app = await fakeApp(env);
  const send = async (method: 'POST' | 'DELETE', path: string, ...parts: PartInit[]) => {
    const call = { method, path: pathOfV2 + path, absolute: true };
    const answer = await app.target.send({ ...call, headers: { api_key: testKey }, body: form(...parts) });
    expectConforming(call, answer, env.HTTP_STATUS === 'mirror' ? 'mirror' : 'business');
    return answer;
  };
  await send('POST', '/create', id, name);
  await send('POST', '/add', id, file('cos:1'));
  return { ...app, send };
}

it.each([
  ['no face', 'POST', '/search', [file('none')], '400', 'No face detected', 'no-face'],
  ['several faces', 'POST', '/add', [id, file('many')], '400', 'More than 1 faces detected', 'many-faces'],
  ['no image', 'POST', '/add', [id, file('broken')], '400', expect.any(String), 'image-format'],
  [
    'a covered face',
    'POST',
    '/search',
    [file('masked')],
    '400',
    'Photo not contains full face, too close; wearing mask, sunglasses or hat',
    'too-close',
  ],
  ['an ID card', 'POST', '/search', [file('card')], '410', 'Photo is id card', 'id-card'],
  ['nobody', 'POST', '/search', [file('cos:0.2')], '404', 'Not found', 'not-found'],
  ['faces of nobody', 'DELETE', '/delete_faces', [field('id', 'u2')], '400', 'User not found', 'user-not-found'],
  ['nobody to delete', 'DELETE', '/delete', [field('id', 'u2')], '404', 'User not found', 'user-not-found'],
  ['a photo of nobody', 'POST', '/add', [field('id', 'u2'), file('cos:1')], '404', 'User not found', 'user-not-found'],
  [
    'no collection',
    'DELETE',
    '/delete_collection',
    [field('collection', 'x')],
    '404',
    'Collection not found',
    'collection-not-found',
  ],
  ['no id', 'POST', '/create', [name], '400', 'Missing id', 'missing-id'],
  ['no file', 'POST', '/search', [], '400', 'Missing file', 'missing-file'],
] as const)('%s', async (_what, method, path, parts, code, data, reason) => {
  const { send } = await client();
  expect((await send(method, path, ...parts)).json).toEqual({ data, code, reason });
  const mirrored = await client({ HTTP_STATUS: 'mirror' });
  expect((await mirrored.send(method, path, ...parts)).status).toBe(Number(code));
});

it('a missing key is 400, too', async () => {
  const { target } = await fakeApp();
  const answer = await target.send({ method: 'GET', path: `${pathOfV2}/list`, absolute: true });
  expect(answer.json).toEqual({ data: 'Missing api_key', code: '400', reason: 'missing-api-key' });
});

it('a search ignores the fields that only version 4 has', async () => {
  const { send, get } = await client();
  const more = ['create', 'only_largest_face', 'disable_validation'].map((flag) => field(flag, 'true'));
  const lower = field('lower_threshold', '0.1');
  expect((await send('POST', '/search', file('cos:0.5'), lower, ...more)).json).toMatchObject({ reason: 'not-found' });
  expect((await send('POST', '/search', file('many'), ...more)).json).toMatchObject({ reason: 'many-faces' });
  expect((await get('/list')).json.data).toHaveLength(1);
  expect((await send('POST', '/search', file('card'), field('allow_id_card', 'true'))).json.code).toBe('200');
  expect((await send('POST', '/search', file('cos:0.5'), field('threshold', '0.4'))).json.data).toEqual({
    id: 'u1',
    name: 'Mai',
    similarity: 0.5,
  });
});
