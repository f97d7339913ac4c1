import { expect, onTestFinished, test, vi } from 'vitest';
import { FollowedScale } from '../../../src/gallery/own-scale/followed-scale.js';
import { isStale, type OwnScale } from '../../../src/gallery/own-scale/own-scale.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { centresOf } from '../describe-scoring.js';
import { ownScaleOf } from './own-scales.js';

const centres = centresOf(1);
const points = [
  { score: -1, similarity: 0 },
  { score: 0.25, similarity: 0.8 },
  { score: 1, similarity: 1 },
];
const calibration = { points: [], scorePoints: points, photosSlope: 0.03 };

async function opened(more: { provisional?: string } = {}) {
  const store = await SqliteStore.open(`${await temporaryFolder()}/facesearch.db`);
  const logger = { info: vi.fn(), warn: vi.fn() };
  const followed = new FollowedScale({
    scales: store.scales,
    model: 'm1',
    calibration: { ...calibration, ...more },
    centres,
    logger,
  });
  onTestFinished(async () => {
    await followed.close();
    await store.close();
  });
  const add = (own: OwnScale, model = 'm1') => store.scales.add({ model, data: JSON.stringify(own) });
  return { store, followed, logger, add };
}

test("the model's scale holds until one of the gallery is written, and again when it is taken back", async () => {
  const { store, followed, add } = await opened();
  await followed.open();
  const { scale } = followed;
  expect(scale).toMatchObject({ centres, isNormalised: true, photosSlope: 0.03 });
  expect(followed.active).toBeUndefined();
  expect(scale.similarity(0.25, 0)).toBe(0.8);

  const scaleId = await add(ownScaleOf(0.35, centres.version));
  await followed.refresh();
  expect(followed.active).toMatchObject({ scaleId, people: 200 });
  expect(scale.similarity(0.35, 0)).toBe(0.8);
  expect(scale.similarity(0.25, 0)).toBeLessThan(0.8);
  // Nearly the same photo stays the same, whatever the scale.
  expect(scale.similarity(0.25, 1)).toBe(1);

  await store.scales.activate('m1', undefined);
  await followed.refresh();
  expect(followed.active).toBeUndefined();
  expect(scale.similarity(0.25, 0)).toBe(0.8);
});

test('a scale of another model, of other centres or of another form is never applied', async () => {
  const { store, followed, logger, add } = await opened();
  await add(ownScaleOf(0.35, centres.version), 'm2');
  await followed.refresh();
  expect(logger.warn).not.toHaveBeenCalled();
  expect(followed.scale.similarity(0.25, 0)).toBe(0.8);
  await add(ownScaleOf(0.35, 'other centres'));
  await followed.refresh();
  expect(followed.scale.similarity(0.25, 0)).toBe(0.8);
  expect(logger.warn).toHaveBeenCalledTimes(1);
  await store.scales.add({ model: 'm1', data: '{"points":[]}' });
  await followed.refresh();
  expect(followed.scale.similarity(0.25, 0)).toBe(0.8);
  expect(followed.active).toBeUndefined();
});

test('the points of a stored scale must rise', async () => {
  const { followed, add } = await opened();
  const own = ownScaleOf(0.35, centres.version);
  await add({ ...own, points: own.points.toReversed() });
  await followed.refresh();
  expect(followed.active).toBeUndefined();
});

test('a store that fails leaves the present scale', async () => {
  const { store, followed, add, logger } = await opened();
  await add(ownScaleOf(0.35, centres.version));
  await followed.open();
  vi.spyOn(store.scales, 'active').mockRejectedValue(new Error('away'));
  await expect(followed.refresh()).rejects.toThrow('away');
  expect(followed.scale.similarity(0.35, 0)).toBe(0.8);
  expect(logger.warn).not.toHaveBeenCalled();
});

test('a scale is stale when the people have changed by half', () => {
  const own = ownScaleOf(0.3, 'x');
  expect([300, 301, 449, 450, 201, 200].map((people) => isStale({ ...own, galleryPeople: 300 }, people))).toEqual([
    false,
    false,
    false,
    true,
    false,
    true,
  ]);
});

test('a provisional scale is told and warned of, until one of the gallery holds', async () => {
  const { followed, logger, add } = await opened({ provisional: 'nobody measured it' });
  await followed.open();
  expect(followed.isProvisional).toBe(true);
  expect(logger.warn).toHaveBeenCalledWith(
    { provisional: 'nobody measured it' },
    expect.stringContaining('provisional'),
  );
  await add(ownScaleOf(0.35, centres.version));
  await followed.refresh();
  expect(followed.isProvisional).toBe(false);
  expect((await opened()).followed.isProvisional).toBe(false);
});
