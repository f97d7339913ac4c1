import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { identityOf } from '../../../src/gallery/model-identity.js';
import { FollowedScale } from '../../../src/gallery/own-scale/followed-scale.js';
import { OwnScales } from '../../../src/gallery/own-scale/own-scales.js';
import { readPack } from '../../../src/models/choose-pack.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { defaultManifestPath } from '../../../src/util/paths.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { calibrationWorkerUrl as workerUrl } from '../../support/compiled-threads.js';
import { fakeApp, testKey } from '../../support/fake-app.js';
import { FakeWebhooks } from '../../support/fake-webhooks.js';
import { FakeAnalyser, FakeGallery } from '../../support/fakes.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

const packModel = (await readPack(defaultManifestPath, 'default')).embedders.v3.model;
const { calibration } = packModel;
const model = identityOf(packModel);
const logger = { info: () => {}, warn: () => {} };
const acme = { tenant: 'acme', collection: 'staff' };

test('an operator calibrates with the own people, looks at the result, takes it and goes back', async () => {
  const store = await SqliteStore.open(join(await temporaryFolder(), 'facesearch.sqlite'));
  onTestFinished(() => store.close());
  const parts = { scales: store.scales, model, calibration, centres: undefined, logger };
  const scale = new FollowedScale(parts);
  await scale.refresh();
  const ownScales = new OwnScales({ ...parts, store, followed: scale, workerUrl });
  onTestFinished(() => ownScales.close());
  const gallery = new FakeGallery();
  const [analyser, webhooks] = [new FakeAnalyser(), new FakeWebhooks()];
  const services = { gallery, directory: gallery, analyser, model, webhooks, scale, ownScales };
  const { app } = await fakeApp({}, { services: () => services });
  const send = async (method: 'GET' | 'POST', path: string, payload?: object) => {
    const answer = await app.inject({
      method,
      url: `/admin/v1${path}`,
      headers: { api_key: testKey },
      ...(payload && { payload }),
    });
    return answer.json();
  };
  const calibrated = async () => {
    expect((await send('POST', '/scales/calibrate')).data.state).toBe('running');
    expect(await send('POST', '/scales/calibrate')).toMatchObject({ code: '409', reason: 'scale-running' });
    await vi.waitFor(() => expect(ownScales.run?.state).not.toBe('running'), { timeout: 20_000 });
    return (await send('GET', '/scales')).data.run;
  };

  expect((await send('GET', '/scales')).data).toEqual({ active: null, scales: [], run: null });
  expect(await send('POST', '/scales/write')).toMatchObject({ reason: 'scale-none' });
  expect(await send('POST', '/scales/revert', { from: 1 })).toMatchObject({ reason: 'scale-of-model' });
  expect(await calibrated()).toMatchObject({
    state: 'failed',
    fault: 'too-few',
    text: expect.stringContaining('needs 20'),
    result: null,
  });

  const random = new RandomVectors(1);
  for (let i = 0; i < 25; i++)
    await store.addUserWithFace(acme, { id: `u${i}`, name: 'U' }, { embedding: random.unit(512), model });
  expect(await calibrated()).toMatchObject({
    state: 'done',
    result: { people: 25, faces: 25, pairs: 300, suspects: 0, isRough: true },
  });
  // Nothing is changed yet.
  expect((await send('GET', '/scale')).data).toMatchObject({ madeAt: null });
  expect((await send('POST', '/scales/write')).data).toEqual({ active: 1 });
  expect(await send('POST', '/scales/write')).toMatchObject({ reason: 'scale-none' });
  expect((await send('GET', '/scale')).data).toMatchObject({ origin: 'gallery' });
  const { active, scales } = (await send('GET', '/scales')).data;
  expect({ active, scales }).toMatchObject({
    active: 1,
    scales: [{ scale: 1, isActive: true, numbers: { people: 25 } }],
  });
  expect(scales[0].numbers.rates).toContainEqual({
    similarity: 0.85,
    rate: 1e-5,
    isExtrapolated: true,
    onModelScale: expect.any(Number),
  });
  expect(await send('POST', '/scales/revert', { from: 7 })).toMatchObject({ reason: 'scale-changed' });
  expect((await send('POST', '/scales/revert', { from: 1 })).data).toEqual({ active: null });
  expect((await send('GET', '/scale')).data.origin).not.toBe('gallery');
}, 30_000);
