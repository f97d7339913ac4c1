import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DataKey } from '../../../../src/persistence/encryption/data-key.js';
import { openDatabase } from '../../../../src/persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../../../../src/persistence/people/sqlite/sqlite-store.js';
import { tracesIn } from '../../../support/traces.js';
import { RandomVectors } from '../../../vector-index/random-vectors.js';
import { eraseDeleted } from '../../erase-deleted.js';
import { pendingKeys } from '../../pending-keys.js';
import { temporaryFolder } from '../../temporary-folder.js';

const staff = { tenant: 'acme', collection: 'the secret staff' };
const guests = { tenant: 'globex', collection: 'guests' };
const FACES = 1200;

test.each([
  ['plain', undefined],
  ['encrypted', new DataKey(randomBytes(32))],
])(
  'a large collection is gone at once, and its rows part by part, also after a restart: %s',
  async (_kind, dataKey) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'facesearch.db');
    const open = () => {
      const db = openDatabase(file, { key: dataKey });
      // Thousands of transactions need not wait for the disk here.
      db.pragma('synchronous = OFF');
      return SqliteStore.over(db, { dataKey });
    };
    let store = open();
    const random = new RandomVectors(17);
    const secrets = new Map<string, string | Float32Array>([['name of the collection', staff.collection]]);
    const faceIds: number[] = [];
    for (let i = 0; i < FACES; i++) {
      const embedding = random.unit(512);
      const where = i % 2 === 0 ? staff : guests;
      const user = { id: `id-${String(i).padStart(5, '0')}`, name: `name-${String(i).padStart(5, '0')}` };
      const { faceId } = await store.addUserWithFace(where, user, { embedding, model: 'm1', objectKey: `faces/${i}` });
      faceIds.push(faceId);
      if (i % 60 === 0) secrets.set(user.id, user.id).set(user.name, user.name).set(`vector ${i}`, embedding);
    }
    const erased = (await store.findCollection(staff))?.collectionId ?? 0;
    const other = (await store.findCollection(guests))?.collectionId ?? 0;
    const webhookId = await store.webhooks.add(staff.tenant, {
      url: 'https://example.com/',
      secret: 's',
      events: ['deleted'],
    });

    expect(await store.deleteCollection(staff)).toEqual({ collectionId: erased });
    expect(await store.deleteCollection(staff)).toBeUndefined();
    expect(await store.webhooks.backlog()).toMatchObject({ waiting: 1 });
    // With what it was still to be told, which names the collection.
    await store.webhooks.remove(staff.tenant, webhookId);
    // The name is free at once, and the new collection has nothing of the old one.
    await store.saveUser(staff, { id: 'new', name: 'New' });
    expect(await store.listUsers(staff)).toEqual([{ id: 'new', name: 'New' }]);
    expect(await store.countPeople(staff.tenant)).toEqual([{ collection: staff.collection, users: 1, faces: 0 }]);
    expect(await store.countFacesByModel()).toEqual(new Map([['m1', FACES / 2]]));
    expect(await store.listAutoCreatedBefore(new Date(Date.now() + 1000))).toHaveLength(FACES / 2);
    expect((await store.staged.facesToEmbed('m2', 0, FACES)).every(({ collectionId }) => collectionId === other)).toBe(
      true,
    );
    expect(await store.staged.count('m2')).toMatchObject({ waiting: FACES / 2 });
    expect(
      await store.saveCohort(staff.tenant, 'm1', {
        build: 1,
        people: 1,
        members: [{ collectionId: erased, personId: 1 }],
      }),
    ).toBe(true);
    expect((await store.findCohort(staff.tenant, 'm1'))?.members).toEqual([]);

    // Collections take turns, and a restart in the middle goes on.
    await store.deleteCollection(guests);
    expect(await store.eraseDeleted(0)).toEqual({ collectionId: erased, photos: 500 });
    expect(await store.eraseDeleted(erased)).toEqual({ collectionId: other, photos: 500 });
    expect(await pendingKeys(store)).toHaveLength(1000);
    expect(statSync(`${file}-wal`).size).toBeLessThan(16 * 2 ** 20);
    await store.close();
    store = open();
    expect(await eraseDeleted(store)).toEqual([erased, other, erased, other]);
    expect(await pendingKeys(store)).toHaveLength(FACES);
    expect(await store.listUsers(staff)).toEqual([{ id: 'new', name: 'New' }]);
    expect(await store.embeddingsOf(faceIds, 'm1')).toEqual([]);
    await store.deleteUser(staff, 'new');
    await store.deleteCollection(staff);
    await eraseDeleted(store);
    await store.close();
    expect(await tracesIn(folder, secrets)).toEqual([]);
  },
);
