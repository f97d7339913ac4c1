import { afterEach, expect, it } from 'vitest';
import { Calls, untilReady } from './calls.js';
import { docker, inspect, logs } from './docker.js';
import { freePort, image, measured } from './trial.js';

const STARTS = 20;
const NAME = 'facesearch-trial-starts';
const KEY = 'key-of-the-trial';

afterEach(() => docker(['rm', '--force', '--volumes', NAME]));

it(`the container starts, works and stops ${STARTS} times with 512 MB`, async () => {
  const port = await freePort();
  const calls = new Calls(`http://127.0.0.1:${port}`, KEY);
  const crashes: string[] = [];
  for (let start = 1; start <= STARTS; start++) {
    await docker([
      ...['run', '--detach', '--name', NAME, '--memory', '512m', '--memory-swap', '512m', '--read-only'],
      ...['--tmpfs', '/tmp:size=64m', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
      ...['--env', `API_KEYS=trial:${KEY}`, '--publish', `127.0.0.1:${port}:8080`, image],
    ]);
    try {
      await untilReady(`http://127.0.0.1:${port}`);
      // Faults of native packages show when their objects are collected, so some have to be made.
      for (let i = 0; i < 10; i++) {
        const id = `person-${i}`;
        await calls.post('/create', { id, name: id });
        expect((await calls.post('/add', { id, file: 'franck_01829.jpg' })).code).toBe('200');
        expect((await calls.post('/search', { file: 'franck_02045.jpg' })).code).toBe('200');
      }
      await docker(['stop', NAME]);
    } catch (error) {
      crashes.push(`start ${start}: ${String(error)}`);
    }
    const end = await inspect(NAME, '{{.State.ExitCode}} {{.State.OOMKilled}}');
    if (end !== '0 false') crashes.push(`start ${start} ended with ${end}: ${(await logs(NAME)).slice(-1000)}`);
    await docker(['rm', '--force', '--volumes', NAME]);
  }
  measured(`crashes in ${STARTS} starts with 512 MB`, String(crashes.length));
  expect(crashes).toEqual([]);
});
