import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../src/persistence/store.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { anna, ben, staff } from './describe-store.js';
import { eraseDeleted } from './erase-deleted.js';
import { pendingKeys } from './pending-keys.js';

const theirs = { tenant: 'globex', collection: 'staff' };

/**
 * What every store does with embeddings that wait to take the place of others.
 * @param open an empty store
 */
export function describeStaged(name: string, open: () => Promise<Store>): void {
  describe(`${name}: staged embeddings`, () => {
    let store: Store;
    let random: RandomVectors;

    beforeEach(async () => {
      store = await open();
      random = new RandomVectors(11);
      onTestFinished(() => store.close());
      await store.saveUser(staff, anna);
      await store.saveUser(staff, ben);
      await store.saveUser(theirs, anna);
    });

    const add = async (where: typeof staff, id: string, objectKey?: string, model = 'old') => {
      const stored = await store.addFace(where, id, {
        embedding: random.unit(512),
        model,
        ...(objectKey && { objectKey }),
      });
      if (!stored) throw new Error('no such user');
      return stored.faceId;
    };
    const toEmbed = () => store.staged.facesToEmbed('new', 0, 100);
    const stageAll = async () => {
      const faces = await toEmbed();
      const made = new Map<number, Float32Array>();
      for (const face of faces) {
        const embedding = random.unit(512);
        made.set(face.faceId, embedding);
        expect(await store.staged.stage(face, 'new', embedding)).toBe(true);
      }
      return made;
    };
    const facesOf = async (model: string) => {
      const found = new Map<number, Float32Array>();
      for (const { collectionId } of await store.listCollections()) {
        const people = await store.peopleWithFaces(collectionId, model, 0, 100);
        for (const { faces } of await store.newestFaces(people, model)) {
          for (const { faceId, embedding } of faces) found.set(faceId, embedding);
        }
      }
      return found;
    };

    test('change nothing until they are adopted, and then only the embedding and the model', async () => {
      const first = await add(staff, 'a1', 'faces/1');
      const second = await add(theirs, 'a1', 'faces/2');
      const own = await add(staff, 'b1', 'faces/3', 'new');
      const before = await facesOf('old');
      expect((await toEmbed()).map(({ faceId, objectKey }) => [faceId, objectKey])).toEqual([
        [first, 'faces/1'],
        [second, 'faces/2'],
      ]);
      const made = await stageAll();
      expect(await toEmbed()).toEqual([]);
      expect(await facesOf('old')).toEqual(before);
      expect(await store.staged.count('new')).toEqual({ own: 1, staged: 2, waiting: 0, withoutPhoto: 0 });
      const records = await store.facesOfUser(staff, 'a1');

      expect(await store.staged.adopt('new', 1)).toBe(1);
      expect(await store.staged.adopt('new', 10)).toBe(1);
      expect(await store.staged.adopt('new', 10)).toBe(0);
      expect(await facesOf('old')).toEqual(new Map());
      const after = await facesOf('new');
      expect([...after.keys()].sort()).toEqual([first, second, own].sort());
      for (const [faceId, embedding] of made) expect(after.get(faceId)).toEqual(embedding);
      expect(await store.facesOfUser(staff, 'a1')).toEqual(records.map((face) => ({ ...face, model: 'new' })));
    });

    test('are read in pages, and replaced by those of another model', async () => {
      const ids = [await add(staff, 'a1', 'faces/1'), await add(staff, 'a1'), await add(staff, 'b1', 'faces/2')];
      const page = await store.staged.facesToEmbed('new', 0, 2);
      expect(page.map(({ faceId, objectKey }) => [faceId, objectKey])).toEqual([
        [ids[0], 'faces/1'],
        [ids[1], undefined],
      ]);
      expect((await store.staged.facesToEmbed('new', ids[1] as number, 2)).map(({ faceId }) => faceId)).toEqual([
        ids[2],
      ]);
      const [face] = page;
      if (!face) throw new Error('no face');
      await store.staged.stage(face, 'new', random.unit(512));
      expect(await store.staged.count('new')).toEqual({ own: 0, staged: 1, waiting: 1, withoutPhoto: 1 });
      await store.staged.stage(face, 'newest', random.unit(512));
      expect(await store.staged.count('new')).toEqual({ own: 0, staged: 0, waiting: 2, withoutPhoto: 1 });
    });

    test.each([
      [
        'a face',
        () => store.facesOfUser(staff, 'a1').then(([face]) => store.deleteFace(staff, 'a1', face?.faceId ?? 0)),
      ],
      ['faces', () => store.deleteFaces(staff, 'a1')],
      ['a user', () => store.deleteUser(staff, 'a1')],
      ['a collection', () => store.deleteCollection(staff)],
    ])('are erased with %s, and cannot come after it', async (_what, erase) => {
      await add(staff, 'a1', 'faces/1');
      const kept = await add(theirs, 'a1', 'faces/2');
      const [late] = await toEmbed();
      if (!late) throw new Error('no face');
      await stageAll();
      await erase();
      expect(await store.staged.count('new')).toEqual({ own: 0, staged: 1, waiting: 0, withoutPhoto: 0 });
      expect(await store.staged.stage(late, 'new', random.unit(512))).toBe(false);
      expect(await store.staged.adopt('new', 10)).toBe(1);
      expect([...(await facesOf('new')).keys()]).toEqual([kept]);
      await eraseDeleted(store);
      expect(await pendingKeys(store)).toEqual(['faces/1']);
    });

    test('tell who would be lost', async () => {
      await add(staff, 'a1', 'faces/1');
      await add(staff, 'a1');
      await add(theirs, 'a1');
      await add(staff, 'b1', 'faces/2');
      const lost = async () =>
        (await store.staged.peopleWithout('new', 0, 100)).map(({ tenant, collection, userId, hasPhoto }) =>
          [tenant, collection, userId, hasPhoto].join(),
        );
      expect(await lost()).toEqual(['acme,staff,a1,true', 'acme,staff,b1,true', 'globex,staff,a1,false']);
      const [face] = await toEmbed();
      if (!face) throw new Error('no face');
      await store.staged.stage(face, 'new', random.unit(512));
      expect(await lost()).toEqual(['acme,staff,b1,true', 'globex,staff,a1,false']);
      await store.staged.adopt('new', 10);
      expect(await lost()).toEqual(['acme,staff,b1,true', 'globex,staff,a1,false']);
      const [first] = await store.staged.peopleWithout('new', 0, 1);
      expect(await store.staged.peopleWithout('new', first?.personId ?? 0, 100)).toHaveLength(1);
    });
  });
}
