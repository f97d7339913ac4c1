import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { program } from '../support/command.js';
import { startServer } from '../support/server-process.js';
import { Calls, untilReady } from './calls.js';
import { exec, inspect, logs, tryDocker } from './docker.js';
import { Load } from './load.js';
import { Compose, crash, freePort, measured } from './trial.js';

/** `docker compose up`, as the README has it, and all that may happen to it afterwards. Each test goes on from the one before. */
let compose: Compose;
let origin: string;
let key: string;
let calls: Calls;
const container = () => compose.container('facesearch');

beforeAll(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  compose = new Compose('single', 'docker-compose.yml', { PUBLISH: `127.0.0.1:${port}` });
});

afterAll(() => compose.remove());

it('the compose file of one server starts it, and its key is in the log', async () => {
  const start = performance.now();
  await compose.run(['up', '--detach', '--wait']);
  measured('`docker compose up --wait`, image built', `${((performance.now() - start) / 1000).toFixed(1)} s`);
  const said = await logs(await container());
  measured('start of the container to ready', `${await readySeconds(await container(), said)} s`);
  key = /fsk_[\w-]+/.exec(said)?.[0] ?? '';
  expect(key).not.toBe('');
  calls = new Calls(origin, key);
});

it('the container enrols, finds, does not find a stranger, and refuses a photo of several people and a wrong key', async () => {
  expect((await calls.post('/create', { id: 'franck', name: 'Franck' })).code).toBe('200');
  expect((await calls.post('/add', { id: 'franck', file: 'franck_01829.jpg' })).code).toBe('200');
  const found = await calls.post('/search', { file: 'franck_02045.jpg' });
  expect(found).toMatchObject({ code: '200', data: { id: 'franck' } });
  expect(await calls.post('/search', { file: 'joconde.jpg' })).toMatchObject({ code: '404' });
  expect(await calls.post('/add', { id: 'franck', file: 'sample1.jpg' })).toMatchObject({ code: '407' });
  expect((await new Calls(origin, 'wrong').get('/list')).status).toBe(401);
  expect((await fetch(`${origin}/console/`)).status).toBe(200);
});

it('the container runs as its own user, without a capability, on a system that it cannot write', async () => {
  const id = await container();
  expect(await exec(id, 'id', '-u')).toBe('1000');
  const status = await exec(id, 'cat', '/proc/1/status');
  for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    expect(status).toMatch(new RegExp(`^${name}:\\s*0+$`, 'm'));
  }
  expect(status).toMatch(/^NoNewPrivs:\s*1$/m);
  expect(
    await exec(id, 'sh', '-c', 'for at in / /app /usr /home/node; do touch $at/x 2>/dev/null && echo $at; done; true'),
  ).toBe('');
  expect(await exec(id, 'sh', '-c', 'df --block-size=1M --output=size /tmp | tail -1')).toBe('64');
  expect(await exec(id, 'cat', '/proc/1/cmdline')).toContain('serve');
});

it('the container stays within its memory', async () => {
  for (let i = 0; i < 40; i++) {
    await Promise.all(['franck_02045.jpg', 'cage.jpg', 'audrey.jpg'].map((file) => calls.post('/search', { file })));
  }
  const status = await exec(await container(), 'cat', '/proc/1/status');
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]) / 1024);
  measured('memory after 120 searches, most ever', `${megabytes('VmRSS')} MB, ${megabytes('VmHWM')} MB`);
  expect(megabytes('VmRSS')).toBeLessThan(1024);
});

it('the container makes a backup on its volume and on standard output, and the backup opens outside of it', async () => {
  expect(await exec(await container(), 'facesearch', 'backup', '/backups/monday.tar')).toMatch(/\b1 user/);
  const { code, stdout, stderr } = await tryDocker(['exec', await container(), 'facesearch', 'backup', '-']);
  expect(code, stderr).toBe(0);
  const folder = mkdtempSync(join(tmpdir(), 'facesearch-trial-'));
  try {
    const [file, data] = [join(folder, 'backup.tar'), join(folder, 'data')];
    writeFileSync(file, stdout);
    execFileSync(process.execPath, [program, 'restore', file], { env: { ...process.env, DATA_DIR: data } });
    expect(existsSync(join(data, 'facesearch.sqlite'))).toBe(true);
    const server = startServer(data);
    const outside = new Calls(await server.ready(), key);
    expect(await outside.post('/search', { file: 'franck_02045.jpg' })).toMatchObject({ data: { id: 'franck' } });
    server.child.kill('SIGTERM');
    expect(await server.exitCode).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('the container restores its backup into an empty volume, with the server stopped', async () => {
  await compose.run(['stop']);
  await compose.run(['run', '--rm', 'facesearch', 'facesearch', 'restore', '--force', '/backups/monday.tar']);
  await compose.run(['up', '--detach', '--wait']);
  expect(await calls.post('/search', { file: 'franck_02045.jpg' })).toMatchObject({ data: { id: 'franck' } });
});

it('the container stops in an orderly way, and knows all people when it starts again', async () => {
  const id = await container();
  const start = performance.now();
  await compose.run(['stop']);
  measured('`docker compose stop`', `${((performance.now() - start) / 1000).toFixed(1)} s`);
  expect(await inspect(id, '{{.State.ExitCode}} {{.State.OOMKilled}}')).toBe('0 false');
  await compose.run(['up', '--detach', '--wait']);
  expect(await calls.post('/search', { file: 'franck_02045.jpg' })).toMatchObject({ data: { id: 'franck' } });
  // A container that is made anew finds the same volume.
  await compose.run(['down']);
  await compose.run(['up', '--detach', '--wait']);
  expect(await calls.post('/search', { file: 'franck_02045.jpg' })).toMatchObject({ data: { id: 'franck' } });
});

it('the container, killed under load, loses nothing acknowledged and starts again by itself', async () => {
  const id = await container();
  const startedAt = () => inspect(id, '{{.State.StartedAt}}');
  const load = new Load(calls);
  load.start();
  for (let kills = 1; kills <= 3; kills++) {
    const enough = load.acknowledged.size + 50;
    while (load.acknowledged.size < enough) await delay(20);
    const before = await startedAt();
    await crash(id);
    while ((await startedAt()) === before) await delay(100);
    await untilReady(origin);
  }
  await load.end();
  await load.compare();
  measured('killed under load 3 times: acknowledged, lost', `${load.acknowledged.size} people, 0`);
});

/** Seconds between the engine's start of the container and the line that says ready. */
async function readySeconds(id: string, said: string): Promise<string> {
  const started = Date.parse(await inspect(id, '{{.State.StartedAt}}'));
  const line = said.split('\n').find((each) => each.includes('"msg":"ready"')) ?? '{}';
  return ((Number((JSON.parse(line) as { time?: number }).time) - started) / 1000).toFixed(1);
}
