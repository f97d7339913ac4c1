import { describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../src/persistence/store.js';

/**
 * What every store does with scales.
 * @param open an empty store
 */
export function describeScales(name: string, open: () => Promise<Store>): void {
  describe(`${name}: scales`, () => {
    async function opened() {
      const store = await open();
      onTestFinished(() => store.close());
      return store.scales;
    }

    test('only the newest scale of a model is active, and every one is kept', async () => {
      const scales = await opened();
      expect(await scales.active('m1')).toBeUndefined();
      expect(await scales.list()).toEqual([]);
      const from = Date.now() - 1000;
      const first = await scales.add({ model: 'm1', data: '{"a":1}' });
      const second = await scales.add({ model: 'm1', data: '{"a":2}' });
      const other = await scales.add({ model: 'm2', data: '{"a":3}' });
      expect(await scales.active('m1')).toMatchObject({ scaleId: second, data: '{"a":2}', isActive: true });
      expect(await scales.active('m2')).toMatchObject({ scaleId: other, model: 'm2' });
      const all = await scales.list();
      expect(all.map(({ scaleId, isActive }) => [scaleId, isActive])).toEqual([
        [first, false],
        [second, true],
        [other, true],
      ]);
      for (const { madeAt } of all) expect(madeAt.getTime()).toBeGreaterThan(from);
    });

    test('an earlier scale can be made active again, or none', async () => {
      const scales = await opened();
      const first = await scales.add({ model: 'm1', data: '{}' });
      const other = await scales.add({ model: 'm2', data: '{}' });
      await scales.add({ model: 'm1', data: '{}' });
      await scales.activate('m1', first);
      expect((await scales.active('m1'))?.scaleId).toBe(first);
      await scales.activate('m1', undefined);
      expect(await scales.active('m1')).toBeUndefined();
      // One of another model never holds for this one.
      await scales.activate('m1', other);
      expect(await scales.active('m1')).toBeUndefined();
      expect((await scales.active('m2'))?.scaleId).toBe(other);
      expect((await scales.list()).length).toBe(3);
    });
  });
}
