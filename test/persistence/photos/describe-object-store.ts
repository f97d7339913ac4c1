import { beforeEach, describe, expect, test } from 'vitest';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { EncryptedObjectStore } from '../../../src/persistence/photos/encrypted-object-store.js';
import type { ObjectStore } from '../../../src/persistence/photos/object-store.js';

/**
 * What every object store does.
 * @param opener called before each test; what it returns opens one and the same empty store, as often as it is called
 */
export function describeObjectStore(name: string, opener: () => Promise<() => Promise<ObjectStore>>): void {
  let reopen: () => Promise<ObjectStore>;
  let objects: ObjectStore;

  const keys = async () => {
    const all: string[] = [];
    for await (const key of objects.keys()) all.push(key);
    return all.sort();
  };

  describe(name, () => {
    beforeEach(async () => {
      reopen = await opener();
      objects = await reopen();
    });

    test('an object comes back byte for byte, also from a store opened later', async () => {
      const bytes = Buffer.from([0, 255, 10, 13]);
      await objects.put('faces/1', bytes);
      expect(await objects.get('faces/1')).toEqual(bytes);
      expect(await (await reopen()).get('faces/1')).toEqual(bytes);
    });

    test('objects may be empty, and as large as the largest photo', async () => {
      const large = Buffer.alloc(5 * 1024 * 1024, 'photo');
      await objects.put('faces/none', Buffer.alloc(0));
      await objects.put('faces/large', large);
      expect(await objects.get('faces/none')).toEqual(Buffer.alloc(0));
      expect((await objects.get('faces/large'))?.equals(large)).toBe(true);
    });

    test('putting an object again replaces it', async () => {
      await objects.put('faces/1', Buffer.from('long old text'));
      await objects.put('faces/1', Buffer.from('new'));
      expect(await objects.get('faces/1')).toEqual(Buffer.from('new'));
      expect(await keys()).toEqual(['faces/1']);
    });

    test('deleting is final and may be repeated', async () => {
      await objects.put('faces/1', Buffer.from('a'));
      await objects.delete('faces/1');
      await objects.delete('faces/1');
      await objects.delete('faces/never-put');
      expect(await objects.get('faces/1')).toBeUndefined();
      expect(await keys()).toEqual([]);
    });

    test('keys that look alike are different objects', async () => {
      await objects.put('a/b', Buffer.from('1'));
      await objects.put('a-b', Buffer.from('2'));
      expect(await objects.get('a/b')).toEqual(Buffer.from('1'));
      expect(await objects.get('a-b')).toEqual(Buffer.from('2'));
    });

    test('objects put at the same time are all there', async () => {
      const names = Array.from({ length: 40 }, (_, i) => `faces/${String(i).padStart(2, '0')}`);
      await Promise.all(names.map((key) => objects.put(key, Buffer.from(key))));
      expect(await keys()).toEqual(names);
      expect(await Promise.all(names.map((key) => objects.get(key)))).toEqual(names.map((key) => Buffer.from(key)));
    });

    test('an encrypted object lies there as ciphertext, and is decrypted with its key in its own place only', async () => {
      const key = new DataKey(Buffer.alloc(32, 7));
      const encrypted = new EncryptedObjectStore(objects, key);
      await encrypted.put('faces/1', Buffer.from('a photo of somebody'));
      const raw = (await objects.get('faces/1')) ?? Buffer.alloc(0);
      expect(raw.includes('somebody')).toBe(false);
      expect(await encrypted.get('faces/1')).toEqual(Buffer.from('a photo of somebody'));
      await objects.put('faces/2', raw);
      await expect(encrypted.get('faces/2')).rejects.toThrow('Cannot decrypt photo/faces/2');
      const other = new EncryptedObjectStore(objects, new DataKey(Buffer.alloc(32, 8)));
      await expect(other.get('faces/1')).rejects.toThrow('Cannot decrypt');
    });

    test.each(['', '/', '../x', 'a/../b', 'a//b', '/a', 'a/', 'A', 'a.b', 'a\\b', 'a\0b', 'é', 'a'.repeat(201)])(
      'the key %j is refused',
      async (key) => {
        await expect(objects.put(key, Buffer.from('x'))).rejects.toThrow(RangeError);
        await expect(objects.get(key)).rejects.toThrow(RangeError);
        await expect(objects.delete(key)).rejects.toThrow(RangeError);
        expect(await keys()).toEqual([]);
      },
    );
  });
}
