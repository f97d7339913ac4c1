import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { basePath } from '../src/http/routes/v4/v4.js';
import { file, form } from './support/multipart.js';
import { photo } from './support/photos.js';
import { startServer } from './support/server-process.js';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facesearch-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function run(env: Record<string, string> = {}) {
  const server = startServer(folder, env);
  children.push(server.child);
  return server;
}

async function post(origin: string, key: string, path: string, fields: Record<string, string | Buffer>) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields))
    body.set(name, typeof value === 'string' ? value : new Blob([value as Uint8Array<ArrayBuffer>]));
  const response = await fetch(origin + basePath + path, { method: 'POST', headers: { api_key: key }, body });
  return (await response.json()) as { data: unknown; code: string };
}

const franck = photo('franck_01829.jpg');

it('a server shows its first key once, and answers the same after a restart', async () => {
  const first = run();
  const origin = await first.ready();
  const key = await first.waitFor(/^ {2}(\S{20,})$/m);
  await post(origin, key, '/create', { id: 'u1', name: 'Franck' });
  await post(origin, key, '/add', { id: 'u1', file: franck });
  const answer = await post(origin, key, '/search', { file: photo('franck_02045.jpg') });
  expect(answer).toMatchObject({ data: { id: 'u1' }, code: '200' });
  first.child.kill('SIGTERM');
  expect(await first.exitCode).toBe(0);
  expect(first.output.stdout.split(key)).toHaveLength(2);

  const second = run();
  expect(await post(await second.ready(), key, '/search', { file: photo('franck_02045.jpg') })).toEqual(answer);
  expect(second.output.stdout).not.toContain('api_key:');
});

it('a server that is told to stop finishes a running request', async () => {
  const { child, exitCode, ready, waitFor } = run({ API_KEYS: 'k1' });
  const origin = await ready();
  const { headers, body } = form(file(franck));
  const upload = request(`${origin}${basePath}/search`, {
    method: 'POST',
    headers: { ...headers, api_key: 'k1', 'content-length': body.length, expect: '100-continue' },
    agent: new Agent({ keepAlive: true }),
  });
  const answer = new Promise<string>((resolve, reject) => {
    upload.on('error', reject);
    upload.on('response', (response) => response.on('data', (chunk) => resolve(String(chunk))));
  });
  upload.flushHeaders();
  await once(upload, 'continue');
  child.kill('SIGTERM');
  await waitFor(/"msg":"closing"/);
  upload.end(body);
  expect(await answer).toBe('{"data":"Not found","code":"404","reason":"not-found"}');
  expect(await exitCode).toBe(0);
});

it('a server stops although connections send no request, or half of one', async () => {
  const { child, exitCode, ready } = run({ API_KEYS: 'k1' });
  const { hostname, port } = new URL(await ready());
  for (const text of ['', 'GET /health HTTP/1.1\r\nhost: x\r\n']) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(text);
  }
  child.kill('SIGTERM');
  expect(await exitCode).toBe(0);
});

it('a server that stops gives up a request that does not end', async () => {
  const { child, exitCode, ready } = run({ API_KEYS: 'k1', SHUTDOWN_GRACE: '0' });
  const { headers, body } = form(file(franck));
  const upload = request(`${await ready()}${basePath}/search`, {
    method: 'POST',
    headers: { ...headers, api_key: 'k1', 'content-length': body.length, expect: '100-continue' },
  });
  upload.on('error', () => {});
  upload.flushHeaders();
  await once(upload, 'continue');
  child.kill('SIGTERM');
  expect(await exitCode).toBe(1);
});

it('a server exits at once when it is told to stop a second time', async () => {
  const { child, exitCode, ready, waitFor } = run({ API_KEYS: 'k1', SHUTDOWN_GRACE: '3600' });
  const { headers, body } = form(file(franck));
  const upload = request(`${await ready()}${basePath}/search`, {
    method: 'POST',
    headers: { ...headers, api_key: 'k1', 'content-length': body.length, expect: '100-continue' },
  });
  upload.on('error', () => {});
  upload.flushHeaders();
  await once(upload, 'continue');
  child.kill('SIGTERM');
  await waitFor(/"msg":"closing"/);
  child.kill('SIGTERM');
  expect(await exitCode).toBe(1);
});

it('a server that is stopped under load answers all that it began, and refuses new requests', async () => {
  const { child, exitCode, ready, waitFor } = run({ API_KEYS: 'k1', SHUTDOWN_GRACE: '60' });
  const origin = await ready();
  const answers: string[] = [];
  const untilRefused = async (): Promise<string> => {
    for (;;) {
      try {
        answers.push((await post(origin, 'k1', '/search', { file: franck })).code);
      } catch (error) {
        return (error as { cause?: { code?: string } }).cause?.code ?? String(error);
      }
    }
  };
  const clients = Array.from({ length: 6 }, untilRefused);
  await expect.poll(() => answers.length, { timeout: 30_000 }).toBeGreaterThan(3);
  child.kill('SIGTERM');
  await waitFor(/"msg":"closing"/);
  const ends = await Promise.all(clients);
  expect(await exitCode).toBe(0);
  expect(new Set(answers)).toEqual(new Set(['404']));
  // A connection that the kernel took just before the port was closed is reset before it is answered.
  for (const end of ends) expect(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET']).toContain(end);
  expect(ends).toContain('ECONNREFUSED');
});

it('a server says what is wrong with its settings, all at once and without their values, and exits with 1', async () => {
  const { exitCode, output } = run({ PORT: 'eighty', API_KEYS: 'acme:s3cret,acme:s3cret' });
  expect(await exitCode).toBe(1);
  expect(output.stderr).toMatch(/PORT: must be a whole number/);
  expect(output.stderr).toMatch(/API_KEYS: /);
  expect(output.stderr).not.toMatch(/eighty|s3cret|at .*\.js/);
});

it('a server serves metrics on their own port, and not on that of the API', async () => {
  const { ready, waitFor } = run({ API_KEYS: 'k1', METRICS_PORT: '0', WORKERS: '1' });
  const port = await waitFor(/"port":(\d+),"msg":"metrics are served"/);
  const origin = await ready();
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toMatch(/^facesearch_ready 1$/m);
  expect(text).toMatch(/^facesearch_workers 1$/m);
  expect((await fetch(`${origin}/metrics`)).status).toBe(404);
});

it('a server that cannot start exits with 1 and one clear line', async () => {
  const pack = run({ API_KEYS: 'k1', MODEL_PACK: 'nothing' });
  expect(await pack.exitCode).toBe(1);
  expect(pack.output.stderr).toContain('no pack "nothing"');

  const data = run({ API_KEYS: 'k1', DATA_DIR: '/dev/null/data' });
  expect(await data.exitCode).toBe(1);
  expect(data.output.stderr).toContain('/dev/null/data');

  const occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
  const { port } = occupant.address() as { port: number };
  const taken = run({ API_KEYS: 'k1', PORT: String(port) });
  expect(await taken.exitCode).toBe(1);
  expect(taken.output.stderr).toMatch(/EADDRINUSE/);
  occupant.close();
});
