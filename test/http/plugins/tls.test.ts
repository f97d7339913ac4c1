import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CertificateFiles } from '../../../src/http/plugins/tls.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { runCommand } from '../../support/command.js';
import { makeCertificate } from '../../support/make-certificate.js';
import { field } from '../../support/multipart.js';
import { startServer } from '../../support/server-process.js';
import { client, httpTarget } from '../../support/target.js';

/** The name in the certificate that a server shows. */
async function nameServedAt(origin: string): Promise<string> {
  const { hostname: host, port } = new URL(origin);
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

function start(folder: string, env: Record<string, string>) {
  const server = startServer(folder, { API_KEYS: 'acme:k1', ...env });
  onTestFinished(() => void server.child.kill('SIGKILL'));
  return server;
}

test('a server with TLS takes a renewed certificate while it runs, and stops like one without', async () => {
  const folder = await temporaryFolder();
  const files = makeCertificate(folder, 'first');
  const renewed = makeCertificate(folder, 'second');
  const env = { TLS_CERT: files.cert, TLS_KEY: files.key };
  const server = start(join(folder, 'data'), env);
  const origin = await server.ready();
  expect(origin).toMatch(/^https:/);
  const target = httpTarget(origin, readFileSync(files.cert, 'utf8'));
  const calls = client(target, 'k1');
  expect((await calls.post('/create', field('id', 'u1'), field('name', 'Mai'))).json.code).toBe('200');
  expect(await nameServedAt(origin)).toBe('first');

  const { port } = new URL(origin);
  expect((await runCommand('health', folder, [], { env: { ...env, PORT: port } })).code).toBe(0);
  expect((await runCommand('health', folder, [], { env: { PORT: port } })).code).toBe(1);

  // The key comes later: until then the old pair is served.
  writeFileSync(files.cert, readFileSync(renewed.cert));
  await server.waitFor(/"msg":"(the new certificate cannot be used, the old one is served)"/);
  expect(await nameServedAt(origin)).toBe('first');
  writeFileSync(files.key, readFileSync(renewed.key));
  await expect.poll(() => nameServedAt(origin), { timeout: 30_000 }).toBe('second');
  expect((await calls.get('/list')).json.data).toEqual([{ id: 'u1', name: 'Mai' }]);

  // Neither a connection that is kept alive nor one without a handshake holds up the end.
  const silent = connectPlain(Number(port), '127.0.0.1');
  silent.on('error', () => {});
  await once(silent, 'connect');
  server.child.kill('SIGTERM');
  expect(await server.exitCode).toBe(0);
  expect(server.output.stdout).toContain('"msg":"closed"');
  await target.close();
});

test('the health check works with a plain server', async () => {
  const folder = await temporaryFolder();
  const server = start(folder, {});
  const { port } = new URL(await server.ready());
  expect((await runCommand('health', folder, [], { env: { PORT: port } })).code).toBe(0);
  server.child.kill('SIGTERM');
  expect(await server.exitCode).toBe(0);
  expect((await runCommand('health', folder, [], { env: { PORT: port } })).code).toBe(1);
});

describe('files that cannot be used', () => {
  const logger = { info: vi.fn(), error: vi.fn() };

  test('TLS files that cannot be used are refused, and the message says which and why', async () => {
    const folder = await temporaryFolder();
    const [one, two] = [makeCertificate(folder, 'one'), makeCertificate(folder, 'two')];
    const text = join(folder, 'text');
    writeFileSync(text, 'no certificate');
    const open = (cert: string, key: string) => () => new CertificateFiles({ cert, key }, logger);
    expect(open(one.cert, one.key)).not.toThrow();
    expect(open(join(folder, 'none'), one.key)).toThrow(/^TLS_CERT: ENOENT.*none/);
    expect(open(one.cert, join(folder, 'none'))).toThrow(/^TLS_KEY: ENOENT.*none/);
    expect(open(text, one.key)).toThrow(/^TLS_CERT: the file holds no certificate in PEM/);
    expect(open(one.cert, text)).toThrow(/^TLS_KEY: the file holds no private key in PEM/);
    expect(open(one.cert, one.cert)).toThrow(/^TLS_KEY: the file holds no private key in PEM/);
    expect(open(one.cert, two.key)).toThrow('TLS_KEY: the key is not that of the certificate in TLS_CERT');
  });

  test('TLS files that cannot be used end the start with one clear line', async () => {
    const folder = await temporaryFolder();
    const { cert, key } = makeCertificate(folder, 'one');
    for (const [env, message] of [
      [{ TLS_CERT: cert }, /TLS_CERT and TLS_KEY: set both or none of them/],
      [{ TLS_KEY: key }, /TLS_CERT and TLS_KEY: set both or none of them/],
      [{ TLS_CERT: cert, TLS_KEY: '/nothing' }, /^TLS_KEY: ENOENT/],
    ] as const) {
      const { exitCode, output } = start(join(folder, 'data'), env);
      expect(await exitCode).toBe(1);
      expect(output.stderr).toMatch(message);
      expect(output.stderr).not.toMatch(/at .*\.js/);
    }
  });
});
