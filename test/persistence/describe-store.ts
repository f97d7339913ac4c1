import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { StoredEmbedding } from '../../src/persistence/people/embedding-store.js';
import type { CollectionRef, NewFace } from '../../src/persistence/people/people-store.js';
import type { Store } from '../../src/persistence/store.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { eraseDeleted } from './erase-deleted.js';
import { pendingKeys } from './pending-keys.js';

export const staff: CollectionRef = { tenant: 'acme', collection: 'staff' };
export const anna = { id: 'a1', name: 'Anna' };
export const ben = { id: 'b1', name: 'Ben' };

/**
 * What every store does.
 * @param opener called before each test; what it returns opens one and the same empty store, as often as it is called
 */
export function describeStore(name: string, opener: () => Promise<() => Promise<Store>>): void {
  let reopen: () => Promise<Store>;
  let store: Store;
  let random: RandomVectors;

  const face = (rest: Partial<NewFace> = {}): NewFace => ({ embedding: random.unit(512), model: 'm1', ...rest });

  async function facesIn(collectionId: number, model = 'm1'): Promise<StoredEmbedding[]> {
    const people = await store.peopleWithFaces(collectionId, model, 0, 100);
    return (await store.newestFaces(people, model)).flatMap(({ faces }) => faces);
  }

  describe(name, () => {
    beforeEach(async () => {
      reopen = await opener();
      store = await reopen();
      random = new RandomVectors(7);
      onTestFinished(() => store.close());
    });

    test('an id that differs from another by its Unicode normalisation only is refused', async () => {
      // Composed, decomposed, and as some keyboards write it.
      const forms = ['Hu\u1ec7', 'Hue\u0323\u0302', 'Hu\u00ea\u0323'];
      for (const [i, kept] of forms.entries()) {
        const collection = { ...staff, collection: `forms ${i}` };
        expect(await store.saveUser(collection, { id: kept, name: 'Huệ' })).toBe(true);
        for (const other of forms.filter((form) => form !== kept))
          expect(await store.saveUser(collection, { id: other, name: 'Huệ' })).toBe(false);
        expect(await store.saveUser(collection, { id: kept, name: 'Huệ Ngô' })).toBe(true);
        expect(await store.listUsers(collection)).toEqual([{ id: kept, name: 'Huệ Ngô' }]);
        expect(await store.saveUser({ ...collection, tenant: 'globex' }, { id: forms[0] ?? '', name: '' })).toBe(true);
      }
      // The sign of the kelvin is a K in every normal form.
      expect(await store.saveUser(staff, { id: 'K', name: '' })).toBe(true);
      expect(await store.saveUser(staff, { id: '\u212a', name: '' })).toBe(false);
      expect(await store.deleteUser(staff, 'K')).toBeDefined();
      expect(await store.saveUser(staff, { id: '\u212a', name: '' })).toBe(true);
      expect(await store.saveUser(staff, { id: 'K', name: '' })).toBe(false);
    });

    test('of two ids that are made together and differ by their normalisation only, one is made', async () => {
      const saved = await Promise.all(
        ['Hu\u1ec7', 'Hue\u0323\u0302'].map((id) => store.saveUser(staff, { id, name: '' })),
      );
      expect(saved.sort()).toEqual([false, true]);
      expect(await store.listUsers(staff)).toHaveLength(1);
    });

    test('the default collection is not there while nobody is in it', async () => {
      const none = { tenant: 'acme', collection: '' };
      await store.saveUser(none, anna);
      await store.deleteUser(none, 'a1');
      expect(await store.deleteCollection(none)).toBeUndefined();
      await store.saveUser(none, anna);
      expect(await store.deleteCollection(none)).toBeDefined();
    });

    test('a single face is listed, deleted and counted without the others', async () => {
      await store.saveUser(staff, anna);
      await store.saveUser(staff, ben);
      await store.saveUser({ tenant: 'globex', collection: 'theirs' }, anna);
      const kept = await store.addFace(staff, 'a1', face());
      const gone = await store.addFace(staff, 'a1', face({ objectKey: 'faces/1' }));
      if (!kept || !gone) throw new Error('no such user');
      expect(await store.facesOfUser(staff, 'a1')).toEqual([
        { faceId: kept.faceId, model: 'm1', createdAt: expect.any(Date), objectKey: undefined },
        { faceId: gone.faceId, model: 'm1', createdAt: expect.any(Date), objectKey: 'faces/1' },
      ]);
      expect(await store.countPeople('acme')).toEqual([{ collection: 'staff', users: 2, faces: 2 }]);
      expect(await store.deleteFace(staff, 'b1', gone.faceId)).toBeUndefined();
      expect(await store.deleteFace({ ...staff, tenant: 'globex' }, 'a1', gone.faceId)).toBeUndefined();
      expect(await store.deleteFace(staff, 'a1', gone.faceId)).toEqual({
        collectionId: gone.collectionId,
        faceIds: [gone.faceId],
        objectKeys: ['faces/1'],
      });
      expect(await store.deleteFace(staff, 'a1', gone.faceId)).toBeUndefined();
      expect(await pendingKeys(store)).toEqual(['faces/1']);
      expect(await store.facesOfUser(staff, 'a1')).toHaveLength(1);
      expect(await store.facesOfUser(staff, 'nobody')).toEqual([]);
      expect(await store.countPeople('acme')).toEqual([{ collection: 'staff', users: 2, faces: 1 }]);
      expect(await store.countPeople('nobody')).toEqual([]);
    });

    test('what was written is there after closing and opening again', async () => {
      const added = face({ objectKey: 'faces/1' });
      await store.saveUser(staff, anna);
      const stored = await store.addFace(staff, 'a1', added);
      await store.close();
      store = await reopen();
      expect(await store.listUsers(staff)).toEqual([anna]);
      expect(await store.listCollections()).toEqual([{ ...staff, collectionId: stored?.collectionId }]);
      expect(await facesIn(stored?.collectionId ?? 0)).toEqual([
        { faceId: stored?.faceId, embedding: added.embedding },
      ]);
      expect(await store.facesOfUser(staff, 'a1')).toMatchObject([{ faceId: stored?.faceId }]);
    });

    test('saving a user again changes the name, and neither faces nor place in the list', async () => {
      await store.saveUser(staff, anna);
      await store.saveUser(staff, ben);
      const stored = await store.addFace(staff, 'a1', face());
      await store.saveUser(staff, { id: 'a1', name: 'Anne' });
      expect(await store.listUsers(staff)).toEqual([{ id: 'a1', name: 'Anne' }, ben]);
      expect(await store.facesOfUser(staff, 'a1')).toMatchObject([{ faceId: stored?.faceId }]);
    });

    test('who is enrolled with a face is listed and erased when old enough, unless saved since', async () => {
      const later = new Date(Date.now() + 60_000);
      const carl = { id: 'c1', name: '' };
      await store.saveUser(staff, anna);
      await store.addUserWithFace(staff, { ...ben, name: '' }, face({ objectKey: 'faces/1' }));
      await store.addUserWithFace(staff, carl, face({ objectKey: 'faces/2' }));
      await store.addFace(staff, 'b1', face());
      const listed = await store.listAutoCreatedBefore(later);
      expect(listed).toEqual([
        { ...staff, userId: 'b1' },
        { ...staff, userId: 'c1' },
      ]);
      expect(await store.listAutoCreatedBefore(new Date(Date.now() - 60_000))).toEqual([]);
      await store.saveUser(staff, { id: 'c1', name: 'Carl' });
      expect(await store.listAutoCreatedBefore(later)).toEqual([{ ...staff, userId: 'b1' }]);
      expect(await store.deleteAutoCreatedBefore(new Date(Date.now() - 60_000), staff, 'b1')).toBeUndefined();
      for (const id of ['a1', 'c1', 'nobody'])
        expect(await store.deleteAutoCreatedBefore(later, staff, id)).toBeUndefined();
      expect(await store.deleteAutoCreatedBefore(later, staff, 'b1')).toMatchObject({ objectKeys: ['faces/1'] });
      expect(await store.listUsers(staff)).toEqual([anna, { id: 'c1', name: 'Carl' }]);
      expect(await pendingKeys(store)).toEqual(['faces/1']);
    });

    test('ids and names are kept to the letter', async () => {
      const ids = [
        'Nguyễn',
        'Trần'.normalize('NFD'),
        'nguyễn',
        ' a',
        'a',
        'a ',
        '🧑🏽‍🚀',
        "'; DROP TABLE users; --",
        '%',
        '1',
        '01',
        '1.0',
      ];
      for (const id of ids) await store.saveUser(staff, { id, name: `name of ${id}` });
      expect(await store.listUsers(staff)).toEqual(ids.map((id) => ({ id, name: `name of ${id}` })));
      for (const id of ids) expect(await store.findUser(staff, id)).toEqual({ id, name: `name of ${id}` });
    });

    test('the default collection has the empty name and is one like the others', async () => {
      const unnamed = { tenant: 'acme', collection: '' };
      await store.saveUser(unnamed, anna);
      expect(await store.listUsers(unnamed)).toEqual([anna]);
      expect(await store.listUsers(staff)).toEqual([]);
    });

    test('two tenants with the same collection and user ids never meet', async () => {
      const other = { tenant: 'other', collection: 'staff' };
      await store.saveUser(staff, anna);
      await store.saveUser(other, { id: 'a1', name: 'Another' });
      const mine = await store.addFace(staff, 'a1', face());
      const theirs = await store.addFace(other, 'a1', face());
      expect(mine?.collectionId).not.toBe(theirs?.collectionId);
      expect((await store.deleteUser(staff, 'a1'))?.faceIds).toEqual([mine?.faceId]);
      expect(await store.deleteCollection(staff)).toBeDefined();
      expect(await store.listUsers(other)).toEqual([{ id: 'a1', name: 'Another' }]);
      expect(await facesIn(theirs?.collectionId ?? 0)).toHaveLength(1);
    });

    test('nothing is found, and nothing made, for users and collections that do not exist', async () => {
      expect(await store.findUser(staff, 'a1')).toBeUndefined();
      expect(await store.listUsers(staff)).toEqual([]);
      expect(await store.addFace(staff, 'a1', face())).toBeUndefined();
      expect(await store.deleteFaces(staff, 'a1')).toBeUndefined();
      expect(await store.deleteUser(staff, 'a1')).toBeUndefined();
      expect(await store.deleteCollection(staff)).toBeUndefined();
      expect(await store.listCollections()).toEqual([]);
    });

    test('numbers of faces and collections are never used again', async () => {
      const first = await store.addUserWithFace(staff, anna, face());
      await store.deleteCollection(staff);
      const second = await store.addUserWithFace(staff, anna, face());
      expect(second.faceId).toBeGreaterThan(first.faceId);
      expect(second.collectionId).toBeGreaterThan(first.collectionId);
    });

    test('deleting faces keeps the user; deleting the user takes both', async () => {
      const { collectionId, faceId } = await store.addUserWithFace(staff, anna, face({ objectKey: 'faces/1' }));
      const second = await store.addFace(staff, 'a1', face());
      await store.addUserWithFace(staff, ben, face());
      expect(await store.deleteFaces(staff, 'a1')).toEqual({
        collectionId,
        faceIds: [faceId, second?.faceId],
        objectKeys: ['faces/1'],
      });
      expect(await store.listUsers(staff)).toEqual([anna, ben]);
      expect(await store.facesOfUser(staff, 'a1')).toEqual([]);
      await store.deleteUser(staff, 'a1');
      expect(await store.listUsers(staff)).toEqual([ben]);
      expect(await facesIn(collectionId)).toHaveLength(1);
    });

    test('deleting a collection takes its users and faces of every model', async () => {
      const { collectionId } = await store.addUserWithFace(staff, anna, face({ objectKey: 'faces/1' }));
      await store.addUserWithFace(staff, ben, face({ model: 'm2', objectKey: 'faces/2' }));
      expect(await store.deleteCollection(staff)).toEqual({ collectionId });
      expect(await store.listCollections()).toEqual([]);
      expect(await store.listUsers(staff)).toEqual([]);
      expect(await store.countPeople(staff.tenant)).toEqual([]);
      expect(await store.deleteCollection(staff)).toBeUndefined();
      await eraseDeleted(store);
      expect(await pendingKeys(store)).toEqual(['faces/1', 'faces/2']);
      expect(await facesIn(collectionId)).toEqual([]);
      expect(await facesIn(collectionId, 'm2')).toEqual([]);
    });

    test('photos of deleted faces are pending until they are reported deleted', async () => {
      await store.addUserWithFace(staff, anna, face({ objectKey: 'faces/1' }));
      await store.addUserWithFace(staff, ben, face({ objectKey: 'faces/2' }));
      expect(await pendingKeys(store)).toEqual([]);
      await store.deleteFaces(staff, 'a1');
      await store.deleteCollection(staff);
      await eraseDeleted(store);
      expect(await pendingKeys(store)).toEqual(['faces/1', 'faces/2']);
      await store.objectsDeleted(['faces/1']);
      expect(await pendingKeys(store)).toEqual(['faces/2']);
    });

    test('tenants take turns with the photos that are to be deleted', async () => {
      const other = { tenant: 'other', collection: 'staff' };
      for (const i of [1, 2, 3])
        await store.addUserWithFace(staff, { ...anna, id: `a${i}` }, face({ objectKey: `a/${i}` }));
      await store.addUserWithFace(other, ben, face({ objectKey: 'b/1' }));
      for (const i of [1, 2, 3]) await store.deleteUser(staff, `a${i}`);
      await store.deleteUser(other, ben.id);
      await store.reserveObject('c/1');
      const first = await store.pendingObjectDeletions(2, new Map());
      expect(first.map(({ keys }) => keys)).toEqual([['c/1'], ['a/1', 'a/2'], ['b/1']]);
      const after = new Map(first.map(({ tenantId, keys }) => [tenantId, keys.at(-1) ?? '']));
      const second = await store.pendingObjectDeletions(2, after);
      expect(second).toEqual([{ tenantId: first[1]?.tenantId, keys: ['a/3'] }]);
    });

    test('a reserved photo is pending until a face names it', async () => {
      await store.reserveObject('faces/1');
      await store.reserveObject('faces/2');
      await store.addUserWithFace(staff, anna, face({ objectKey: 'faces/1' }));
      expect(await pendingKeys(store)).toEqual(['faces/2']);
    });

    test('a transaction that fails leaves nothing', async () => {
      await store.reserveObject('faces/1');
      const bad = { embedding: new Float32Array(3), model: 'm1', objectKey: 'faces/1' };
      await expect(store.addUserWithFace(staff, anna, bad)).rejects.toThrow(RangeError);
      expect(await store.listCollections()).toEqual([]);
      expect(await pendingKeys(store)).toEqual(['faces/1']);
    });

    test('two processes can write to one store', async () => {
      const second = await reopen();
      await Promise.all([store.saveUser(staff, anna), second.saveUser(staff, ben)]);
      expect(await store.listUsers(staff)).toEqual(await second.listUsers(staff));
      await second.close();
    });

    test('a closed store does not answer', async () => {
      await store.ping();
      await store.close();
      await expect(store.ping()).rejects.toThrow();
    });
  });
}
