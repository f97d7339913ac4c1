import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Finding } from '../../../src/cli/doctor/finding.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { runCommand } from '../../support/command.js';
import { freePort } from '../../support/free-port.js';
import { makeCertificate } from '../../support/make-certificate.js';
import { startServer } from '../../support/server-process.js';

/** A server that listens, or does not yet, on a folder of its own. */
async function listening(env: Record<string, string>, pattern = /listening at/) {
  const folder = await temporaryFolder();
  const server = startServer(folder, env);
  onTestFinished(async () => {
    server.child.kill('SIGKILL');
    await server.exitCode;
  });
  await server.waitFor(pattern);
  return folder;
}

/** What `doctor` says of the ports with these settings. */
async function ofPorts(folder: string, env: Record<string, string>): Promise<string[]> {
  const { stdout, stderr } = await runCommand('doctor', folder, ['--json'], { env });
  expect(stderr).toBe('');
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  return findings.filter(({ check }) => check === 'port').map(({ state, text }) => `${state} ${text}`);
}

const running = 'as it should be while the server runs';

test('doctor knows its own server at HOST and PORT, and at the port of its metrics', async () => {
  const ports = { PORT: String(await freePort()), METRICS_PORT: String(await freePort()) };
  const folder = await listening({ ...ports, HOST: '0.0.0.0' });
  for (const HOST of ['0.0.0.0', 'localhost']) {
    expect(await ofPorts(folder, { ...ports, HOST })).toEqual([
      `ok ${HOST}:${ports.PORT} is in use, ${running}`,
      `ok 127.0.0.1:${ports.METRICS_PORT} is in use, ${running}`,
    ]);
  }
});

test('doctor knows its own server behind TLS, with the settings of TLS and without', async () => {
  const { cert, key } = makeCertificate(await temporaryFolder(), 'elsewhere.example');
  const env = { HOST: '127.0.0.1', PORT: String(await freePort()) };
  const folder = await listening({ ...env, TLS_CERT: cert, TLS_KEY: key });
  const expected = [`ok 127.0.0.1:${env.PORT} is in use, ${running}`];
  expect(await ofPorts(folder, { ...env, TLS_CERT: cert, TLS_KEY: key })).toEqual(expected);
  expect(await ofPorts(folder, env)).toEqual(expected);
});

test('doctor knows its own server while it waits for its database', async () => {
  const env = {
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none`,
  };
  const folder = await listening(env);
  expect(await ofPorts(folder, env)).toEqual([`ok 127.0.0.1:${env.PORT} is in use, ${running}`]);
});

test('with LISTEN=when-ready the port is free until the server is ready', async () => {
  const PORT = String(await freePort());
  const late = { HOST: '127.0.0.1', PORT, LISTEN: 'when-ready' };
  // The folder is locked at once, and the models are loaded after that.
  const folder = await listening(late, /"msg":"ready"/);
  expect(await ofPorts(folder, late)).toEqual([`ok 127.0.0.1:${PORT} is in use, ${running}`]);
  const elsewhere = { ...late, PORT: String(await freePort()) };
  expect(await ofPorts(folder, elsewhere)).toEqual([
    `ok 127.0.0.1:${elsewhere.PORT} is free: the server listens when it is ready`,
  ]);
});

test('doctor tells its own server from one with other data, and from another program', async () => {
  const PORT = String(await freePort());
  const env = { HOST: '127.0.0.1', PORT };
  await listening(env);
  expect(await ofPorts(await temporaryFolder(), env)).toEqual([
    `fail 127.0.0.1:${PORT} is in use by another FaceSearch server, which has other data`,
  ]);
  const mute = createServer();
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void mute.close());
  const { port } = mute.address() as { port: number };
  const folder = await listening({ HOST: '127.0.0.1', PORT: '0' });
  expect(await ofPorts(folder, { HOST: '127.0.0.1', PORT: String(port) })).toEqual([
    `warn 127.0.0.1:${port} is in use, and what listens there does not answer as this server does`,
  ]);
});

test('the command health asks the server at HOST', async () => {
  // Any address of the network 127.0.0.0/8 is the loopback's, and only this one is listened on.
  const env = { HOST: '127.0.0.7', PORT: String(await freePort()) };
  const folder = await listening(env, /"msg":"ready"/);
  expect((await runCommand('health', folder, [], { env })).code).toBe(0);
  expect((await runCommand('health', folder, [], { env: { ...env, HOST: '127.0.0.1' } })).code).toBe(1);
});
