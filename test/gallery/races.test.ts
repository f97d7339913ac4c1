import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import type { EmbeddingStore } from '../../src/persistence/people/embedding-store.js';
import { pendingKeys } from '../persistence/pending-keys.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { idOf, never, openGallery } from './gallery-fixture.js';
import { HeldStore } from './held-store.js';

const staff = { tenant: 'acme', collection: 'staff' };
const anna = { id: 'a1', name: 'Anna' };
const ben = { id: 'b1', name: 'Ben' };

let random: RandomVectors;

beforeEach(() => {
  random = new RandomVectors(31);
});

/** A gallery with Anna and Ben in it, each with a face unlike the one that the test is about. */
async function start() {
  const { store: plain, folder } = await openGallery();
  const held = new HeldStore(plain);
  const opened = await openGallery(folder, { store: held.store });
  await opened.gallery.saveUser(staff, anna);
  await opened.gallery.saveUser(staff, ben);
  await opened.gallery.addFace(staff, 'a1', random.unit(512));
  await opened.gallery.addFace(staff, 'b1', random.unit(512));
  return { ...opened, held, face: random.unit(512) };
}

async function facesStored(store: EmbeddingStore): Promise<number> {
  return (await store.countFacesByModel()).get('m1') ?? 0;
}

/**
 * A search would pass over a face whose row is gone, so that the index agrees with the store is checked by count.
 * @returns the number of faces in both
 */
async function facesIn({ gallery, store }: Awaited<ReturnType<typeof openGallery>>): Promise<number> {
  const stored = await facesStored(store);
  expect(gallery.facesInMemory).toBe(stored);
  return stored;
}

/** Long enough for everything that is not held to come to its end. */
async function others(): Promise<void> {
  for (let i = 0; i < 20; i++) await setImmediate();
}

test('deleting a user while a face of theirs is being added leaves no face behind', async () => {
  const started = await start();
  const { gallery, held, face } = started;
  const release = held.hold('addFace');
  const adding = gallery.addFace(staff, 'a1', face);
  const deleting = gallery.deleteUser(staff, 'a1');
  await others();
  release();
  await Promise.all([adding, deleting]);
  expect(await gallery.search(staff, face)).toMatchObject(ben);
  expect(await facesIn(started)).toBe(1);
});

test('adding a face while its user is being deleted fails and leaves nothing', async () => {
  const started = await start();
  const { gallery, held, face } = started;
  const release = held.hold('deleteUser');
  const deleting = gallery.deleteUser(staff, 'a1');
  const adding = gallery.addFace(staff, 'a1', face);
  await others();
  release();
  await expect(adding).rejects.toMatchObject({ errorName: 'USER_NOT_FOUND' });
  await deleting;
  expect(await gallery.search(staff, face)).toMatchObject(ben);
  expect(await facesIn(started)).toBe(1);
});

test('a face added while the faces of its user are being deleted stays', async () => {
  const started = await start();
  const { gallery, held, face } = started;
  await gallery.addFace(staff, 'a1', random.near(face, 0.9));
  const release = held.hold('deleteFaces');
  const deleting = gallery.deleteFaces(staff, 'a1');
  const adding = gallery.addFace(staff, 'a1', face);
  await others();
  release();
  await Promise.all([deleting, adding]);
  expect((await gallery.search(staff, face))?.similarity).toBeCloseTo(1, 6);
  expect(await facesIn(started)).toBe(2);
});

test('a search that meets a face just deleted takes the next best', async () => {
  const { gallery, held, face } = await start();
  for (let i = 0; i < 10; i++) await gallery.addFace(staff, 'a1', random.near(face, 0.99));
  await gallery.addFace(staff, 'b1', random.near(face, 0.8));
  expect(await gallery.search(staff, face)).toMatchObject(anna);
  const release = held.hold('deleteUser');
  const deleting = gallery.deleteUser(staff, 'a1');
  await others();
  expect(await gallery.search(staff, face)).toMatchObject(ben);
  release();
  await deleting;
  expect(await gallery.search(staff, face)).toMatchObject(ben);
});

test('deleting a collection while a person is being added to it leaves neither face nor photo', async () => {
  const started = await start();
  const { gallery, held, face, store, objects } = started;
  const deleted: string[] = [];
  const remove = objects.delete.bind(objects);
  objects.delete = async (key) => {
    deleted.push(key);
    await remove(key);
  };
  const release = held.hold('addUserWithFace');
  const adding = gallery.addUnknownPerson(staff, face, Buffer.from('photo'), never);
  while ((await facesStored(store)) < 3) await setImmediate();
  const deleting = gallery.deleteCollection(staff);
  await others();
  release();
  await Promise.all([adding, deleting]);
  expect(await gallery.search(staff, face)).toBeUndefined();
  expect(await facesIn(started)).toBe(0);
  await expect.poll(() => deleted.length).toBe(1);
  await expect.poll(() => pendingKeys(store)).toEqual([]);
});

test('a photo on its way in is not swept by a deletion beside it', async () => {
  const { gallery, objects, face, held } = await start();
  const release = held.hold('reserveObject');
  const adding = gallery.addUnknownPerson(staff, face, Buffer.from('photo'), never);
  await others();
  const put = objects.put.bind(objects);
  let photoKey = '';
  objects.put = async (key, bytes) => {
    photoKey = key;
    await put(key, bytes);
    // Between the photo and its row: the moment at which the key is still on the list of pending deletions.
    await gallery.deleteUser(staff, 'a1');
  };
  release();
  await adding;
  expect((await objects.get(photoKey))?.toString()).toBe('photo');
});

test('a collection deleted and made again starts empty', async () => {
  const started = await start();
  const { gallery, held, face, store } = started;
  await gallery.addFace(staff, 'a1', face);
  const release = held.hold('deleteCollection');
  const deleting = gallery.deleteCollection(staff);
  const making = gallery.saveUser(staff, ben);
  const adding = gallery.addFace(staff, 'b1', random.near(face, 0.5));
  await others();
  release();
  await Promise.all([deleting, making, adding]);
  expect(await gallery.search(staff, face)).toMatchObject(ben);
  expect(await store.listUsers(staff)).toEqual([ben]);
  expect(await facesIn(started)).toBe(1);
});

test('deleting a user while the collection is being read from the store leaves no face behind', async () => {
  const first = await start();
  const vectors = Array.from({ length: 1200 }, () => random.unit(512));
  for (const vector of vectors) await first.store.addFace(staff, 'a1', { embedding: vector, model: 'm1' });
  const second = await openGallery(first.folder);
  const [probe = first.face] = vectors;
  const searching = second.gallery.search(staff, probe);
  await setImmediate();
  const deleting = second.gallery.deleteUser(staff, 'a1');
  await Promise.all([searching, deleting]);
  expect(await second.gallery.search(staff, probe)).toMatchObject(ben);
  expect(await facesIn(second)).toBe(1);
});

test('many writes at once to many collections all count', async () => {
  const { gallery } = await start();
  const refs = Array.from({ length: 5 }, (_, i) => ({ tenant: 'acme', collection: `c${i}` }));
  const faces = Array.from({ length: 50 }, (_, i) => ({ ref: refs[i % 5] ?? staff, vector: random.unit(512) }));
  const ids = await Promise.all(
    faces.map(({ ref, vector }) => gallery.addUnknownPerson(ref, vector, Buffer.from('p'), never)),
  );
  const found = await Promise.all(faces.map(({ ref, vector }) => gallery.search(ref, vector)));
  expect(found.map((candidate) => candidate?.id)).toEqual(ids.map(idOf));
});

test('of several photos of one new person that arrive together, one enrols', async () => {
  const started = await start();
  const { gallery, objects, store, face } = started;
  const photos: string[] = [];
  const put = objects.put.bind(objects);
  objects.put = async (key, bytes) => {
    photos.push(key);
    await put(key, bytes);
  };
  const isKnown = ({ similarity }: { similarity: number }) => similarity > 0.9;
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () => gallery.addUnknownPerson(staff, face, Buffer.from('photo'), isKnown)),
  );
  const created = outcomes.filter((outcome) => 'createdId' in outcome);
  expect(created).toHaveLength(1);
  expect(await store.listUsers(staff)).toHaveLength(3);
  await expect.poll(() => pendingKeys(store)).toEqual([]);
  const kept = await Promise.all(photos.map((key) => objects.get(key)));
  expect(kept.filter((photo) => photo !== undefined)).toHaveLength(1);
});
