import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { basePath } from '../../../src/http/routes/v4/v4.js';
import { BoundedQueue } from '../../../src/vision/bounded-queue.js';
import type { PhotoOptions } from '../../../src/vision/face-analyser.js';
import { listeningFakeApp, testKey } from '../../support/fake-app.js';
import { FakeWebhooks } from '../../support/fake-webhooks.js';
import { FakeAnalyser, FakeGallery } from '../../support/fakes.js';
import { file, form } from '../../support/multipart.js';

/** An analyser with one thread, which is busy until `free` is called, and one place to wait for it. */
function busyAnalyser() {
  const line = new BoundedQueue(1, 1);
  let free: () => void = () => {};
  const busy = line.run(() => new Promise<void>((resolve) => (free = resolve)));
  const fake = new FakeAnalyser();
  let waiting = 0;
  const analyser: FakeAnalyser = Object.assign(Object.create(fake), {
    embedPhoto: async (image: Buffer, options: PhotoOptions, signal?: AbortSignal) => {
      waiting++;
      try {
        return await line.run(() => fake.embedPhoto(image, options), signal);
      } finally {
        waiting--;
      }
    },
  });
  const finish = () => {
    free();
    return busy;
  };
  return { analyser, computed: fake.seen, waiting: () => waiting, free: finish };
}

async function busyApp(env: Record<string, string>) {
  const { analyser, ...rest } = busyAnalyser();
  const gallery = new FakeGallery();
  return {
    ...(await listeningFakeApp(env, {
      services: () => ({ gallery, directory: gallery, analyser, model: 'm1', webhooks: new FakeWebhooks() }),
    })),
    ...rest,
  };
}

it('a photo that waits past the deadline is given up, with Retry-After, and frees its place', async () => {
  const { post, free, computed } = await busyApp({ REQUEST_DEADLINE: '150' });
  for (let i = 0; i < 2; i++) {
    const { status, json, headers } = await post('/search', file('cos:1'));
    expect(status).toBe(503);
    expect(json).toEqual({
      data: 'The server is overloaded; try again later.',
      code: '503',
      reason: 'deadline-passed',
    });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  }
  await free();
  expect((await post('/search', file('cos:1'))).json.code).toBe('404');
  expect(computed).toHaveLength(1);
});

it('the photo of a disconnected client is not computed, and frees its place', async () => {
  const { target, post, free, computed, waiting, lines } = await busyApp({ REQUEST_DEADLINE: '0' });
  const { headers, body } = form(file('cos:0.5'));
  const socket = connect(target.port, '127.0.0.1');
  socket.write(
    [
      `POST ${basePath}/search HTTP/1.1`,
      'host: x',
      `api_key: ${testKey}`,
      `content-type: ${headers['content-type']}`,
      `content-length: ${body.length}`,
      '\r\n',
    ].join('\r\n'),
  );
  socket.write(body);
  await expect.poll(waiting).toBe(1);
  expect((await post('/search', file('cos:1'))).status).toBe(503);
  socket.destroy();
  await expect.poll(waiting).toBe(0);
  const next = post('/search', file('cos:1'));
  await expect.poll(waiting).toBe(1);
  await free();
  expect((await next).json.code).toBe('404');
  expect(computed.map(({ image }) => image.toString())).toEqual(['cos:1']);
  expect(lines.join('')).not.toContain('request failed');
});
