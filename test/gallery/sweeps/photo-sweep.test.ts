import { expect, onTestFinished, test, vi } from 'vitest';
import { CollectionSweep } from '../../../src/gallery/sweeps/collection-sweep.js';
import { PhotoSweep } from '../../../src/gallery/sweeps/photo-sweep.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';
import { openGallery } from '../gallery-fixture.js';

const random = new RandomVectors(83);
const acme = { tenant: 'acme', collection: 'c' };
const globex = { tenant: 'globex', collection: 'c' };

/** A gallery with photos of two tenants, and the order in which they are deleted. */
async function start(photos: number) {
  const { gallery, store, objects, logger } = await openGallery();
  const owners = new Map<string, string>();
  for (const [where, count] of [
    [acme, photos],
    [globex, 1],
  ] as const) {
    await gallery.saveUser(where, { id: 'a', name: 'A' });
    for (let i = 0; i < count; i++) await gallery.addFace(where, 'a', random.unit(512), Buffer.from('photo'));
    for (const { objectKey } of await store.facesOfUser(where, 'a')) owners.set(objectKey ?? '', where.tenant);
  }
  const deleted: string[] = [];
  const remove = objects.delete.bind(objects);
  objects.delete = async (key) => {
    const owner = owners.get(key);
    // A portrait goes with its photo.
    if (owner !== undefined) deleted.push(owner);
    await remove(key);
  };
  return { gallery, store, objects, logger, deleted };
}

test('a deletion waits neither for its own photos nor for those of another tenant', async () => {
  const { gallery, store, objects } = await start(3);
  const gate = new Promise<void>((resolve) => onTestFinished(() => resolve()));
  objects.delete = () => gate;
  await gallery.deleteUser(acme, 'a');
  await gallery.deleteUser(globex, 'a');
  expect(await store.listUsers(acme)).toEqual([]);
});

test('tenants take turns: one photo does not wait for the many of another tenant', async () => {
  const { gallery, deleted } = await start(80);
  await gallery.deleteCollection(acme);
  await gallery.deleteUser(globex, 'a');
  await expect.poll(() => deleted.length, { timeout: 30_000 }).toBe(81);
  // Not behind more than the turn under way and the next one.
  expect(deleted.indexOf('globex')).toBeLessThan(72);
});

test('a sweep that ends in the middle goes on with the next one', async () => {
  const { gallery, store, objects, logger, deleted } = await start(40);
  await store.deleteFaces(acme, 'a');
  const remove = objects.delete;
  const sweep = new PhotoSweep(store, objects, logger);
  objects.delete = async (key) => {
    await remove(key);
    if (deleted.length === 5) void sweep.close();
  };
  sweep.start();
  await expect.poll(() => deleted.length).toBeGreaterThanOrEqual(5);
  await sweep.close();
  expect(deleted.length).toBeLessThan(40);
  sweep.start();
  objects.delete = remove;
  await gallery.open();
  await expect.poll(() => deleted.length).toBe(40);
});

test('what fails while a deleted collection is erased is told once, and tried again by the next deletion', async () => {
  const logger = { error: vi.fn(), info: vi.fn() };
  const parts = [
    { collectionId: 7, photos: 3 },
    { collectionId: 7, photos: 0 },
  ];
  const eraseDeleted = vi.fn(async () => parts.shift());
  eraseDeleted.mockRejectedValueOnce(new Error('the disk is full'));
  const onPhotos = vi.fn();
  const sweep = new CollectionSweep({ eraseDeleted }, onPhotos, logger);
  sweep.start();
  await expect.poll(() => logger.error.mock.calls.length).toBe(1);
  sweep.start();
  await expect.poll(() => logger.info.mock.calls.length).toBe(1);
  expect(eraseDeleted.mock.calls).toEqual([[0], [0], [7], [7]]);
  expect(onPhotos).toHaveBeenCalledTimes(1);
  await sweep.close();
});
