import { expect, test } from 'vitest';
import { FaceSearchClient } from '../../src/client/face-search-client.js';
import { scriptedServer } from '../support/scripted-server.js';

const base = '/vision/ekyc/facesearch/v4';

test.each([
  ['http://localhost:8080', 'http://localhost:8080'],
  ['http://localhost:8080/', 'http://localhost:8080'],
  [`https://faces.example${base}`, 'https://faces.example'],
  [`https://faces.example/behind/a/proxy${base}/`, 'https://faces.example/behind/a/proxy'],
])('%s is the server at %s', (url, origin) => {
  expect(new FaceSearchClient({ url, key: 'k' }).origin).toBe(origin);
});

test.each(['localhost:8080', '', 'ftp://a'])('"%s" is no URL of a server', (url) => {
  expect(() => new FaceSearchClient({ url, key: 'k' })).toThrow('must begin with http:// or https://');
});

test('codes are those of the body, whatever the HTTP status', async () => {
  let status = 200;
  const url = await scriptedServer((_request, response) => {
    response.writeHead(status).end(JSON.stringify({ data: 'No', code: '406', reason: 'hat' }));
  });
  const client = new FaceSearchClient({ url, key: 'k' });
  for (status of [200, 406]) {
    expect(await client.call('POST', '/add', { id: 'a' })).toEqual({ code: '406', data: 'No', reason: 'hat' });
  }
});

test.each([
  [401, '{"data":"Unknown api_key","code":"401"}', 'does not take the key: Unknown api_key'],
  [200, '<html>', 'is no face search server: /vision/ekyc/facesearch/v4/list? answers HTTP 200'],
  [404, '{"data":"Unknown route","code":"404"}', 'is no face search server'],
])('HTTP %i with %s ends the work', async (status, body, message) => {
  const url = await scriptedServer((_request, response) => response.writeHead(status).end(body));
  await expect(new FaceSearchClient({ url, key: 'k' }).call('GET', '/list')).rejects.toThrow(message);
});

test('when one call is told to wait, no other is sent meanwhile', async () => {
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

test('waiting ends when the caller stops', async () => {
  const url = await scriptedServer((_request, response) => {
    response.writeHead(503, { 'retry-after': '60' }).end('{"data":"Busy","code":"503"}');
  });
  const stop = new AbortController();
  const client = new FaceSearchClient({ url, key: 'k', signal: stop.signal, onWait: () => stop.abort() });
  await expect(client.call('GET', '/list')).rejects.toThrow('abort');
});
