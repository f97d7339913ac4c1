import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { FolderObjectStore } from '../../src/store/folder-object-store.js';
import { StoreError } from '../../src/store/store-error.js';
import { temporaryFolder } from './temporary-folder.js';

let folder: string;
let objects: FolderObjectStore;

const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

beforeEach(async () => {
  folder = join(await temporaryFolder(), 'photos');
  objects = await FolderObjectStore.open(folder);
});

test('an object comes back byte for byte, also from a store opened later', async () => {
  const bytes = Buffer.from([0, 255, 10, 13]);
  await objects.put('faces/1', bytes);
  expect(await objects.get('faces/1')).toEqual(bytes);
  expect(await (await FolderObjectStore.open(folder)).get('faces/1')).toEqual(bytes);
});

test('putting again replaces', async () => {
  await objects.put('faces/1', Buffer.from('long old text'));
  await objects.put('faces/1', Buffer.from('new'));
  expect(await objects.get('faces/1')).toEqual(Buffer.from('new'));
  expect(await files()).toHaveLength(1);
});

test('deleting is final and may be repeated', async () => {
  await objects.put('faces/1', Buffer.from('a'));
  await objects.delete('faces/1');
  await objects.delete('faces/1');
  await objects.delete('faces/never-put');
  expect(await objects.get('faces/1')).toBeUndefined();
  expect(await files()).toEqual([]);
});

test('keys that look alike are different objects', async () => {
  await objects.put('a/b', Buffer.from('1'));
  await objects.put('a-b', Buffer.from('2'));
  expect(await objects.get('a/b')).toEqual(Buffer.from('1'));
  expect(await objects.get('a-b')).toEqual(Buffer.from('2'));
});

test.each(['', '/', '../x', 'a/../b', 'a//b', '/a', 'a/', 'A', 'a.b', 'a\\b', 'a\0b', 'é', 'a'.repeat(201)])(
  'the key %j is refused',
  async (key) => {
    await expect(objects.put(key, Buffer.from('x'))).rejects.toThrow(RangeError);
    await expect(objects.get(key)).rejects.toThrow(RangeError);
    await expect(objects.delete(key)).rejects.toThrow(RangeError);
    expect(await files()).toEqual([]);
  },
);

test('only the owner can read', async () => {
  await objects.put('faces/1', Buffer.from('a'));
  const [entry] = await files();
  expect((await stat(join(entry?.parentPath ?? '', entry?.name ?? ''))).mode & 0o777).toBe(0o600);
  expect((await stat(entry?.parentPath ?? '')).mode & 0o777).toBe(0o700);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('what a crash left half-written is removed at the next opening', async () => {
  await writeFile(join(folder, 'unfinished', 'left'), 'half a photo');
  objects = await FolderObjectStore.open(folder);
  expect(await files()).toEqual([]);
});

test('a put that fails leaves nothing', async () => {
  await objects.put('faces/1', Buffer.from('a'));
  const [entry] = await files();
  await objects.delete('faces/1');
  await mkdir(join(entry?.parentPath ?? '', entry?.name ?? ''));
  await expect(objects.put('faces/1', Buffer.from('a'))).rejects.toThrow(StoreError);
  expect(await files()).toEqual([]);
});

test('a folder that cannot be made is named', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(FolderObjectStore.open(join(folder, 'file'))).rejects.toThrow(/Cannot use the photo folder .*file:/);
});
