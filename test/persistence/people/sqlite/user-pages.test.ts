import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RowEncryption } from '../../../../src/persistence/encryption/row-encryption.js';
import { FoldedUsers, type IndexedUser } from '../../../../src/persistence/people/sqlite/folded-users.js';
import { GuardedDatabase } from '../../../../src/persistence/people/sqlite/guarded-database.js';
import { PeopleRows } from '../../../../src/persistence/people/sqlite/people-rows.js';
import { openDatabase, openReadOnlyDatabase } from '../../../../src/persistence/people/sqlite/sqlite-database.js';
import { prepareStatements } from '../../../../src/persistence/people/sqlite/sqlite-statements.js';
import { SqliteStore } from '../../../../src/persistence/people/sqlite/sqlite-store.js';
import { SqliteUserPages } from '../../../../src/persistence/people/sqlite/user-pages.js';
import { sortKey, userSorts } from '../../../../src/persistence/people/user-pages.js';
import { RandomVectors } from '../../../vector-index/random-vectors.js';
import { staff } from '../../describe-store.js';
import { temporaryFolder } from '../../temporary-folder.js';

const byName = { search: '', sort: 'name', withoutFace: false, offset: 0, after: undefined, limit: 9 } as const;

test.each([0, 3, 5000])(
  'lists in memory that keep %s places of a search say what a plain look at all users says',
  (maxPlaces) => {
    const random = new RandomVectors(4);
    const below = (most: number) => Math.floor(random.next() * most);
    const lists = new FoldedUsers(maxPlaces);
    const users = new Map<number, IndexedUser>();
    const letters = () => Array.from({ length: below(4) }, () => 'abc'[below(3)]).join('');
    for (let round = 0, last = 0; round < 400; round++) {
      const userId = below(3) === 0 ? last + 1 : 1 + below(last + 1);
      if (userId > last || users.has(userId)) {
        last = Math.max(last, userId);
        if (below(3) === 0 && users.has(userId)) {
          users.delete(userId);
          lists.delete(userId);
        } else {
          const user = { userId, id: letters(), name: letters(), withoutFace: below(2) === 0 };
          users.set(userId, user);
          lists.set(user);
        }
      }
      const [search, withoutFace, limit] = [letters(), below(2) === 0, 1 + below(5)];
      const sort = userSorts[below(4)] ?? 'created';
      const right = [...users.values()]
        .filter(
          (user) => (user.id.includes(search) || user.name.includes(search)) && (!withoutFace || user.withoutFace),
        )
        .sort((a, b) => {
          if (sort === 'created' || sort === 'newest') return (a.userId - b.userId) * (sort === 'newest' ? -1 : 1);
          const [p, q] = [sortKey(sort, a), sortKey(sort, b)];
          return p < q ? -1 : p > q ? 1 : a.userId - b.userId;
        })
        .map((user) => user.userId);
      const seen: number[] = [];
      let next = lists.find({ search, sort, withoutFace, offset: 0, after: undefined, limit });
      for (;;) {
        expect(next.total).toBe(right.length);
        seen.push(...next.userIds);
        if (!next.next) break;
        next = lists.find({ search, sort, withoutFace, offset: 0, after: next.next, limit });
      }
      expect(seen).toEqual(right);
    }
  },
);

test('lists that missed too many changes are read again', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  const store = await SqliteStore.open(file);
  const reader = SqliteStore.openReadOnly(file);
  onTestFinished(async () => {
    await reader.close();
    await store.close();
  });
  for (const id of ['a', 'b']) await store.saveUser(staff, { id, name: `Name ${id}` });
  expect(await reader.userPages.page(staff, byName)).toMatchObject({ users: [{ id: 'a' }, { id: 'b' }] });
  const raw = openDatabase(file);
  const rename = raw.prepare('UPDATE users SET name = ? WHERE client_id = ?');
  raw.transaction(() => {
    rename.run('Z', 'a');
    for (let i = 0; i < 10_001; i++) rename.run(`B ${i}`, 'b');
  })();
  expect(raw.prepare('SELECT count(*) FROM user_changes').pluck().get()).toBe(10_000);
  raw.close();
  expect(await reader.userPages.page(staff, byName)).toMatchObject({ users: [{ id: 'b' }, { id: 'a', name: 'Z' }] });
});

test('of more users than may be in memory, the collection that was asked for longest ago makes place, and answers all the same', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  const store = await SqliteStore.open(file);
  const db = openReadOnlyDatabase(file, undefined);
  onTestFinished(async () => {
    db.close();
    await store.close();
  });
  const rows = new PeopleRows(prepareStatements(db), new RowEncryption(undefined));
  const guarded = new GuardedDatabase(db, () => {});
  const pages = new SqliteUserPages(guarded, db, rows, new RowEncryption(undefined), 3);
  const collections = ['x', 'y', 'z'].map((collection) => ({ tenant: 'acme', collection }));
  for (const collection of collections) for (const id of ['b', 'a']) await store.saveUser(collection, { id, name: id });
  for (let round = 0; round < 2; round++) {
    for (const collection of collections) {
      const answers = await Promise.all(
        ['name', 'id'].map((sort) => pages.page(collection, { ...byName, sort: sort as 'name' })),
      );
      for (const { users } of answers) expect(users.map(({ id }) => id)).toEqual(['a', 'b']);
    }
  }
});
