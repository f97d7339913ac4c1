import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { FaceSearchClient } from '../../../src/cli/api-client/face-search-client.js';
import { usersOf } from '../../../src/cli/api-client/users.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { listeningFakeApp, testKey } from '../../support/fake-app.js';
import { makeCertificate } from '../../support/make-certificate.js';
import { scriptedServer } from '../../support/scripted-server.js';

const base = '/vision/ekyc/facesearch/v4';

test.each([
  ['http://localhost:8080', 'http://localhost:8080'],
  ['http://localhost:8080/', 'http://localhost:8080'],
  [`https://faces.example${base}`, 'https://faces.example'],
  [`https://faces.example/behind/a/proxy${base}/`, 'https://faces.example/behind/a/proxy'],
])('the URL %s means the server at %s', (url, origin) => {
  expect(new FaceSearchClient({ url, key: 'k' }).origin).toBe(origin);
});

test.each(['localhost:8080', '', 'ftp://a'])('"%s" is no URL of a server', (url) => {
  expect(() => new FaceSearchClient({ url, key: 'k' })).toThrow('must begin with http:// or https://');
});

test('the client reads the code in the body, whatever the HTTP status', async () => {
  let status = 200;
  const url = await scriptedServer((_request, response) => {
    response.writeHead(status).end(JSON.stringify({ data: 'No', code: '406', reason: 'hat' }));
  });
  const client = new FaceSearchClient({ url, key: 'k' });
  for (status of [200, 406]) {
    expect(await client.call('POST', '/add', { id: 'a' })).toEqual({
      code: '406',
      data: 'No',
      reason: 'hat',
      ms: expect.any(Number),
    });
  }
});

test.each([
  [401, '{"data":"Unknown api_key","code":"401"}', 'does not take the key: Unknown api_key'],
  [200, '<html>', 'is no face search server: /vision/ekyc/facesearch/v4/list? answers HTTP 200'],
  [404, '{"data":"Unknown route","code":"404","reason":"unknown-route"}', 'is no face search server'],
  [200, '{"data":"Unknown api_key","code":"401"}', 'does not take the key: Unknown api_key'],
  [401, '{"message":"Invalid credentials"}', 'does not take the key: HTTP 401'],
  [301, '', 'redirects to https://moved.example/: give the URL'],
])('the client stops at HTTP %i with %s', async (status, body, message) => {
  const url = await scriptedServer((_request, response) =>
    response.writeHead(status, { location: 'https://moved.example/' }).end(body),
  );
  await expect(new FaceSearchClient({ url, key: 'k' }).call('GET', '/list')).rejects.toThrow(message);
});

test('the client sends no other request while one is told to wait', async () => {
  const times: number[] = [];
  const url = await scriptedServer((_request, response) => {
    times.push(performance.now());
    if (times.length > 1) response.end('{"data":[],"code":"200"}');
    else response.writeHead(429, { 'retry-after': '1' }).end('{"data":"Slow down","code":"429"}');
  });
  const told: string[] = [];
  const client = new FaceSearchClient({ url, key: 'k', onWait: (why) => told.push(why) });
  const first = client.call('GET', '/list');
  await expect.poll(() => told).toEqual(['Slow down']);
  await Promise.all([first, client.call('GET', '/list'), client.call('GET', '/list')]);
  expect(times).toHaveLength(4);
  expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(950);
});

test('a server that never answered is not waited for', async () => {
  const client = new FaceSearchClient({ url: 'http://127.0.0.1:9', key: 'k' });
  await expect(client.call('GET', '/list')).rejects.toThrow('http://127.0.0.1:9 cannot be reached');
});

test.each([
  [503, { data: 'x', code: '503', reason: 'storage-unavailable' }, 'no'],
  [503, { data: 'x', code: '503', reason: 'change-uncertain' }, 'perhaps'],
  // Another server tells no reason: its code alone counts, whatever it says.
  [503, { data: 'It may have happened', code: '503' }, 'no'],
  [500, { data: 'x', code: '500', reason: 'internal' }, 'perhaps'],
  [429, { data: 'x', code: '429', reason: 'rate-limit' }, 'no'],
])('after HTTP %i with %j the client knows whether the change was made: %s', async (status, body, done) => {
  const url = await scriptedServer((_request, response) => {
    response.writeHead(status, { 'retry-after': '1' }).end(JSON.stringify(body));
  });
  const attempt = new FaceSearchClient({ url, key: 'k' }).attempt('POST', '/add', { id: 'a' });
  expect(await attempt).toMatchObject({ done, why: body.data });
});

test('the client stops waiting when its caller stops', async () => {
  const url = await scriptedServer((_request, response) => {
    response.writeHead(503, { 'retry-after': '60' }).end('{"data":"Busy","code":"503"}');
  });
  const stop = new AbortController();
  const client = new FaceSearchClient({ url, key: 'k', signal: stop.signal, onWait: () => stop.abort() });
  await expect(client.call('GET', '/list')).rejects.toThrow('abort');
});

test('a key that cannot be one is not shown', () => {
  expect(() => new FaceSearchClient({ url: 'http://a', key: 'geheim\n' })).toThrow(/^(?!.*geheim).*no key has/s);
});

test('what is sent arrives to the letter, and a near miss is told', async () => {
  const { target, gallery } = await listeningFakeApp();
  const client = new FaceSearchClient({ url: `http://127.0.0.1:${target.port}`, key: testKey });
  const user = { collection: '"c"', id: '"Nguyễn/+&"', name: '""' };
  expect(await client.call('POST', '/create', user)).toMatchObject({ code: '200' });
  expect([...(await usersOf(client, user.collection))]).toEqual([[user.id, user.name]]);
  expect(gallery.people.has(JSON.stringify(['acme', '"c"']))).toBe(true);
  const photo = (text: string) => ({ ...user, file: new Blob([text]) });
  expect(await client.call('POST', '/add', photo('cos:1'))).toMatchObject({ code: '200' });
  const search = { ...photo('cos:0.5'), threshold: '0.9', lower_threshold: '0.1' };
  const near = await client.call('POST', '/search', search);
  expect(near).toMatchObject({ code: '200', extra: { id: user.id, similarity: expect.closeTo(0.5, 5) } });
  expect(near.data).toBeUndefined();
});

test.each<[string, string, string[] | RegExp]>([
  ['numbers and no names', '{"code":200,"data":[{"id":7},{"id":"8","name":null}]}', ['7', '8']],
  ['no collection', '{"code":"404","data":"Collection not found"}', []],
  ['something else', '{"code":"200","data":{"users":[]}}', /is no list of users/],
  ['a refusal', '{"code":"412","data":"Missing collection"}', /does not list the collection: 412 Missing/],
])('a list with %s', async (_, body, expected) => {
  const url = await scriptedServer((_request, response) => response.end(body));
  const listed = usersOf(new FaceSearchClient({ url, key: 'k' }), '');
  if (expected instanceof RegExp) await expect(listed).rejects.toThrow(expected);
  else expect([...(await listed)]).toEqual(expected.map((id) => [id, '']));
});

test('a proxy that refuses large photos makes only this photo fail', async () => {
  const url = await scriptedServer((_request, response) => response.writeHead(413).end('<html>'));
  expect(await new FaceSearchClient({ url, key: 'k' }).call('POST', '/add', { id: 'a' })).toMatchObject({
    code: '413',
    data: 'The request is too large for a proxy on the way.',
  });
});

test('a request that fails again and again is given up, though others are answered', async () => {
  const url = await scriptedServer((request, response) => {
    if (request.method === 'GET') response.end('{"data":[],"code":"200"}');
    else response.writeHead(500).end('{"data":"Internal error","code":"500"}');
  });
  const client = new FaceSearchClient({ url, key: 'k', patience: 100 });
  await client.call('GET', '/list');
  const failing = expect(client.call('POST', '/create', { id: 'a' })).rejects.toThrow('Internal error');
  await client.call('GET', '/list');
  await failing;
});

test('a server that is silent is given up in time', async () => {
  const url = await scriptedServer(() => {});
  await expect(new FaceSearchClient({ url, key: 'k', timeout: 50 }).call('GET', '/list')).rejects.toThrow(
    'cannot be reached: no answer in time',
  );
});

test('errors of TLS are reported by their names', async () => {
  const { cert, key } = makeCertificate(await temporaryFolder(), 'own');
  const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const list = (url: string) => new FaceSearchClient({ url, key: 'k' }).call('GET', '/list');
  await expect(list(`https://127.0.0.1:${port}`)).rejects.toThrow(/not trusted: .*NODE_EXTRA_CA_CERTS/);
  const plain = await scriptedServer((_request, response) => response.end());
  await expect(list(plain.replace('http:', 'https:'))).rejects.toThrow('does not speak TLS: is it http:// there?');
});
