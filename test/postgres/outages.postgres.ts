import type { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { field } from '../support/multipart.js';
import { client, type Target } from '../support/target.js';
import { PostgresServer, ports } from './postgres-server.js';
import { ServerNodes } from './server-nodes.js';

const KEY = 'key-of-acme';
const API_KEYS = `acme:${KEY}`;
const refused = { status: 503, headers: { 'retry-after': '1' }, json: { code: '503' } };
const done = { status: 200, json: { code: '200' } };

async function startPostgres(settings: string[] = []): Promise<PostgresServer> {
  const postgres = await PostgresServer.start(ports.own, settings);
  onTestFinished(() => postgres.remove());
  return postgres;
}

async function hold(postgres: PostgresServer, sql: string): Promise<Client> {
  const holder = await postgres.connect();
  await holder.query(`BEGIN; ${sql}`);
  return holder;
}

const status = async (target: Target, path: string) =>
  (await target.send({ method: 'GET', path, absolute: true })).status;

test('servers that start before their database wait for it, and answer when it is there', async () => {
  const nodes = await ServerNodes.start(PostgresServer.urlOf(ports.own), 2, { API_KEYS });
  const target = await nodes.listening(0);
  const { get } = client(target, KEY);
  expect(await status(target, '/health')).toBe(200);
  expect(await status(target, '/ready')).toBe(503);
  expect(await get('/list')).toMatchObject(refused);
  await startPostgres();
  for (const each of await nodes.ready()) {
    expect(await status(each, '/ready')).toBe(200);
    expect(await client(each, KEY).get('/list')).toMatchObject(done);
  }
});

test('a request that waits too long for a lock is refused and changes nothing; others are served meanwhile', async () => {
  const postgres = await startPostgres();
  const nodes = await ServerNodes.start(postgres.url, 2, { API_KEYS, DATABASE_TIMEOUT: '1000', DATABASE_POOL: '4' });
  const [one, other] = (await nodes.ready()).map((target) => client(target, KEY)) as [
    ReturnType<typeof client>,
    ReturnType<typeof client>,
  ];
  const save = (calls: typeof one, id: string, name: string) =>
    calls.post('/create', field('id', id), field('name', name));
  expect(await save(one, 'u1', 'before')).toMatchObject(done);
  expect(await save(one, 'u2', 'before')).toMatchObject(done);

  // One person's row.
  const holder = await hold(postgres, 'SELECT FROM users ORDER BY user_id LIMIT 1 FOR UPDATE');
  expect(await save(one, 'u1', 'refused')).toMatchObject(refused);
  expect(await save(other, 'u1', 'refused')).toMatchObject(refused);
  expect(await save(other, 'u2', 'meanwhile')).toMatchObject(done);
  await holder.query('COMMIT');
  expect((await one.get('/list')).json.data).toEqual([
    { id: 'u1', name: 'before' },
    { id: 'u2', name: 'meanwhile' },
  ]);
  expect(await save(one, 'u1', 'after')).toMatchObject(done);

  // Everybody's, and more calls than connections.
  await holder.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
  const waiting = Array.from({ length: 10 }, (_, i) => save(i % 2 === 0 ? one : other, `new-${i}`, 'refused'));
  for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject(refused);
  await holder.query('COMMIT');
  await holder.end();
  for (const calls of [one, other]) {
    expect((await calls.get('/list')).json.data).toEqual([
      { id: 'u1', name: 'after' },
      { id: 'u2', name: 'meanwhile' },
    ]);
    expect(await save(calls, 'u2', 'meanwhile')).toMatchObject(done);
  }
  expect(nodes.logs.join()).not.toContain('meanwhile');
});

test('a database without a free connection refuses, and serves again when others have left', async () => {
  const postgres = await startPostgres(['max_connections=12', 'superuser_reserved_connections=0', 'max_wal_senders=0']);
  const nodes = await ServerNodes.start(postgres.url, 1, { API_KEYS });
  const [target] = (await nodes.ready()) as [Target];
  const calls = client(target, KEY);
  expect(await calls.get('/list')).toMatchObject(done);
  // Those of the server that wait in its pool are ended, and others take all places.
  const crowd = await crowdOut(postgres);
  expect(await calls.get('/list')).toMatchObject(refused);
  expect(await status(target, '/ready')).toBe(503);
  for (const each of crowd) await each.end();
  await expect.poll(async () => (await calls.get('/list')).status).toBe(200);
  expect(await status(target, '/ready')).toBe(200);
});

/** Connects until no place is left. */
async function crowdOut(postgres: PostgresServer): Promise<Client[]> {
  const crowd = [await postgres.connect()];
  await crowd[0]?.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'node-%'");
  for (;;) {
    const next = await postgres.connect().catch(() => undefined);
    if (next === undefined) return crowd;
    crowd.push(next);
  }
}
