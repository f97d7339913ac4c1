import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCsv } from '../../src/util/csv.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';

const text = 'id,name,path\r\n42,Nguyễn Thị Ân,a.jpg\r\n43,"Lê, Bảo",b.jpg\r\n';
const people = [
  { values: { id: '42', name: 'Nguyễn Thị Ân', path: 'a.jpg' }, line: 2 },
  { values: { id: '43', name: 'Lê, Bảo', path: 'b.jpg' }, line: 3 },
];
const bigEndian = (words: string) => Buffer.from(words, 'utf16le').swap16();

async function read(bytes: Buffer | string) {
  const file = join(await temporaryFolder(), 'people.csv');
  await writeFile(file, bytes);
  return readCsv(file, ['id', 'path']);
}

test.each([
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
  ['UTF-16, little-endian', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['UTF-16, little-endian, without a mark', Buffer.from(text, 'utf16le')],
  ['UTF-16, big-endian', bigEndian(`\uFEFF${text}`)],
  ['UTF-16, big-endian, without a mark', bigEndian(text)],
  ['old ends of lines', Buffer.from(text.replaceAll('\r\n', '\r'))],
])('%s is read to the letter', async (_, bytes) => {
  expect(await read(bytes)).toEqual(people);
});

test.each([
  ['semicolons', 'id;name;path\n42;Nguyễn Thị Ân;a.jpg\n43;Lê, Bảo;b.jpg\n', 0],
  ['tabs', 'id\tname\tpath\n42\tNguyễn Thị Ân\ta.jpg\n43\tLê, Bảo\tb.jpg\n', 0],
  ['a declared delimiter', 'sep=;\r\nid;name;path\n42;Nguyễn Thị Ân;a.jpg\n43;Lê, Bảo;b.jpg\n', 1],
  ['quoted names of columns', '"id";"na,me,and,more";"path";"name"\n42;x;a.jpg;Nguyễn Thị Ân\n43;x;b.jpg;Lê, Bảo\n', 0],
])('%s separate columns', async (_, given, lines) => {
  const rows = await read(given);
  expect(rows).toMatchObject(people.map(({ values, line }) => ({ values, line: line + lines })));
});

test.each([
  ['Latin-1', Buffer.from('id,name,path\n42,An,a.jpg\n43,Ân,b.jpg\n', 'latin1'), 3],
  ['UTF-16 that is cut off', Buffer.from(`\uFEFF${text}`, 'utf16le').subarray(0, -1), 4],
  ['what was mangled before', Buffer.from('id,name,path\n42,\uFFFDn,a.jpg\n'), 2],
  ['control characters', Buffer.from('id,name,path\n42,A\u0007n,a.jpg\n'), 2],
  ['a workbook', Buffer.from('504b0304140006000800', 'hex'), 1],
])('%s is refused with its line', async (_, bytes, line) => {
  await expect(read(bytes)).rejects.toThrow(`people.csv, line ${line}: it is no UTF-8 or UTF-16 text`);
});

test('a file that is missing, or lacks a column, is told in one sentence', async () => {
  await expect(readCsv('/nowhere/people.csv', ['id'])).rejects.toThrow(/^There is no \/nowhere\/people\.csv\.$/);
  await expect(read('id;name\n1;An\n')).rejects.toThrow('has no column "path"; it has id, name.');
  await expect(read('')).rejects.toThrow('has no column "id", "path"; it is empty.');
});
