import { randomUUID } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { FolderObjectStore } from '../../../src/persistence/photos/folder-object-store.js';
import { StoreError } from '../../../src/persistence/store-error.js';
import { temporaryFolder } from '../temporary-folder.js';
import { describeObjectStore } from './describe-object-store.js';

describeObjectStore('photos in a folder', async () => {
  const place = join(await temporaryFolder(), 'photos');
  return () => FolderObjectStore.open(place);
});

let folder: string;
let objects: FolderObjectStore;

const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

beforeEach(async () => {
  folder = join(await temporaryFolder(), 'photos');
  objects = await FolderObjectStore.open(folder);
});

test('only the owner can read a photo folder', async () => {
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

test('another process that opens a shared folder removes nothing of what is being written', async () => {
  const half = join(folder, 'unfinished', `faces.1.${randomUUID()}`);
  await writeFile(half, 'half a photo');
  await writeFile(join(folder, 'unfinished', `faces.11.${randomUUID()}`), 'half of another');
  const other = await FolderObjectStore.open(folder, { shared: true });
  expect(await files()).toHaveLength(2);
  // The process that wrote it has died.
  await other.delete('faces/1');
  expect((await files()).map(({ name }) => name)).toEqual([expect.stringMatching(/^faces\.11\./)]);
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
