import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../src/persistence/store.js';
import { anna, ben, staff } from './describe-store.js';

const theirs = { tenant: 'globex', collection: 'staff' };
const day = '2027-01-31';
const at = (hour: number) => new Date(Date.UTC(2027, 0, 31, hour, 30));
const all = { offset: 0, limit: 100 };

/**
 * What every store does with attendance.
 * @param open an empty store
 */
export function describeAttendance(name: string, open: () => Promise<Store>): void {
  describe(`${name}: attendance`, () => {
    let store: Store;

    beforeEach(async () => {
      store = await open();
      onTestFinished(() => store.close());
      await store.saveUser(staff, anna);
      await store.saveUser(staff, ben);
      await store.saveUser(theirs, anna);
    });

    test('keeps the first and the last time of each person and day, in the order in which they came', async () => {
      expect(await store.attendance.seen(staff, ben.id, day, at(8))).toEqual({ first: at(8), last: at(8) });
      await store.attendance.seen(staff, anna.id, day, at(9));
      await store.attendance.seen(staff, anna.id, day, at(17));
      // Of a clock that was put back meanwhile.
      expect(await store.attendance.seen(staff, anna.id, day, at(12))).toEqual({ first: at(9), last: at(17) });
      await store.attendance.seen(staff, anna.id, '2027-02-01', at(20));
      expect(await store.attendance.list(staff, day, all)).toEqual({
        total: 2,
        lines: [
          { user: ben, first: at(8), last: at(8) },
          { user: anna, first: at(9), last: at(17) },
        ],
      });
      const { total, lines } = await store.attendance.list(staff, day, { offset: 1, limit: 1 });
      expect([total, lines.map(({ user }) => user.id)]).toEqual([2, [anna.id]]);
    });

    test('knows nobody who is not enrolled, and nothing of another tenant', async () => {
      expect(await store.attendance.seen(staff, 'nobody', day, at(8))).toBeUndefined();
      expect(await store.attendance.seen({ ...staff, collection: 'none' }, anna.id, day, at(8))).toBeUndefined();
      await store.attendance.seen(theirs, anna.id, day, at(8));
      expect(await store.attendance.list(staff, day, all)).toEqual({ total: 0, lines: [] });
      expect(await store.attendance.list({ ...staff, collection: 'none' }, day, all)).toEqual({ total: 0, lines: [] });
    });

    test('is put aside with a deleted user, and comes back with them', async () => {
      for (const each of ['2027-01-30', day]) await store.attendance.seen(staff, anna.id, each, at(9));
      await store.attendance.seen(staff, anna.id, day, at(17));
      const bin = { token: '7b3f4a52-9d0e-4c1b-8f6a-2e5d7c9b1a34', eraseAt: new Date(Date.now() + 600_000) };
      await store.changes.recycle(staff, anna.id, bin);
      expect((await store.attendance.list(staff, day, all)).total).toBe(0);
      await store.changes.restore(staff, bin.token);
      const { lines } = await store.attendance.list(staff, day, all);
      expect(lines).toEqual([{ user: anna, first: at(9), last: at(17) }]);
      expect((await store.attendance.list(staff, '2027-01-30', all)).total).toBe(1);
    });

    test('goes with the user, the collection, or its time', async () => {
      for (const [where, id] of [
        [staff, anna.id],
        [staff, ben.id],
        [theirs, anna.id],
      ] as const)
        for (const each of ['2027-01-30', day]) await store.attendance.seen(where, id, each, at(8));
      await store.deleteUser(staff, anna.id);
      await store.deleteCollection(theirs);
      await store.saveUser(staff, anna);
      await store.saveUser(theirs, anna);
      expect((await store.attendance.list(staff, day, all)).lines.map(({ user }) => user.id)).toEqual([ben.id]);
      expect((await store.attendance.list(theirs, day, all)).total).toBe(0);
      // A deleted collection is erased in the background.
      while (await store.eraseDeleted(0));
      expect(await store.attendance.forgetBefore(day)).toBe(1);
      expect(await store.attendance.forgetBefore(day)).toBe(0);
      expect((await store.attendance.list(staff, '2027-01-30', all)).total).toBe(0);
      expect((await store.attendance.list(staff, day, all)).total).toBe(1);
    });
  });
}
