import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Server } from '../../../src/server.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { type CommandOptions, killLaterAndLater, runCommand } from '../../support/command.js';
import { photo } from '../../support/photos.js';
import { realServer } from '../../support/real-server.js';

let server: Server & { key: string };
let origin: string;
let key: string;

beforeAll(async () => {
  // So few places that an import must wait for some.
  server = await realServer({ MIN_RESOLUTION: '0', MAX_QUEUE: '2', WORKERS: '1' });
  origin = await server.app.listen({ host: '127.0.0.1', port: 0 });
  key = server.key;
});
afterAll(() => server.close());

const good = ['audrey.jpg', 'franck_01829.jpg', 'franck_02045.jpg'];

async function write(folder: string, path: string, bytes: Buffer): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), bytes);
}

const run = (source: string, collection: string, args: string[] = [], options: CommandOptions = {}) =>
  runCommand('import', '/nowhere', [source, '--url', origin, '--collection', collection, ...args], {
    ...options,
    env: { FACESEARCH_KEY: key, ...options.env },
  });

/** `name (faces)` by id. */
async function people(collection: string): Promise<Record<string, string>> {
  const reply = await fetch(`${origin}/admin/v1/users?collection=${collection}&limit=200`, {
    headers: { api_key: key },
  });
  const { data } = (await reply.json()) as { data: { users: { id: string; name: string; faces: number }[] } };
  return Object.fromEntries(data.users.map(({ id, name, faces }) => [id, `${name} (${faces})`]));
}

test('a folder becomes a collection; refusals are reported; a second run sends only what is new', async () => {
  const folder = join(await temporaryFolder(), 'photos');
  await write(folder, 'audrey/1.jpg', photo('audrey.jpg'));
  await write(folder, 'franck/1.jpg', photo('franck_01829.jpg'));
  await write(folder, 'franck/2.jpg', photo('franck_02045.jpg'));
  await write(folder, 'nobody/1.jpg', Buffer.from('no jpeg'));
  await write(folder, 'readme.txt', Buffer.from('x'));
  const first = await run(folder, 'a');
  expect(first.code, first.stderr).toBe(1);
  expect(first.stdout).toContain('3 photos added, 1 refused.');
  expect(first.stdout).toContain('1 of 3 people were not created: none of their photos was accepted.');
  expect(first.stderr).toContain('1 .txt files are no photos');
  const all = { audrey: 'audrey (1)', franck: 'franck (2)' };
  expect(await people('a')).toEqual(all);
  const report = await readFile(`${folder}.import-report.html`, 'utf8');
  expect(report).toContain('nobody/1.jpg');
  expect(report).toContain('People who were not created');
  expect(report).not.toContain('People without a photo');

  const second = await run(folder, 'a');
  expect(second.stdout).toContain('0 photos added (3 earlier), 1 refused.');
  expect(await people('a')).toEqual(all);

  // A better photo under the same name is another photo.
  await write(folder, 'nobody/1.jpg', photo('franck_02159.jpg'));
  await utimes(join(folder, 'nobody/1.jpg'), 1_800_000_000, 1_800_000_000);
  const third = await run(folder, 'a');
  expect(third.code, third.stderr).toBe(0);
  expect(third.stdout).toContain('1 photos added (3 earlier), 0 refused.');
  expect(await people('a')).toEqual({ ...all, nobody: 'nobody (1)' });
});

test('with --everybody people are created of whom no photo is accepted', async () => {
  const folder = join(await temporaryFolder(), 'photos');
  await write(folder, 'nobody/1.jpg', Buffer.from('no jpeg'));
  const asked = await run(folder, 'f', ['--everybody']);
  expect(asked.stdout).toContain('1 of 1 people have no photo.');
  expect(await people('f')).toEqual({ nobody: 'nobody (0)' });
});

test('a CSV file gives names; a folder takes no name away', async () => {
  const folder = await temporaryFolder();
  await write(folder, 'p/x.jpg', photo('audrey.jpg'));
  await writeFile(join(folder, 'list.csv'), 'id,name,path\n42,Audrey Hepburn,p/x.jpg\n42,,p/gone.jpg\n');
  const listed = await run(join(folder, 'list.csv'), 'b');
  expect(listed.code).toBe(1);
  expect(listed.stdout).toContain('1 photos added, 0 refused.\n1 files could not be read.');
  expect(await people('b')).toEqual({ 42: 'Audrey Hepburn (1)' });
  await write(folder, 'q/42.jpg', photo('audrey.jpg'));
  expect((await run(join(folder, 'q'), 'b')).code).toBe(0);
  expect(await people('b')).toEqual({ 42: 'Audrey Hepburn (2)' });
});

test('killed at any time and run again, an import adds every photo once', async () => {
  const folder = join(await temporaryFolder(), 'photos');
  const ids = Array.from({ length: 5 }, (_, i) => `person ${i}`);
  for (const id of ids) for (const name of good) await write(folder, join(id, name), photo(name));
  // More at once than the server takes, so that some are told to wait.
  const last = await killLaterAndLater((killAfter) => run(folder, 'c', ['--parallel', '16'], { killAfter }));
  expect(last.stdout).toContain('0 refused.');
  expect(await people('c')).toEqual(Object.fromEntries(ids.map((id) => [id, `${id} (${good.length})`])));
}, 180_000);

test('what is wrong is said before anything is sent', async () => {
  const folder = join(await temporaryFolder(), 'photos');
  await write(folder, 'a.jpg', photo('audrey.jpg'));
  const refused = [
    [await run(folder, 'd', [], { env: { FACESEARCH_KEY: '' } }), 2, 'FACESEARCH_KEY is not set'],
    [await run(folder, 'd', ['--parallel', '0']), 2, '--parallel must be a whole number from 1 to 64'],
    [await run(folder, 'd', ['--key', 'other']), 1, 'does not take the key: Unknown api_key'],
    [await run(folder, 'd', ['--url', 'localhost']), 1, 'must begin with http:// or https://'],
    [await run('/nowhere', 'd'), 2, 'There is no /nowhere.'],
  ] as const;
  for (const [{ code, stderr }, expected, message] of refused) {
    expect(stderr).toContain(message);
    expect(code).toBe(expected);
    expect(stderr).not.toContain('    at ');
  }
  expect(await people('d')).toEqual({});
  expect((await run(folder, 'd')).code).toBe(0);
  const elsewhere = await run(folder, 'e');
  expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('the collection "d"') });
  await writeFile(join(folder, '..', 'other'), 'not a state');
  const noState = await run(folder, 'd', ['--state', join(folder, '..', 'other')]);
  expect(noState).toMatchObject({ code: 1, stderr: expect.stringContaining('is no state of an import') });
});

test('with --quality the report names weak photos, with what to change', async () => {
  const folder = join(await temporaryFolder(), 'photos');
  const blurred = await sharp(photo('franck_02045.jpg')).blur(9).linear(0.3, 0).jpeg().toBuffer();
  await write(folder, 'franck/sharp.jpg', photo('franck_01829.jpg'));
  await write(folder, 'franck/blurred.jpg', blurred);
  const { code, stdout, stderr } = await run(folder, 'weak', ['--quality', '60']);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('2 photos added');
  expect(stdout).toContain('1 photo is of low quality.');
  const report = await readFile(`${folder}.import-report.html`, 'utf8');
  expect(report).toMatch(/franck\/blurred\.jpg<\/span><span>\d+ of 100: [^<]*take a sharper one/);
  expect(report).not.toMatch(/franck\/sharp\.jpg/);
});
