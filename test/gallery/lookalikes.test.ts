import { describe, expect, test, vi } from 'vitest';
import type { Gallery } from '../../src/gallery/gallery.js';
import { StoredLookalikes } from '../../src/gallery/stored-lookalikes.js';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import type { Store } from '../../src/persistence/store.js';
import { faceOf } from '../support/fakes.js';
import { useTestDatabase } from '../support/test-database.js';
import { openGallery } from './gallery-fixture.js';
import { openDatabaseGallery } from './pgvector-gallery-fixture.js';

const database = useTestDatabase();
const staff = { tenant: 'acme', collection: 'staff' };
const theirs = { tenant: 'globex', collection: 'staff' };
const page = { least: 0.85, offset: 0, limit: 10, isDismissed: false };
const never = () => false;

describe.each([
  ['in memory', () => openGallery()],
  ['in memory, encrypted rows', () => openGallery(undefined, {}, DataKey.parse('4'.repeat(64)))],
  ['in PostgreSQL', () => openDatabaseGallery(database())],
])('%s', (_name, open) => {
  /** Two who look like cos:1, one who is near them, and one who is like nobody. */
  async function opened() {
    const { gallery, store } = await open();
    for (const [id, cosine] of [
      ['a1', 1],
      ['a2', 0.99],
      ['b1', 0.9],
      ['c1', -0.5],
    ] as const) {
      await gallery.saveUser(staff, { id, name: id.toUpperCase() });
      await gallery.addFace(staff, id, faceOf(cosine));
    }
    await gallery.saveUser(theirs, { id: 'a1', name: 'Theirs' });
    await gallery.addFace(theirs, 'a1', faceOf(1));
    const { lookalikes } = gallery;
    const done = async (where = staff, by: Pick<typeof lookalikes, 'scan'> = lookalikes) =>
      vi.waitFor(async () => expect(await by.scan(where)).toMatchObject({ isRunning: false }), 20_000);
    const pairs = async (more: Partial<typeof page> = {}) => {
      const found = await lookalikes.pairs(staff, { ...page, ...more });
      return found.pairs.map(({ users, similarity }) => [users.map(({ id }) => id).join(), similarity.toFixed(2)]);
    };
    return { gallery, store, lookalikes, done, pairs };
  }

  test('pairs of a whole collection are found, most similar first, and go with people and faces', async () => {
    const { gallery, lookalikes, done, pairs } = await opened();
    expect(await lookalikes.scan(staff)).toBeUndefined();
    expect(await lookalikes.start({ ...staff, collection: 'nowhere' })).toBeUndefined();
    expect(await lookalikes.start(staff)).toMatchObject({ isRunning: true, done: 0, total: 4 });
    await done();
    expect(await lookalikes.scan(staff)).toMatchObject({ done: 4, total: 4, finishedAt: expect.any(Date) });
    const all = [
      ['a1,a2', '0.99'],
      ['a2,b1', '0.95'],
      ['a1,b1', '0.90'],
    ];
    expect(await pairs()).toEqual(all);
    expect(await pairs({ offset: 1, limit: 1 })).toEqual(all.slice(1, 2));
    expect(await pairs({ least: 0.93 })).toEqual(all.slice(0, 2));
    expect((await lookalikes.pairs(theirs, page)).total).toBe(0);

    // Who is dismissed stays so, also when they are found again, in either order of the two.
    expect(await lookalikes.dismiss(staff, ['a2', 'a1'], true)).toBe(true);
    expect(await lookalikes.dismiss(theirs, ['a1', 'a2'], true)).toBe(false);
    expect(await lookalikes.dismiss(staff, ['a1', 'c1'], true)).toBe(false);
    await gallery.editor.rename(staff, 'a1', 'a0');
    await lookalikes.start(staff);
    await done();
    expect(await pairs()).toEqual([
      ['a2,b1', '0.95'],
      ['a0,b1', '0.90'],
    ]);
    expect(await pairs({ isDismissed: true })).toEqual([['a0,a2', '0.99']]);
    expect(await lookalikes.dismiss(staff, ['a0', 'a2'], false)).toBe(true);
    expect(await pairs()).toHaveLength(3);

    await gallery.deleteFaces(staff, 'b1');
    expect(await pairs()).toEqual([['a0,a2', '0.99']]);
    await gallery.editor.merge(staff, 'a0', ['a2']);
    expect(await pairs({ least: 0 })).toEqual([]);
    await gallery.deleteCollection(staff);
    expect(await lookalikes.scan(staff)).toBeUndefined();
  });

  test('a search goes on where a server left it, and one that is begun anew takes its place', async () => {
    const { store, gallery, done, pairs } = await opened();
    const started = await store.pairs.start(staff);
    if (!started) throw new Error('no such collection');
    const people = await store.peopleWithFaces(started.collectionId, 'm1', 0, 1);
    const step = { after: people[0]?.personId ?? 0, done: 1, pairs: [{ ids: ['a1', 'gone'] as const, similarity: 1 }] };
    expect(await store.pairs.progress(started, step)).toBe(true);
    expect(await store.pairs.unattended(new Date(Date.now() - 60_000))).toEqual([]);
    const asked: string[] = [];
    const another = anotherServer(store, gallery, asked);
    another.open();
    await done(staff, another);
    await another.close();
    // Not the first person, who had been looked at.
    expect(asked).toHaveLength(3);
    expect(await pairs({ least: 0.93 })).toHaveLength(2);
    expect(await store.pairs.progress(started, step)).toBe(false);
    await store.pairs.finish(started);
    expect(await pairs({ least: 0.93 })).toHaveLength(2);
  });

  test('strangers whom searches created are grouped by who looks like one person', async () => {
    const { gallery, lookalikes } = await opened();
    const { signal } = new AbortController();
    const ids: string[] = [];
    for (const cosine of [0.1, 0.11, -0.99]) {
      const outcome = await gallery.addUnknownPerson(staff, faceOf(cosine), Buffer.from('photo'), never);
      if ('createdId' in outcome) ids.push(outcome.createdId);
    }
    const grouped = async (least: number) => {
      const { groups, total, isPartial } = await lookalikes.strangers(staff, least, signal);
      expect([total, isPartial]).toEqual([3, false]);
      return groups.map(({ strangers }) => strangers.map(({ id }) => id).sort());
    };
    expect(await grouped(0.9)).toEqual([ids.slice(0, 2).sort(), ids.slice(2)]);
    expect(await grouped(0.99999)).toHaveLength(3);
    const named = ids[0] ?? '';
    await gallery.editor.rename(staff, named, 'named');
    expect((await lookalikes.strangers(staff, 0.9, signal)).total).toBe(2);
    expect(await lookalikes.strangers(theirs, 0.9, signal)).toEqual({ total: 0, isPartial: false, groups: [] });
  });
});

/** Another server over the same store, that notes whom it looks for. */
function anotherServer(store: Store, gallery: Gallery, asked: string[]): StoredLookalikes {
  const logger = { info: vi.fn(), warn: vi.fn() };
  const noting: Pick<Gallery, 'candidates'> = {
    candidates: (collection, embedding, k) => {
      asked.push(collection.collection);
      return gallery.candidates(collection, embedding, k);
    },
  };
  return new StoredLookalikes({ store, gallery: noting, model: 'm1', isShared: false, logger });
}
