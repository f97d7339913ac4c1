import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ImportOutcome, RefusedPhoto } from '../../../src/cli/photo-import/import-photos.js';
import { writeReport } from '../../../src/cli/photo-import/import-report.js';
import { wordsFor } from '../../../src/cli/photo-import/refusal-words.js';
import { allReasons } from '../../../src/core/errors.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { photo } from '../../support/photos.js';

const nothing: ImportOutcome = {
  added: 0,
  addedBefore: 0,
  refused: [],
  unreadable: [],
  unfinished: 0,
  without: [],
  notMade: [],
  people: 1,
  refusedPeople: [],
  failure: undefined,
};
const target = { origin: 'http://localhost:8080', tenant: 'acme', collection: 'staff' };

async function reportOf(outcome: Partial<ImportOutcome>, source = 'photos') {
  const file = join(await temporaryFolder(), 'report.html');
  await writeReport(file, {
    source,
    target,
    outcome: { ...nothing, ...outcome },
    weak: [],
    at: new Date('2027-01-31T10:20:30Z'),
  });
  return { file, text: await readFile(file, 'utf8') };
}

const refusal = (id: string, file: string, code: string, text: string, reason = ''): RefusedPhoto => ({
  photo: { id, file, path: `${id}.jpg` },
  code,
  text,
  reason,
});

test('refusals stand by reason, the most frequent first, each with its picture inside the file', async () => {
  const jpeg = join(await temporaryFolder(), 'a.jpg');
  await writeFile(jpeg, photo('audrey.jpg'));
  const { file, text } = await reportOf({
    added: 7,
    refused: [
      refusal('a', jpeg, '407', 'No face detected', 'no-face'),
      refusal('b', jpeg, '406', 'Photo not contains full face', 'mask'),
      refusal('c', '/nowhere', '406', 'Photo not contains full face', 'mask'),
      refusal('d', jpeg, '400', 'The image is 600x410 pixels …', 'image-resolution'),
      refusal('e', jpeg, '400', 'The image is 250x250 pixels …', 'image-resolution'),
      refusal('f', jpeg, '400', 'Another sentence.'),
    ],
  });
  expect([...text.matchAll(/<h2>([^<]+) <span>(\d+)/g)].map(([, title, count]) => `${title}: ${count}`)).toEqual([
    'Wearing a mask: 2',
    'Too small: 2',
    'No face found: 1',
    'Another sentence.: 1',
  ]);
  expect(text.match(/<img src="data:image\/jpeg;base64,/g)).toHaveLength(5);
  expect(text).toContain('no picture');
  // Self-contained: nothing is loaded, nothing runs.
  expect(text).not.toMatch(/<script|<link|(?:src|href)="(?!data:image\/jpeg|#)/);
  expect(text).toContain("default-src 'none'");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('each reason that a photo can be refused for has a title and says what to do', () => {
  const ofPhotos = ['NO_FACE', 'MANY_FACES', 'NOT_FULL_FACE', 'ID_CARD'];
  const ofImages = /^image-(?!base64|as-text)/;
  const rows = allReasons().filter(({ errorName, reason }) => ofPhotos.includes(errorName) || ofImages.test(reason));
  expect(rows.length).toBeGreaterThan(10);
  const titles = rows.map(({ reason, code, text }) => wordsFor({ code: String(code), text, reason }).title);
  expect(new Set(titles).size).toBe(rows.length);
  for (const { text } of rows) expect(titles).not.toContain(text);
});

test('a refusal without a reason, of another server or an older import, is shown with its own text', () => {
  const refused = { code: '407', text: 'No face detected', reason: '' };
  expect(wordsFor(refused)).toEqual({ title: 'No face detected', advice: 'Code 407.' });
});

test('no name, path or text of a server is taken for HTML', async () => {
  const hostile = `"><script>alert('1')</script>&`;
  const { text } = await reportOf(
    {
      refused: [refusal(hostile, '/nowhere', '400', hostile)],
      without: [hostile],
      unreadable: [{ photo: { id: hostile, file: hostile, path: hostile }, why: hostile }],
    },
    hostile,
  );
  expect(text).not.toContain('<script');
  expect(text.match(/&#60;script&#62;alert\(&#39;1&#39;\)/g)?.length).toBeGreaterThanOrEqual(7);
});

test('an import without refusals says so, and files that are not there are listed', async () => {
  expect((await reportOf({ added: 1 })).text).toContain('No photo was refused.');
  const { text } = await reportOf({ unreadable: [{ photo: { id: 'a', file: '/a', path: 'a.jpg' }, why: 'ENOENT' }] });
  expect(text).toContain('Files that could not be read');
  expect(text).toContain('a.jpg: ENOENT');
});
