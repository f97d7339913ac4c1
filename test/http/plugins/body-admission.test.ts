import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { basePath } from '../../../src/http/routes/v4/v4.js';
import { fakeApp, listeningFakeApp, testKey } from '../../support/fake-app.js';
import { field, file, form } from '../../support/multipart.js';

/** Two that arrive for each thread and each place in the queue. */
const PLACES = 4;
const few = { MAX_QUEUE: '1', WORKERS: '1' };

/** The headers of an upload of 5 MB, and its first bytes. */
function beginUpload(port: number, path = '/search'): { socket: Socket; received: () => string } {
  const { headers, body } = form(file(Buffer.alloc(5_000_000)));
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.on('data', (data) => {
    received += data.toString();
  });
  socket.write(
    [
      `POST ${basePath}${path} HTTP/1.1`,
      'host: x',
      `api_key: ${testKey}`,
      `content-type: ${headers['content-type']}`,
      `content-length: ${body.length}`,
      '\r\n',
    ].join('\r\n'),
  );
  socket.write(body.subarray(0, 1000));
  return { socket, received: () => received };
}

it('the server refuses photos beyond its places before their bodies, and answers cheap requests meanwhile', async () => {
  const { target, get, post } = await listeningFakeApp(few);
  await post('/create', field('id', 'u1'), field('name', 'Mai'));
  const uploads = Array.from({ length: PLACES + 3 }, () => beginUpload(target.port));
  const refused = () => uploads.filter(({ received }) => received() !== '');
  await expect.poll(() => refused().length).toBe(3);
  for (const { received } of refused()) {
    expect(received()).toMatch(/^HTTP\/1.1 503 (?:.|\s)*"code":"503","reason":"uploads-full"}$/);
    expect(received()).toMatch(/\r\nretry-after: \d+\r\n/);
  }
  for (const path of ['/health', '/ready'])
    expect((await target.send({ method: 'GET', path, absolute: true })).status).toBe(200);
  expect((await get('/list')).json.code).toBe('200');
  const vector = JSON.stringify(Array(512).fill(1));
  expect((await post('/search_vector', field('vector', vector))).json.code).toBe('404');
  expect((await post('/search', file('cos:1'))).status).toBe(503);

  for (const { socket, received } of uploads) if (received() === '') socket.destroy();
  await expect.poll(async () => (await post('/search', file('cos:1'))).json.code).toBe('404');
});

it('a refused client may send on, and its next request on the connection is served', async () => {
  const { target, post } = await listeningFakeApp(few);
  const uploads = Array.from({ length: PLACES }, () => beginUpload(target.port));
  await expect.poll(async () => (await post('/search', file(Buffer.alloc(3_000_000)))).status).toBe(503);
  const refused = beginUpload(target.port);
  await expect.poll(refused.received).toContain('503');
  const { body } = form(file(Buffer.alloc(5_000_000)));
  refused.socket.write(body.subarray(1000));
  refused.socket.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n');
  await expect.poll(refused.received).toContain('"data":"ok"');
  for (const { received } of uploads) expect(received()).toBe('');
});

it.each([
  ['DELETE', '/admin/v1/webhooks/1'],
  ['POST', '/admin/v1/candidates'],
  ['PUT', '/nowhere'],
] as const)('a large body of %s %s is refused before it is read when all places are taken', async (method, path) => {
  const { target } = await listeningFakeApp(few);
  const uploads = Array.from({ length: PLACES }, () => beginUpload(target.port));
  const send = (size: number) =>
    target.send({
      method,
      path,
      absolute: true,
      headers: { api_key: testKey },
      body: { headers: { 'content-type': 'application/json' }, body: Buffer.alloc(size, ' ') },
    });
  await expect.poll(async () => (await send(1_000_000)).json).toMatchObject({ code: '503', reason: 'uploads-full' });
  // A small one has a place among the small ones, unless the endpoint takes photos.
  expect((await send(10)).status === 503).toBe(path === '/admin/v1/candidates');
  for (const { received } of uploads) expect(received()).toBe('');
});

it.each(['/search', '/create'])('each place of %s becomes free again', async (path) => {
  const { post } = await fakeApp(few);
  for (let i = 0; i < 300; i++)
    expect((await post(path, file('cos:1'), field('id', 'u'), field('name', 'n'))).status).toBe(200);
});
