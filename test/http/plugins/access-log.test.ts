import { expect, it } from 'vitest';
import { basePath } from '../../../src/http/routes/v4/v4.js';
import { fakeApp, testKey } from '../../support/fake-app.js';
import { faceOf } from '../../support/fakes.js';
import { field, file } from '../../support/multipart.js';
import { calls } from '../calls.js';

const secrets = { id: 'id-4711', name: 'name-Mai', collection: 'staff-of-acme' };
const vector = JSON.stringify([...faceOf(0.123456789)]);
const photo = 'cos:0.987654\0pixels-of-a-face';

async function callAll() {
  const app = await fakeApp();
  const everything = [...Object.entries(secrets).map(([name, value]) => field(name, value)), field('vector', vector)];
  for (const value of [photo, Buffer.from(photo).toString('base64'), 'broken pixels-of-a-face', 'many']) {
    for (const { method, path } of calls) {
      const image = value === photo || value === 'many' ? file(value, 'mai.jpg') : field('file', value);
      if (method === 'GET') await app.get(`${path}?collection=${secrets.collection}`);
      else if (method === 'POST') await app.post(path, image, ...everything, field('create', 'true'));
    }
  }
  for (const path of ['/delete_faces', '/delete', '/delete_collection']) await app.delete(path, ...everything);
  for (const path of [`/nothing/${secrets.collection}`, `/%zz${secrets.collection}`])
    await app.target.send({ method: 'GET', path, headers: { api_key: testKey } });
  await app.target.send({ method: 'GET', path: '/list', headers: { 'api-key': 'a-wrong-key' } });
  return app;
}

it('the log holds no key, id, name, collection, image, file name or vector, at any level', async () => {
  const log = (await callAll()).lines.join('');
  expect(log.length).toBeGreaterThan(1000);
  for (const secret of [
    ...Object.values(secrets),
    testKey,
    'a-wrong-key',
    'pixels',
    Buffer.from(photo).toString('base64').slice(0, 12),
    'mai.jpg',
    '0.1234',
    'cos:',
  ])
    expect(log).not.toContain(secret);
});

it('the log has one line for each request, with what is needed to follow it', async () => {
  const { post, lines } = await fakeApp();
  const { headers } = await post('/search', file('cos:1'));
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  expect(requests).toEqual([
    expect.objectContaining({
      reqId: headers['x-request-id'],
      method: 'POST',
      route: `${basePath}/search`,
      status: 200,
      code: '404',
      reason: 'not-found',
      ms: expect.any(Number),
      stages: { decode: 1, embed: 2 },
    }),
  ]);
});

it('every request gets another id', async () => {
  const { get } = await fakeApp();
  const ids = [await get('/list'), await get('/list')].map(({ headers }) => headers['x-request-id']);
  expect(new Set(ids).size).toBe(2);
});
