import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { openIndexes } from '../vector-index/open-indexes.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { openGallery } from './gallery-fixture.js';

const staff = { tenant: 'acme', collection: 'staff' };

test.each([
  ['plain', undefined],
  ['encrypted', new DataKey(Buffer.alloc(32, 5))],
])(
  'a gallery starts from %s sketches, without reading every face, and with what has happened since',
  async (_, key) => {
    const folder = await temporaryFolder();
    const random = new RandomVectors(3);
    const vectors = Array.from({ length: 60 }, () => random.unit(512));
    const open = async (model = 'm1') => {
      const onTrouble = vi.fn();
      const indexes = openIndexes(join(folder, 'index'), {
        kind: 'auto',
        keptFrom: 20,
        dataKey: key?.secret,
        onTrouble,
      });
      const opened = await openGallery(folder, { indexes, model }, key);
      const reads = vi.spyOn(opened.store, 'facesOf');
      await opened.gallery.open();
      return { ...opened, reads, onTrouble };
    };
    const first = await open();
    for (const [i, vector] of vectors.slice(0, 50).entries()) {
      await first.gallery.saveUser(staff, { id: `p${i}`, name: '' });
      await first.gallery.addFace(staff, `p${i}`, vector);
    }
    await first.close();
    expect(await readdir(join(folder, 'index'))).toEqual(['1.sqlite']);

    // Another program of ours, such as an import, writes to the database only.
    const between = await openGallery(folder, {}, key);
    await between.store.deleteUser(staff, 'p7');
    for (const [i, embedding] of vectors.slice(50).entries()) {
      await between.store.addUserWithFace(staff, { id: `p${50 + i}`, name: '' }, { embedding, model: 'm1' });
    }
    await between.store.close();

    const second = await open();
    expect(second.reads).not.toHaveBeenCalled();
    expect(second.gallery.facesInMemory).toBe(59);
    for (const [i, vector] of vectors.entries()) {
      const found = await second.gallery.search(staff, vector);
      if (i === 7) expect(found?.similarity).toBeLessThan(0.9);
      else expect(found).toMatchObject({ id: `p${i}` });
    }
    expect(second.onTrouble).not.toHaveBeenCalled();
    await second.close();

    const other = await open('m2');
    expect(other.onTrouble).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/another model/), 1);
    expect(await other.gallery.search(staff, vectors[0] as Float32Array)).toBeUndefined();
    await other.gallery.deleteCollection(staff);
    expect(await readdir(join(folder, 'index'))).toEqual([]);
  },
);
