import { expect, test } from 'vitest';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import { pendingKeys } from '../persistence/pending-keys.js';
import { useTestDatabase } from '../support/test-database.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { openGallery } from './gallery-fixture.js';
import { openDatabaseGallery } from './pgvector-gallery-fixture.js';

const database = useTestDatabase();
const staff = { tenant: 'acme', collection: 'staff' };
const theirs = { tenant: 'globex', collection: 'staff' };
const anna = { id: 'a1', name: 'Anna' };

test.each([
  ['in memory', () => openGallery()],
  ['in memory, encrypted rows', () => openGallery(undefined, {}, DataKey.parse('4'.repeat(64)))],
  ['in PostgreSQL', () => openDatabaseGallery(database())],
])(
  '%s: the photo of a face that was added is kept, for its tenant alone, and erased with the face',
  async (_name, open) => {
    const { gallery, directory, store, objects } = await open();
    const random = new RandomVectors(3);
    const photo = Buffer.from('a photo');
    for (const where of [staff, theirs]) {
      await gallery.saveUser(where, anna);
      await gallery.addFace(where, 'a1', random.unit(512), photo);
      await gallery.addFace(where, 'a1', random.unit(512));
    }
    const keys = async () => {
      const all: string[] = [];
      for await (const key of objects.keys()) all.push(key);
      return all;
    };
    const [kept, bare] = await directory.faces(staff, 'a1');
    const [other] = await directory.faces(theirs, 'a1');
    if (!kept || !bare || !other) throw new Error('faces are missing');
    expect(bare.objectKey).toBeUndefined();
    expect(await directory.photo(staff, 'a1', kept.faceId)).toEqual(photo);
    await expect(directory.photo(staff, 'a1', other.faceId)).rejects.toMatchObject({ errorName: 'FACE_NOT_FOUND' });
    expect(await keys()).toHaveLength(2);
    await expect.poll(() => pendingKeys(store)).toEqual([]);

    await gallery.deleteFace(staff, 'a1', kept.faceId);
    await expect.poll(keys).toEqual([other.objectKey]);
    await gallery.deleteCollection(theirs);
    await expect.poll(keys).toEqual([]);

    // Of somebody who is not there nothing is left.
    await expect(gallery.addFace(staff, 'nobody', random.unit(512), photo)).rejects.toMatchObject({
      errorName: 'USER_NOT_FOUND',
    });
    await expect.poll(keys).toEqual([]);
    await expect.poll(() => pendingKeys(store)).toEqual([]);
  },
);
