import { afterAll, expect, it } from 'vitest';
import { Calls, untilReady } from './calls.js';
import { docker, inspect } from './docker.js';
import { buildPrevious, previousImage } from './previous.js';
import { freePort, image, measured } from './trial.js';

const [NAME, VOLUME] = ['facesearch-trial-upgrade', 'facesearch-trial-upgrade'];
const KEY = 'key-of-the-trial';

afterAll(async () => {
  await docker(['rm', '--force', NAME]);
  await docker(['volume', 'rm', '--force', VOLUME]);
});

it('the container opens the volume of an older image', async () => {
  await buildPrevious();
  const port = await freePort();
  const calls = new Calls(`http://127.0.0.1:${port}`, KEY);
  const start = async (which: string) => {
    await docker([
      ...['run', '--detach', '--name', NAME, '--volume', `${VOLUME}:/data`, '--env', `API_KEYS=trial:${KEY}`],
      ...['--publish', `127.0.0.1:${port}:8080`, which],
    ]);
    await untilReady(`http://127.0.0.1:${port}`);
  };
  await start(previousImage);
  for (const id of ['franck', 'empty']) await calls.post('/create', { id, name: id });
  expect((await calls.post('/add', { id: 'franck', file: 'franck_01829.jpg' })).code).toBe('200');
  const before = await calls.post('/search', { file: 'franck_02045.jpg' });
  expect(before).toMatchObject({ data: { id: 'franck' } });
  await docker(['stop', '--time', '40', NAME]);
  expect(await inspect(NAME, '{{.State.ExitCode}}')).toBe('0');
  await docker(['rm', NAME]);

  await start(image);
  expect((await calls.get('/list')).data).toHaveLength(2);
  const after = await calls.post('/search', { file: 'franck_02045.jpg' });
  measured('volume of the older image opens', after.code === '200' ? 'yes' : 'no');
  expect(after).toMatchObject({ data: { id: 'franck' } });
}, 3_600_000);
