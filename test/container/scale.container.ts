import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Calls, untilReady } from './calls.js';
import { exec, inspect } from './docker.js';
import { Load } from './load.js';
import { buildSecrets, Compose, crash, freePort, measured } from './trial.js';

/** docker-compose.scale.yml: three servers behind nginx on one PostgreSQL. Each test goes on from the one before. */
const KEY = 'key-of-the-trial';
const SERVERS = ['facesearch-1', 'facesearch-2', 'facesearch-3'];
const FILE = 'docker-compose.scale.yml';
let compose: Compose;
let origin: string;
let calls: Calls;

beforeAll(async () => {
  const [port, tlsPort] = [await freePort(), await freePort()];
  origin = `http://127.0.0.1:${port}`;
  calls = new Calls(origin, KEY);
  const settings = {
    POSTGRES_PASSWORD: '0123456789abcdef',
    API_KEYS: `trial:${KEY}`,
    PUBLISH: `127.0.0.1:${port}`,
    PUBLISH_TLS: `127.0.0.1:${tlsPort}`,
  };
  compose = new Compose('scale', FILE, settings, buildSecrets(SERVERS).compose);
});

afterAll(() => compose.remove());

it('the compose file of several servers builds and starts', async () => {
  await compose.run(['build']);
  const start = performance.now();
  await compose.run(['up', '--detach', '--wait']);
  measured(
    'scale set: `docker compose up --wait`, images built',
    `${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
});

it('several servers enrol and find through nginx, whichever server answers', async () => {
  await calls.post('/create', { id: 'franck', name: 'Franck' });
  expect((await calls.post('/add', { id: 'franck', file: 'franck_01829.jpg' })).code).toBe('200');
  for (let i = 0; i < 6; i++) {
    expect(await calls.post('/search', { file: 'franck_02045.jpg' })).toMatchObject({ data: { id: 'franck' } });
  }
});

it('no container of several servers has a capability, root, or a writable system', async () => {
  for (const service of [...SERVERS, 'nginx', 'postgres']) {
    const id = await compose.container(service);
    expect(await exec(id, 'id', '-u'), service).not.toBe('0');
    expect(await exec(id, 'cat', '/proc/1/status'), service).toMatch(/^CapEff:\s*0+$/m);
    expect(await inspect(id, '{{.HostConfig.ReadonlyRootfs}}'), service).toBe('true');
  }
  const out = 'fetch("http://example.org").then(() => console.log("out"), () => console.log("no way out"))';
  expect(await exec(await compose.container('facesearch-1'), 'node', '--eval', out)).toBe('no way out');
});

it('a server-by-server update under load fails no request', async () => {
  const load = new Load(calls);
  load.start();
  for (const server of SERVERS) {
    await compose.run(['up', '--detach', '--no-deps', '--force-recreate', '--wait', server]);
  }
  await load.end();
  measured(
    'rolling restart under load: acknowledged, failed',
    `${load.acknowledged.size} people, ${load.failures.length}`,
  );
  expect(load.failures).toEqual([]);
  expect(load.acknowledged.size).toBeGreaterThan(30);
  await load.compare();
});

it('several servers lose nothing acknowledged when a server and the database are killed under load', async () => {
  const load = new Load(calls);
  load.start();
  for (const service of ['facesearch-2', 'postgres']) {
    const id = await compose.container(service);
    const enough = load.acknowledged.size + 50;
    while (load.acknowledged.size < enough) await delay(20);
    await crash(id);
    await delay(2_000);
    while ((await inspect(id, '{{.State.Health.Status}}')) !== 'healthy') await delay(200);
  }
  await untilReady(origin);
  await load.end();
  await load.compare();
  const counts = `${load.acknowledged.size} people, ${load.failures.length}, 0`;
  measured('server and database killed under load: acknowledged, failed, lost', counts);
});

it('several servers keep everything when all of them are stopped', async () => {
  const before = (await calls.get('/list')).data as unknown[];
  await compose.run(['down']);
  await compose.run(['up', '--detach', '--wait']);
  expect((await calls.get('/list')).data).toHaveLength(before.length);
  expect(await calls.post('/search', { file: 'franck_02045.jpg' })).toMatchObject({ data: { id: 'franck' } });
});
