import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { basePath } from '../../../src/http/routes/v4/v4.js';
import { StoreError } from '../../../src/persistence/store-error.js';
import { fakeApp, listeningFakeApp, testKey } from '../../support/fake-app.js';
import { FakeWebhooks } from '../../support/fake-webhooks.js';
import { FakeAnalyser, FakeGallery } from '../../support/fakes.js';
import { field, file, form } from '../../support/multipart.js';

const headers = { api_key: testKey };

it('the reply to an unexpected error hides its text, and the log has it', async () => {
  const { post, lines } = await fakeApp();
  const { status, text } = await post('/search', file('crash'));
  expect(status).toBe(500);
  expect(text).toBe('{"data":"Internal error","code":"500","reason":"internal"}');
  expect(lines.join('')).toContain('secret detail of the crash');
});

it('an unknown route answers 404, whatever the method and the body', async () => {
  const { target } = await fakeApp();
  const body = form(field('id', 'u1'));
  for (const call of [
    { method: 'GET', path: '/nothing' },
    { method: 'POST', path: '/nothing', body },
    { method: 'DELETE', path: '/', body },
    { method: 'GET', path: '/', absolute: true },
  ] as const)
    expect(await target.send(call)).toMatchObject({
      status: 404,
      json: { data: 'Unknown route', code: '404', reason: 'unknown-route' },
    });
});

it.each([
  ['PUT', '/create', 'POST'],
  ['GET', '/create/', 'POST'],
  ['OPTIONS', '/create?id=1', 'POST'],
  ['POST', '/list', 'GET, HEAD'],
  ['POST', '/delete', 'DELETE'],
  ['POST', '/admin/v1/faces/7', 'DELETE'],
  ['GET', '/dmp/checkface/v1', 'POST'],
  ['PUT', '/console/main.js', 'GET, HEAD'],
] as const)('answers 405 to %s %s, and says what is allowed', async (method, path, allow) => {
  const { target } = await fakeApp();
  const absolute = /^\/(?:admin|dmp|console)\//.test(path);
  expect(await target.send({ method, path, absolute, headers })).toMatchObject({
    status: 405,
    headers: { allow },
    json: { code: '405', reason: 'wrong-method', data: expect.stringContaining('Allow') },
  });
});

it('errors of the framework have the same form as all others', async () => {
  const { target } = await fakeApp();
  expect(await target.send({ method: 'GET', path: '/%zz' })).toMatchObject({
    status: 400,
    json: { data: 'Bad Request', code: '400', reason: 'bad-request' },
  });
  const body = { headers: { 'content-type': 'nonsense' }, body: Buffer.from('x') };
  expect(await target.send({ method: 'POST', path: '/create', headers, body })).toMatchObject({
    status: 415,
    json: { code: '415', reason: 'media-type', data: expect.stringContaining('multipart/form-data') },
  });
});

it('a refusing disk answers 503 and a damaged one 500; only the log says more', async () => {
  const { post, gallery, lines } = await fakeApp();
  const parts = [field('id', 'u1'), field('name', 'Mai')];
  gallery.saveUser = () => Promise.reject(new StoreError('full', 'The database /data/x'));
  const full = await post('/create', ...parts);
  expect(full).toMatchObject({ status: 503, json: { code: '503', reason: 'storage-unavailable' } });
  expect(full.text).toContain('nothing was changed');
  expect(full.headers['retry-after']).toBeDefined();
  gallery.saveUser = () => Promise.reject(new StoreError('damaged', 'The database /data/x'));
  const damaged = await post('/create', ...parts);
  expect(damaged).toMatchObject({ status: 500, json: { data: 'Internal error', code: '500', reason: 'internal' } });
  expect(full.text + damaged.text).not.toContain('/data');
  expect(lines.join('')).toMatch(/The database \/data\/x: the disk is full, .*\/data\/x: the file is damaged; stop/s);
});

it('an overloaded server answers Retry-After', async () => {
  const { post } = await fakeApp();
  const { status, headers: got, json } = await post('/search', file('busy'));
  expect(status).toBe(503);
  expect(json.code).toBe('503');
  expect(Number(got['retry-after'])).toBeGreaterThan(0);
});

it('requests answer 503 until the server has started, after the key is checked', async () => {
  const { target } = await fakeApp({}, { services: () => undefined });
  expect((await target.send({ method: 'GET', path: '/list' })).json.code).toBe('412');
  const { status, headers: got, json } = await target.send({ method: 'GET', path: '/list', headers });
  expect(status).toBe(503);
  expect(json).toEqual({ data: 'The server is starting; try again in a moment.', code: '503', reason: 'not-ready' });
  expect(got['retry-after']).toBeDefined();
});

it('/health answers before /ready does', async () => {
  const { target } = await fakeApp({}, { services: () => undefined });
  const get = (path: string) => target.send({ method: 'GET', path, absolute: true });
  expect(await get('/health')).toMatchObject({ status: 200, json: { data: 'ok', code: '200' } });
  expect(await get('/ready')).toMatchObject({ status: 503, json: { code: '503' } });
});

it('/ready says how many faces of another model are not searched', async () => {
  const parts = { gallery: new FakeGallery(), analyser: new FakeAnalyser(), webhooks: new FakeWebhooks(), model: 'm2' };
  let faces = 7;
  const otherModels = { faces: async () => faces };
  const { target } = await fakeApp({}, { services: () => ({ ...parts, directory: parts.gallery, otherModels }) });
  const ready = async () => (await target.send({ method: 'GET', path: '/ready', absolute: true })).json;
  expect(await ready()).toEqual({ data: 'ready', code: '200', model: 'changed', notSearched: 7 });
  faces = 0;
  expect(await ready()).toEqual({ data: 'ready', code: '200' });
});

it('/ready answers 200 only while the store answers', async () => {
  let broken = false;
  const checkReady = async () => {
    if (broken) throw new Error('disk gone');
  };
  const { target, lines } = await fakeApp({}, { checkReady });
  const ready = () => target.send({ method: 'GET', path: '/ready', absolute: true });
  expect(await ready()).toMatchObject({ status: 200, json: { data: 'ready', code: '200' } });
  broken = true;
  const refused = await ready();
  expect(refused.status).toBe(503);
  expect(refused.text).not.toContain('disk');
  expect(lines.join('')).toContain('disk gone');
});

it('a body over the limit answers 413, with or without its length, and the server stays usable', async () => {
  const { target, post, get } = await listeningFakeApp({ BODY_LIMIT: '200000' });
  const tooLarge = { data: 'The request body is too large.', code: '413', reason: 'body-size' };
  const body = form(field('unknown', 'x'.repeat(5_000_000)));
  expect(await target.send({ method: 'POST', path: '/search', headers, body })).toMatchObject({
    status: 413,
    json: tooLarge,
  });
  expect(await sendChunked(target.port, body.headers, body.body)).toContain(JSON.stringify(tooLarge));
  const padded = { ...body, body: Buffer.concat([form(file('cos:1')).body, Buffer.alloc(300_000)]) };
  expect(await sendChunked(target.port, padded.headers, padded.body)).toContain('413');
  expect((await post('/search', file('cos:1'))).json.code).toBe('404');
  expect((await get('/list')).json.code).toBe('200');
});

it('an upload that breaks off changes nothing', async () => {
  const { target, gallery, post, lines } = await listeningFakeApp();
  await post('/create', field('id', 'u1'), field('name', 'Mai'));
  const body = form(field('id', 'u1'), file(Buffer.concat([Buffer.from('cos:1\0'), Buffer.alloc(100_000)])));
  const socket = connect(target.port, '127.0.0.1');
  socket.write(requestHead(body.headers, `content-length: ${body.body.length}`));
  await new Promise<void>((resolve) => {
    socket.write(body.body.subarray(0, 50_000), () => resolve());
  });
  socket.destroy();
  await expect.poll(() => lines.join('')).toContain('request aborted');
  expect((await post('/search', file('cos:1'))).json.code).toBe('404');
  expect([...gallery.people.values()].flatMap((users) => [...users.values()]).flatMap((u) => u.faces)).toEqual([]);
});

it('bytes that are no HTTP get a reply', async () => {
  const { target } = await listeningFakeApp();
  expect(await exchange(target.port, ['no http at all\r\n\r\n'])).toMatch(
    /^HTTP\/1.1 400(?:.|\s)*{"data":"Bad Request","code":"400","reason":"bad-request"}$/,
  );
  const long = `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`;
  expect(await exchange(target.port, [long])).toMatch(/^HTTP\/1.1 431(?:.|\s)*"code":"431","reason":"headers-size"}$/);
});

function requestHead(formHeaders: Record<string, string>, ...more: string[]): string {
  return [
    `POST ${basePath}/add HTTP/1.1`,
    'host: localhost',
    `api_key: ${testKey}`,
    `content-type: ${formHeaders['content-type']}`,
    'connection: close',
    ...more,
    '\r\n',
  ].join('\r\n');
}

function sendChunked(port: number, formHeaders: Record<string, string>, body: Buffer): Promise<string> {
  const chunks: (string | Buffer)[] = [requestHead(formHeaders, 'transfer-encoding: chunked')];
  for (let at = 0; at < body.length; at += 60_000) {
    const chunk = body.subarray(at, at + 60_000);
    chunks.push(`${chunk.length.toString(16)}\r\n`, chunk, '\r\n');
  }
  return exchange(port, [...chunks, '0\r\n\r\n']);
}

function exchange(port: number, chunks: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (data) => {
      received += data.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
    for (const chunk of chunks) socket.write(chunk);
  });
}
