import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { CollectionRef, User } from '../../src/persistence/people/people-store.js';
import {
  type ListedUser,
  type StoredUserPage,
  type UserPageQuery,
  type UserPlace,
  type UserSort,
  userSorts,
} from '../../src/persistence/people/user-pages.js';
import type { Store } from '../../src/persistence/store.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { staff } from './describe-store.js';

const others: CollectionRef = { tenant: 'acme', collection: 'others' };
const firstPage = { search: '', sort: 'created', withoutFace: false, offset: 0, after: undefined, limit: 50 } as const;

/** Names of which searches find several, with what sorting and folding may get wrong. */
const names = [
  'Nguyễn Văn Ân',
  'NGUYEN',
  'Trần Thị Đức',
  'đào',
  '',
  'Élodie %_\\',
  'a\nb',
  'Nguyễn'.normalize('NFD'),
  '山田 太郎',
  'Zoë',
];
const searches = ['', 'nguyen', 'NGUYỄN V', 'duc', 'u1', 'u', '%', 'a b', '山田', 'nobody at all', 'n'];

interface KnownUser extends User {
  faces: { faceId: number; model: string }[];
}

/** What the store should say, worked out from lists. */
class Expected {
  readonly users = new Map<string, KnownUser>();

  page(search: string, sort: UserSort, withoutFace: boolean): ListedUser[] {
    const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd');
    const plain = (text: string) => fold(text).replaceAll('\n', ' ');
    const found = [...this.users.values()].filter(
      ({ id, name, faces }) =>
        (plain(id).includes(plain(search)) || plain(name).includes(plain(search))) &&
        !(withoutFace && faces.length > 0),
    );
    const key = ({ id, name }: User) => (sort === 'id' ? plain(id) : name === '' ? '\u{10ffff}' : plain(name));
    if (sort === 'newest') found.reverse();
    // The order of creation stays among equal ones.
    if (sort === 'id' || sort === 'name') found.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    return found.map(({ id, name, faces }) => ({ id, name, faces: faces.length, portrait: undefined }));
  }
}

/**
 * What every store does with pages and counts of users.
 * @param open an empty store
 */
export function describeUserPages(name: string, open: () => Promise<Store>): void {
  describe(`${name}: pages of users`, () => {
    let store: Store;
    let random: RandomVectors;
    const expected = new Map<CollectionRef, Expected>();

    beforeEach(async () => {
      store = await open();
      random = new RandomVectors(18);
      expected.clear();
      for (const collection of [staff, others]) expected.set(collection, new Expected());
      onTestFinished(() => store.close());
    });

    const below = (most: number) => Math.floor(random.next() * most);
    const face = (model: string) => ({ embedding: random.unit(512), model });
    const known = (collection: CollectionRef) => (expected.get(collection) as Expected).users;

    /** Adds, renames or deletes something, as it comes. */
    async function change(): Promise<void> {
      const collection = below(4) === 0 ? others : staff;
      const users = known(collection);
      const id = `u${below(40)}`;
      const user = users.get(id);
      const model = below(3) === 0 ? 'm2' : 'm1';
      const chance = below(20);
      if (chance < 7) {
        const name = names[below(names.length)] ?? '';
        await store.saveUser(collection, { id, name });
        users.set(id, { id, name, faces: user?.faces ?? [] });
      } else if (chance < 12) {
        const stored = await store.addFace(collection, id, face(model));
        expect(stored !== undefined).toBe(user !== undefined);
        if (user && stored) user.faces.push({ faceId: stored.faceId, model });
      } else if (chance < 14) {
        const autoCreated = { id: `auto ${below(1e9)}`, name: '' };
        const { faceId } = await store.addUserWithFace(collection, autoCreated, face(model));
        users.set(autoCreated.id, { ...autoCreated, faces: [{ faceId, model }] });
      } else if (chance < 16) {
        const gone = user?.faces.shift();
        await store.deleteFace(collection, id, gone?.faceId ?? 0);
      } else if (chance < 17) {
        await store.deleteFaces(collection, id);
        if (user) user.faces = [];
      } else if (chance < 19) {
        await store.deleteUser(collection, id);
        users.delete(id);
      } else if (collection === others) {
        await store.deleteCollection(others);
        users.clear();
      }
    }

    async function walk(collection: CollectionRef, query: Partial<UserPageQuery>): Promise<StoredUserPage[]> {
      const pages: StoredUserPage[] = [];
      let after: UserPlace | undefined;
      do {
        const page = await store.userPages.page(collection, { ...firstPage, ...query, after });
        pages.push(page);
        after = page.next;
      } while (after);
      return pages;
    }

    async function checkPages(): Promise<void> {
      for (const collection of [staff, others]) {
        for (const sort of userSorts) {
          for (const search of searches) {
            for (const withoutFace of [false, true]) {
              const right = expected.get(collection)?.page(search, sort, withoutFace) ?? [];
              const pages = await walk(collection, { search, sort, withoutFace, limit: 7 });
              const asked = JSON.stringify({ collection: collection.collection, sort, search, withoutFace });
              expect(
                pages.flatMap(({ users }) => users),
                asked,
              ).toEqual(right);
              for (const { total, isTotalExact } of pages)
                expect({ total, isTotalExact }, asked).toEqual({ total: right.length, isTotalExact: true });
              for (const { users } of pages.slice(0, -1)) expect(users).toHaveLength(7);
            }
          }
        }
      }
    }

    async function checkCounts(): Promise<void> {
      const counts = await store.countPeople('acme');
      const byModel = new Map<string, number>();
      for (const collection of [staff, others]) {
        const users = [...known(collection).values()];
        const faces = users.flatMap((user) => user.faces);
        for (const { model } of faces) byModel.set(model, (byModel.get(model) ?? 0) + 1);
        const { users: countedUsers = 0, faces: countedFaces = 0 } =
          counts.find((one) => one.collection === collection.collection) ?? {};
        expect([countedUsers, countedFaces]).toEqual([users.length, faces.length]);
      }
      expect(await store.countFacesByModel()).toEqual(byModel);
    }

    test('pages, searches and counts are right after any changes', async () => {
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < 120; i++) await change();
        await checkCounts();
        await checkPages();
      }
    });

    test('a face that is embedded anew is counted for its new model', async () => {
      await store.saveUser(staff, { id: 'a', name: 'A' });
      for (const objectKey of ['1', '2']) await store.addFace(staff, 'a', { ...face('old'), objectKey });
      for (const one of await store.staged.facesToEmbed('new', 0, 1))
        await store.staged.stage(one, 'new', random.unit(512));
      expect(await store.staged.adopt('new', 10)).toBe(1);
      expect(await store.countFacesByModel()).toEqual(
        new Map([
          ['old', 1],
          ['new', 1],
        ]),
      );
      expect(await store.countPeople('acme')).toEqual([{ collection: 'staff', users: 1, faces: 2 }]);
    });

    test('a page goes on after a user who was deleted or renamed meanwhile', async () => {
      for (const id of ['a', 'b', 'c', 'd']) await store.saveUser(staff, { id, name: `name ${id}` });
      for (const sort of ['created', 'name', 'id'] as const) {
        const { next } = await store.userPages.page(staff, { ...firstPage, sort, limit: 2 });
        await store.deleteUser(staff, 'b');
        const rest = await store.userPages.page(staff, { ...firstPage, sort, limit: 2, after: next });
        expect(
          rest.users.map(({ id }) => id),
          sort,
        ).toEqual(['c', 'd']);
        await store.saveUser(staff, { id: 'd', name: 'name a' });
        expect((await store.userPages.page(staff, { ...firstPage, sort: 'name' })).users.map(({ id }) => id)).toEqual([
          'a',
          'd',
          'c',
        ]);
        // As before, but for the place of the new one in the order of creation.
        for (const id of ['b', 'c', 'd']) await store.deleteUser(staff, id);
        for (const id of ['b', 'c', 'd']) await store.saveUser(staff, { id, name: `name ${id}` });
      }
    });

    test('users to skip are skipped, and a list is read in parts', async () => {
      for (let i = 0; i < 9; i++) await store.saveUser(staff, { id: `u${i}`, name: `N${i}` });
      for (const search of ['', 'n']) {
        const page = await store.userPages.page(staff, { ...firstPage, search, offset: 7, limit: 5 });
        expect(page).toMatchObject({ total: 9, users: [{ id: 'u7' }, { id: 'u8' }], next: undefined });
      }
      const parts: string[][] = [];
      for (let after = 0, length = 4; length === 4; ) {
        const users = await store.userPages.usersAfter(staff, after, 4);
        after = users.at(-1)?.userId ?? 0;
        length = users.length;
        parts.push(users.map(({ id }) => id));
      }
      expect(parts).toEqual([['u0', 'u1', 'u2', 'u3'], ['u4', 'u5', 'u6', 'u7'], ['u8']]);
    });

    test('an unknown collection has no pages', async () => {
      const none = { total: 0, isTotalExact: true, users: [], next: undefined };
      for (const sort of userSorts) expect(await store.userPages.page(staff, { ...firstPage, sort })).toEqual(none);
      expect(await store.userPages.usersAfter(staff, 0, 10)).toEqual([]);
    });
  });
}
