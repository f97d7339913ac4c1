import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPhotoList } from '../../../src/cli/photo-import/photo-list.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';

async function folderOf(...paths: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const path of paths) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), 'x');
  }
  return folder;
}

const listed = async (source: string) => (await readPhotoList(source)).photos.map(({ id, path }) => `${id}: ${path}`);

test('a folder in the given folder is a person, and so is a file, with or without a number', async () => {
  const folder = await folderOf(
    'An/1.jpg',
    'An/10.JPEG',
    'An/2.png',
    'An/more/3.jpg',
    'binh.jpg',
    'binh_2.jpg',
    'Aaron_Eckhart_0001.jpg',
    '_7.jpg',
    '.hidden/1.jpg',
    'An/._1.jpg',
    'notes.txt',
    'An/raw.heic',
  );
  await symlink(folder, join(folder, 'An', 'loop'));
  expect((await listed(folder)).sort()).toEqual([
    'Aaron_Eckhart: Aaron_Eckhart_0001.jpg',
    'An: An/1.jpg',
    'An: An/10.JPEG',
    'An: An/2.png',
    'An: An/more/3.jpg',
    '_7: _7.jpg',
    'binh: binh.jpg',
    'binh: binh_2.jpg',
  ]);
  const { otherFiles, names } = await readPhotoList(folder);
  expect(Object.fromEntries(otherFiles)).toEqual({ '.txt': 1, '.heic': 1 });
  expect(names.size).toBe(0);
});

test('an accent in a file name is one character, however the file system spells it', async () => {
  const folder = await folderOf(`${'Bình'.normalize('NFD')}/1.jpg`);
  expect((await readPhotoList(folder)).photos[0]?.id).toBe('Bình'.normalize('NFC'));
});

test('a CSV file names people, and its paths are relative to it', async () => {
  const folder = await folderOf('photos/a.jpg');
  const file = join(folder, 'people.csv');
  await writeFile(file, '\uFEFFid,name,path\nan,"Nguyễn, An",photos/a.jpg\nan,,b.jpg\nan,,b.jpg\nbinh,,/abs/c.jpg\n');
  const { photos, names } = await readPhotoList(file);
  expect(photos.map((photo) => [photo.id, photo.file])).toEqual([
    ['an', join(folder, 'photos', 'a.jpg')],
    ['an', join(folder, 'b.jpg')],
    ['binh', '/abs/c.jpg'],
  ]);
  expect([...names]).toEqual([['an', 'Nguyễn, An']]);
});

test.each([
  ['a column too few', 'id,name\na,A\n', /no column "path"/],
  ['an empty id', 'id,path\n,a.jpg\n', /line 2: id and path must not be empty/],
  [
    'two names for one person',
    'id,name,path\na,A,1.jpg\na,B,2.jpg\n',
    /"a" has one name in line 2 and another one in line 3/,
  ],
  ['no line', 'id,path\n', /has no photos/],
])('a CSV file with %s is refused', async (_, text, message) => {
  const file = join(await temporaryFolder(), 'people.csv');
  await writeFile(file, text);
  await expect(readPhotoList(file)).rejects.toThrow(message);
});

test('what is not there, or holds no photo, is refused', async () => {
  await expect(readPhotoList('/nowhere')).rejects.toThrow('There is no /nowhere.');
  const folder = await folderOf('staff.jsonl');
  await expect(readPhotoList(join(folder, 'staff.jsonl'))).rejects.toThrow('is read by import-vectors');
  await expect(readPhotoList(await folderOf('a.txt'))).rejects.toThrow('has no photos');
});
