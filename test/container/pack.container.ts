import { afterAll, expect, it } from 'vitest';
import { untilReady } from './calls.js';
import { exec } from './docker.js';
import { buildSecrets, Compose, freePort } from './trial.js';

let compose: Compose | undefined;

afterAll(() => compose?.remove());

it('MODEL_PACK=light in .env builds an image of that pack, and serves it', async () => {
  const port = await freePort();
  const settings = { PUBLISH: `127.0.0.1:${port}`, MODEL_PACK: 'light' };
  compose = new Compose('pack', 'docker-compose.yml', settings, buildSecrets(['facesearch']).compose);
  // Nothing but `up`, as somebody would who has edited .env.
  await compose.run(['up', '--detach', '--wait']);
  await untilReady(`http://127.0.0.1:${port}`);
  const id = await compose.container('facesearch');
  expect(await exec(id, 'sh', '-c', 'echo $MODEL_PACK $IMAGE_PACK')).toBe('light light');
});
