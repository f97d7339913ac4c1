import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Calls, untilReady } from './calls.js';
import { docker, exec, inspect, logs } from './docker.js';
import { freePort, image, measured } from './trial.js';

/** Telemetry of a library spoke up within this time, again and again. */
const WATCH_MS = 75_000;
const [SERVER, RESOLVER, NETWORK] = ['facesearch-trial-quiet', 'facesearch-trial-resolver', 'facesearch-trial-quiet'];
const KEY = 'key-of-the-trial';

/** Knows no name, and prints each that it is asked for. */
const resolver = `
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (query, from) => {
  const labels = [];
  for (let at = 12; query[at] > 0; at += query[at] + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
  console.log('asked for ' + labels.join('.'));
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8183, 2);
  socket.send(answer, from.port, from.address);
});
socket.bind(53, () => console.log('listening'));
process.on('SIGTERM', () => process.exit());`;

const asked = async () => (await logs(RESOLVER)).split('\n').filter((line) => line.startsWith('asked for '));

beforeAll(async () => {
  await docker(['network', 'create', NETWORK]);
  await docker([
    'run',
    '--detach',
    '--name',
    RESOLVER,
    '--network',
    NETWORK,
    '--user',
    '0',
    image,
    'node',
    '--eval',
    resolver,
  ]);
  while (!(await logs(RESOLVER)).includes('listening')) await delay(100);
});

afterAll(async () => {
  await docker(['rm', '--force', '--volumes', SERVER, RESOLVER]);
  await docker(['network', 'rm', NETWORK]);
});

it('the container looks up no name, connects to nothing and writes only into its folders', async () => {
  const port = await freePort();
  const address = await inspect(RESOLVER, `{{(index .NetworkSettings.Networks "${NETWORK}").IPAddress}}`);
  // Its file system can be written, so that what is written shows. A search domain would hide nothing, but count twice.
  await docker([
    ...['run', '--detach', '--name', SERVER, '--network', NETWORK, '--dns', address, '--dns-search', '.'],
    ...['--env', `API_KEYS=trial:${KEY}`, '--publish', `127.0.0.1:${port}:8080`, image],
  ]);
  await untilReady(`http://127.0.0.1:${port}`);
  const calls = new Calls(`http://127.0.0.1:${port}`, KEY);
  await calls.post('/create', { id: 'franck', name: 'Franck' });
  expect((await calls.post('/add', { id: 'franck', file: 'franck_01829.jpg' })).code).toBe('200');
  const connections = new Set<string>();
  const end = performance.now() + WATCH_MS;
  while (performance.now() < end) {
    expect((await calls.post('/search', { file: 'franck_02045.jpg' })).code).toBe('200');
    for (const each of await connectionsOut()) connections.add(each);
    await delay(2_000);
  }
  await exec(SERVER, 'facesearch', 'keys', 'list');
  const lookups = await asked();
  measured(`names looked up in ${WATCH_MS / 1000} s, connections to others`, `${lookups.length}, ${connections.size}`);
  expect(lookups).toEqual([]);
  expect([...connections]).toEqual([]);
  const written = (await docker(['diff', SERVER])).split('\n').filter((line) => !/^[AC] \/tmp(\/|$)/.test(line));
  expect(written.filter((line) => line !== '')).toEqual([]);
  for (const line of (await logs(SERVER)).trim().split('\n')) expect(() => JSON.parse(line), line).not.toThrow();
});

it('the watch notices a container that looks up a name', async () => {
  await exec(SERVER, 'node', '--eval', 'require("node:dns").lookup("control.example.org", () => {})');
  expect((await asked()).some((line) => line.includes('control.example.org'))).toBe(true);
});

/** Sockets of the server's network that are not its own port, nor within the container, as lines of /proc/net. */
async function connectionsOut(): Promise<string[]> {
  const table = await exec(SERVER, 'sh', '-c', 'cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6');
  return table.split('\n').flatMap((line) => {
    const [, local = '', remote = '', state] = /^ *\d+: (\S+) (\S+) (\S+)/.exec(line) ?? [];
    const isOwn = local.endsWith(`:${(8080).toString(16).toUpperCase()}`);
    const isLoopback = /^(?:0000000000000000FFFF0000)?[0-9A-F]{6}7F:/.test(local) || /^0{24}01000000:/.test(local);
    return state === undefined || isOwn || isLoopback || remote.endsWith(':0000')
      ? []
      : [`${local} ${remote} ${state}`];
  });
}
