import { readdir } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { pendingKeys } from '../persistence/pending-keys.js';
import { useTestDatabase } from '../support/test-database.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { centresOf, scaleWith } from './describe-scoring.js';
import { idOf, never, openGallery } from './gallery-fixture.js';
import { anotherServer, openDatabaseGallery } from './pgvector-gallery-fixture.js';

const database = useTestDatabase();
const staff = { tenant: 'acme', collection: 'staff' };
const anna = { id: 'a1', name: 'Anna' };
const userNotFound = { errorName: 'USER_NOT_FOUND' };

let random: RandomVectors;
beforeEach(() => {
  random = new RandomVectors(21);
});
const vector = () => random.unit(512);

async function countPhotos(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

test('searches answer as over SQLite, with a cohort and templates', async () => {
  const scale = scaleWith(centresOf(5));
  const galleries = [
    (await openGallery(undefined, { scale })).gallery,
    (await openDatabaseGallery(database(), { scale })).gallery,
  ];
  // So few that none of them belongs to the cohort.
  const people = Array.from({ length: 9 }, (_, i) => {
    const face = vector();
    return {
      user: { id: `id-${i}`, name: `Person ${i}` },
      face,
      others: Array.from({ length: 2 * i }, () => random.near(face, 0.6)),
    };
  });
  for (const gallery of galleries) {
    for (const { user, face, others } of people) {
      await gallery.saveUser(staff, user);
      for (const each of [face, ...others]) await gallery.addFace(staff, user.id, each);
    }
    await gallery.deleteUser(staff, 'id-3');
    await gallery.deleteFaces(staff, 'id-4');
  }
  for (const { face } of people) {
    for (const probe of [face, random.near(face, 0.6), vector()]) {
      const [expected, found] = await Promise.all(galleries.map((gallery) => gallery.candidates(staff, probe, 3)));
      // Faces are numbered by the store.
      const alike = expected?.map(({ id, name, similarity }) => ({
        id,
        name,
        similarity: expect.closeTo(similarity, 12),
      }));
      expect(found).toMatchObject(alike ?? []);
      expect(found).toHaveLength(3);
    }
  }
});

test('of identical faces the oldest is found, with similarity 1 within float32', async () => {
  const { gallery } = await openDatabaseGallery(database());
  const face = vector();
  for (const id of ['z', 'a', 'm']) {
    await gallery.saveUser(staff, { id, name: '' });
    await gallery.addFace(staff, id, face);
  }
  expect(await gallery.search(staff, face)).toMatchObject({ id: 'z', name: '', similarity: expect.closeTo(1, 6) });
});

test('what one server writes the next one finds at once', async () => {
  const one = await openDatabaseGallery(database());
  const two = await anotherServer(database(), one.folder);
  const face = vector();
  await one.gallery.saveUser(staff, anna);
  await one.gallery.addFace(staff, 'a1', face);
  expect(await two.gallery.search(staff, face)).toMatchObject(anna);
  await two.gallery.deleteFaces(staff, 'a1');
  expect(await one.gallery.search(staff, face)).toBeUndefined();
});

test('of several photos of one new person that arrive together at two servers, one enrols', async () => {
  const one = await openDatabaseGallery(database());
  const two = await anotherServer(database(), one.folder);
  const face = vector();
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      (i % 2 ? one : two).gallery.addUnknownPerson(
        staff,
        random.near(face, 0.95),
        Buffer.from('photo'),
        (best) => best.similarity > 0.8,
      ),
    ),
  );
  expect(outcomes.filter((outcome) => 'createdId' in outcome)).toHaveLength(1);
  expect(await one.store.listUsers(staff)).toHaveLength(1);
  await expect.poll(() => countPhotos(one.photos)).toBe(1);
});

test('the photo of an unknown person is kept, and deleted with the person', async () => {
  const { gallery, photos, store } = await openDatabaseGallery(database());
  const id = idOf(await gallery.addUnknownPerson(staff, vector(), Buffer.from('photo'), never));
  expect(await countPhotos(photos)).toBe(1);
  await gallery.deleteUser(staff, id);
  await expect.poll(() => countPhotos(photos)).toBe(0);
  await expect.poll(() => pendingKeys(store)).toEqual([]);
});

test('a person who cannot be stored leaves nothing', async () => {
  const { gallery, photos, store } = await openDatabaseGallery(database());
  await gallery.addUnknownPerson(staff, vector(), Buffer.from('photo'), never);
  const failing = gallery.addUnknownPerson(staff, vector(), Buffer.from('photo'), () => {
    throw new Error('in the middle of the transaction');
  });
  await expect(failing).rejects.toThrow('in the middle');
  expect(await store.listUsers(staff)).toHaveLength(1);
  await expect.poll(() => countPhotos(photos)).toBe(1);
  await expect.poll(() => pendingKeys(store)).toEqual([]);
});

test('users and faces that do not exist cannot be changed, and bad vectors are refused', async () => {
  const { gallery } = await openDatabaseGallery(database());
  await expect(gallery.requireUser(staff, 'a1')).rejects.toMatchObject(userNotFound);
  await expect(gallery.addFace(staff, 'a1', vector())).rejects.toMatchObject(userNotFound);
  await expect(gallery.deleteFaces(staff, 'a1')).rejects.toMatchObject(userNotFound);
  await expect(gallery.deleteUser(staff, 'a1')).rejects.toMatchObject(userNotFound);
  await expect(gallery.deleteCollection(staff)).rejects.toMatchObject({ errorName: 'COLLECTION_NOT_FOUND' });
  await expect(gallery.search(staff, new Float32Array(512))).rejects.toMatchObject({ errorName: 'BAD_INPUT' });
});
