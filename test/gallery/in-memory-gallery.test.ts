import { readdir } from 'node:fs/promises';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { StoreError } from '../../src/persistence/store-error.js';
import { RemoteIndex } from '../../src/vector-index/remote-index.js';
import { pendingKeys } from '../persistence/pending-keys.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { idOf, never, openGallery } from './gallery-fixture.js';

const staff = { tenant: 'acme', collection: 'staff' };
const anna = { id: 'a1', name: 'Anna' };
const ben = { id: 'b1', name: 'Ben' };
const userNotFound = { errorName: 'USER_NOT_FOUND' };

let random: RandomVectors;
const vector = () => random.unit(512);

beforeEach(() => {
  random = new RandomVectors(21);
});

async function countPhotos(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

test('a face is found by the vector that made it, with similarity 1 within float32', async () => {
  const { gallery } = await openGallery();
  const [one, two] = [vector(), vector()];
  await gallery.saveUser(staff, anna);
  await gallery.saveUser(staff, ben);
  await gallery.addFace(staff, 'a1', one);
  await gallery.addFace(staff, 'b1', two);
  const found = await gallery.search(staff, one);
  expect(found).toMatchObject(anna);
  expect(found?.similarity).toBeCloseTo(1, 6);
  expect(await gallery.search(staff, random.near(two, 0.6))).toMatchObject(ben);
});

test('candidates are distinct people in order of their best faces, however many faces they have', async () => {
  const { gallery } = await openGallery();
  const probe = vector();
  for (const [i, cosine] of [0.9, 0.5, 0.7].entries()) {
    const id = `id-${i}`;
    await gallery.saveUser(staff, { id, name: '' });
    for (let j = 0; j < 70; j++) await gallery.addFace(staff, id, random.near(probe, cosine));
  }
  const ids = async (k: number) => (await gallery.candidates(staff, probe, k)).map(({ id }) => id);
  expect(await ids(1)).toEqual(['id-0']);
  expect(await ids(2)).toEqual(['id-0', 'id-2']);
  expect(await ids(50)).toEqual(['id-0', 'id-2', 'id-1']);
});

test('a single face that is deleted is not found any more', async () => {
  const { gallery, directory } = await openGallery();
  const [one, two] = [vector(), vector()];
  await gallery.saveUser(staff, anna);
  await gallery.addFace(staff, 'a1', one);
  await gallery.addFace(staff, 'a1', two);
  const [first] = await directory.faces(staff, 'a1');
  await gallery.deleteFace(staff, 'a1', first?.faceId ?? 0);
  expect((await gallery.search(staff, one))?.similarity).toBeLessThan(0.5);
  expect((await gallery.search(staff, two))?.similarity).toBeCloseTo(1, 5);
  await expect(gallery.deleteFace(staff, 'a1', first?.faceId ?? 0)).rejects.toMatchObject({
    errorName: 'FACE_NOT_FOUND',
  });
});

test('a search in a collection that is empty or unknown finds no person', async () => {
  const { gallery, store } = await openGallery();
  expect(await gallery.search(staff, vector())).toBeUndefined();
  await gallery.saveUser(staff, anna);
  expect(await gallery.search(staff, vector())).toBeUndefined();
  expect(await store.listUsers(staff)).toEqual([anna]);
});

test('the index built at the start answers like the one that grew', async () => {
  const first = await openGallery();
  const people = Array.from({ length: 30 }, (_, i) => ({ id: `id-${i}`, name: `Person ${i}` }));
  const vectors = people.map(vector);
  for (const [i, person] of people.entries()) {
    await first.gallery.saveUser(staff, person);
    await first.gallery.addFace(staff, person.id, vectors[i] ?? vector());
  }
  await first.gallery.deleteUser(staff, 'id-3');
  await first.gallery.deleteFaces(staff, 'id-4');
  const probes = vectors.map((v) => random.near(v, 0.7));
  const before = await Promise.all(probes.map((probe) => first.gallery.search(staff, probe)));
  await first.close();
  const second = await openGallery(first.folder);
  await second.gallery.open();
  expect(await Promise.all(probes.map((probe) => second.gallery.search(staff, probe)))).toEqual(before);
  expect(second.logger.info).toHaveBeenCalledWith(
    expect.objectContaining({ collections: 1, faces: 28 }),
    expect.any(String),
  );
});

test('two tenants with the same collection, user and face never see each other', async () => {
  const { gallery } = await openGallery();
  const other = { tenant: 'other', collection: 'staff' };
  const face = vector();
  await gallery.saveUser(staff, anna);
  await gallery.addFace(staff, 'a1', face);
  expect(await gallery.search(other, face)).toBeUndefined();
  await gallery.saveUser(other, { id: 'a1', name: 'Another' });
  await gallery.addFace(other, 'a1', face);
  expect(await gallery.search(other, face)).toMatchObject({ name: 'Another' });
  await gallery.deleteCollection(other);
  expect(await gallery.search(staff, face)).toMatchObject(anna);
});

test('a vector of another length than 1 is normalised; one that has no direction is refused', async () => {
  const { gallery, store } = await openGallery();
  const face = vector();
  await gallery.saveUser(staff, anna);
  await gallery.addFace(
    staff,
    'a1',
    face.map((x) => x * 25),
  );
  expect(
    (
      await gallery.search(
        staff,
        face.map((x) => x / 9),
      )
    )?.similarity,
  ).toBeCloseTo(1, 6);
  const bad = [new Float32Array(512), face.map(() => Number.NaN), face.map(() => Infinity), face.subarray(1)];
  for (const wrong of bad) {
    await expect(gallery.addFace(staff, 'a1', wrong)).rejects.toMatchObject({ errorName: 'BAD_INPUT' });
    await expect(gallery.search(staff, wrong)).rejects.toMatchObject({ errorName: 'BAD_INPUT' });
    await expect(gallery.addUnknownPerson(staff, wrong, Buffer.from('p'), never)).rejects.toMatchObject({
      errorName: 'BAD_INPUT',
    });
  }
  expect(await store.countFacesByModel()).toEqual(new Map([['m1', 1]]));
});

test('users, faces and collections that do not exist cannot be changed', async () => {
  const { gallery } = await openGallery();
  await expect(gallery.requireUser(staff, 'a1')).rejects.toMatchObject(userNotFound);
  await expect(gallery.addFace(staff, 'a1', vector())).rejects.toMatchObject(userNotFound);
  await expect(gallery.deleteFaces(staff, 'a1')).rejects.toMatchObject(userNotFound);
  await expect(gallery.deleteUser(staff, 'a1')).rejects.toMatchObject(userNotFound);
  await expect(gallery.deleteCollection(staff)).rejects.toMatchObject({ errorName: 'COLLECTION_NOT_FOUND' });
  await gallery.saveUser(staff, anna);
  await gallery.requireUser(staff, 'a1');
});

test('deleted faces, users and collections are not found, and the next best is', async () => {
  const { gallery } = await openGallery();
  const face = vector();
  await gallery.saveUser(staff, anna);
  await gallery.saveUser(staff, ben);
  await gallery.addFace(staff, 'a1', face);
  await gallery.addFace(staff, 'b1', random.near(face, 0.8));
  await gallery.deleteFaces(staff, 'a1');
  expect(await gallery.search(staff, face)).toMatchObject(ben);
  await gallery.addFace(staff, 'a1', face);
  expect(await gallery.search(staff, face)).toMatchObject(anna);
  await gallery.deleteUser(staff, 'a1');
  expect(await gallery.search(staff, face)).toMatchObject(ben);
  await gallery.deleteCollection(staff);
  expect(await gallery.search(staff, face)).toBeUndefined();
});

test('faces of another model are kept, and not searched', async () => {
  const first = await openGallery();
  const face = vector();
  await first.gallery.saveUser(staff, anna);
  await first.gallery.addFace(staff, 'a1', face);
  await first.close();
  const second = await openGallery(first.folder, { model: 'm2' });
  await second.gallery.open();
  expect(await second.gallery.search(staff, face)).toBeUndefined();
  await second.gallery.deleteUser(staff, 'a1');
  expect(await second.store.countFacesByModel()).toEqual(new Map());
});

test('an unknown person gets an id, and the photo lives as long as the person', async () => {
  const { gallery, photos, store } = await openGallery();
  const face = vector();
  const id = idOf(await gallery.addUnknownPerson(staff, face, Buffer.from('photo'), never));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  expect(await gallery.search(staff, face)).toMatchObject({ id, name: '' });
  expect(await countPhotos(photos)).toBe(1);
  await gallery.deleteUser(staff, id);
  await expect.poll(() => countPhotos(photos)).toBe(0);
  await expect.poll(() => pendingKeys(store)).toEqual([]);
});

test('when the person cannot be stored the photo is removed', async () => {
  const opened = await openGallery();
  const failing = new Proxy(opened.store, {
    get: (target, name) => {
      if (name === 'addUserWithFace') return () => Promise.reject(new Error('disk full'));
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const { gallery, photos, store } = await openGallery(opened.folder, { store: failing });
  await expect(gallery.addUnknownPerson(staff, vector(), Buffer.from('photo'), never)).rejects.toThrow('disk full');
  await expect.poll(() => countPhotos(photos)).toBe(0);
  await expect.poll(() => pendingKeys(store)).toEqual([]);
});

test('a photo whose deletion failed is deleted later, by the next deletion or at the next start', async () => {
  const opened = await openGallery();
  const broken = {
    put: opened.objects.put.bind(opened.objects),
    get: async () => undefined,
    delete: () => Promise.reject(new Error('EIO')),
    keys: opened.objects.keys.bind(opened.objects),
  };
  const { gallery, logger, store, photos } = await openGallery(opened.folder, { objects: broken });
  const id = idOf(await gallery.addUnknownPerson(staff, vector(), Buffer.from('photo'), never));
  await gallery.deleteUser(staff, id);
  await expect.poll(() => logger.error.mock.calls.length).toBeGreaterThan(0);
  expect(await pendingKeys(store)).toHaveLength(1);
  expect(await countPhotos(photos)).toBe(1);
  await opened.gallery.open();
  await expect.poll(() => countPhotos(photos)).toBe(0);
  await expect.poll(() => pendingKeys(store)).toEqual([]);
});

test('a photo whose deletion failed is tried again by itself', async () => {
  const opened = await openGallery();
  const remove = opened.objects.delete.bind(opened.objects);
  opened.objects.delete = () => Promise.reject(new Error('EIO'));
  const { gallery, logger, photos } = opened;
  const id = idOf(await gallery.addUnknownPerson(staff, vector(), Buffer.from('photo'), never));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  await gallery.deleteUser(staff, id);
  await expect.poll(() => logger.error.mock.calls.length).toBeGreaterThan(0);
  expect(await countPhotos(photos)).toBe(1);
  opened.objects.delete = remove;
  vi.advanceTimersByTime(30_000);
  vi.useRealTimers();
  await expect.poll(() => countPhotos(photos)).toBe(0);
});

test('a photo that cannot be stored creates no person, and is not kept', async () => {
  const { gallery, objects, photos, store } = await openGallery();
  objects.put = () => Promise.reject(new StoreError('full', 'the photos'));
  await expect(gallery.addUnknownPerson(staff, vector(), Buffer.from('photo'), never)).rejects.toThrow(StoreError);
  expect(await store.listUsers(staff)).toEqual([]);
  await expect.poll(() => countPhotos(photos)).toBe(0);
  await expect.poll(() => pendingKeys(store)).toEqual([]);
});

test('a face that is stored is found, also when the index could not take it', async () => {
  const { gallery, logger } = await openGallery();
  const [one, two] = [vector(), vector()];
  await gallery.saveUser(staff, anna);
  await gallery.saveUser(staff, ben);
  await gallery.addFace(staff, 'a1', one);
  vi.spyOn(RemoteIndex.prototype, 'add').mockRejectedValueOnce(new Error('out of memory'));
  await gallery.addFace(staff, 'b1', two);
  expect(logger.error).toHaveBeenCalledTimes(1);
  expect(await gallery.search(staff, two)).toMatchObject(ben);
  expect(await gallery.search(staff, one)).toMatchObject(anna);
});

test('a face that is erased is not found, also when the index could not let go of it', async () => {
  const { gallery, store } = await openGallery();
  const [one, two] = [vector(), vector()];
  await gallery.saveUser(staff, anna);
  await gallery.saveUser(staff, ben);
  await gallery.addFace(staff, 'a1', one);
  await gallery.addFace(staff, 'b1', two);
  vi.spyOn(RemoteIndex.prototype, 'remove').mockRejectedValueOnce(new Error('out of memory'));
  await gallery.deleteFaces(staff, 'a1');
  expect(await gallery.search(staff, one)).toMatchObject(ben);
  expect(gallery.facesInMemory).toBe(1);
  expect(await store.countFacesByModel()).toEqual(new Map([['m1', 1]]));
});

test('a photo that a crash left without a row is removed at the next start', async () => {
  const { gallery, store, objects, photos } = await openGallery();
  await store.reserveObject('faces/orphan');
  await objects.put('faces/orphan', Buffer.from('photo'));
  await gallery.open();
  await expect.poll(() => countPhotos(photos)).toBe(0);
});

test('a collection that another process made is found', async () => {
  const { gallery, folder } = await openGallery();
  await gallery.open();
  const face = vector();
  const tool = await SqliteStore.open(`${folder}/facesearch.db`);
  await tool.addUserWithFace(staff, anna, { embedding: face, model: 'm1' });
  await tool.close();
  expect(await gallery.search(staff, face)).toMatchObject(anna);
});
