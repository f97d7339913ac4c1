import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Server } from '../../../src/server.js';
import { photos } from '../../contract/contract-photos.js';
import { type CommandOptions, killLaterAndLater, runCommand } from '../../support/command.js';
import { field } from '../../support/multipart.js';
import { photo } from '../../support/photos.js';
import { realServer } from '../../support/real-server.js';
import { client, injectTarget } from '../../support/target.js';

const folder = mkdtempSync(join(tmpdir(), 'facesearch-move-'));
const collection = 'staff';
type Real = Server & { key: string; url: string; calls: ReturnType<typeof client> };
let cloud: Real;
let ours: Real;
let keys: Record<string, string>;

async function listening(): Promise<Real> {
  const server = await realServer();
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 });
  return { ...server, url, calls: client(injectTarget(server.app), server.key) };
}

beforeAll(async () => {
  [cloud, ours] = [await listening(), await listening()];
  keys = { FACESEARCH_FROM_KEY: cloud.key, FACESEARCH_TO_KEY: ours.key };
  for (const id of ['franck', 'audrey', 'cage', 'nobody'])
    await cloud.calls.post('/create', field('collection', collection), field('id', id), field('name', `Người ${id}`));
  const files = {
    'franck-1.jpg': photos.franck,
    'franck/2.jpg': photos.franckAgain,
    'audrey.jpg': photos.audrey,
    'cage.png': photos.noFace,
    'stray.jpg': photos.crop,
  };
  mkdirSync(join(folder, 'photos', 'franck'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, 'photos', name), bytes);
});

afterAll(async () => {
  await cloud.close();
  await ours.close();
  rmSync(folder, { recursive: true, force: true });
});

const path = (name: string) => join(folder, name);

function migrateFromFpt(more: string[] = [], options: CommandOptions = {}) {
  const servers = ['--from', cloud.url, '--to', ours.url, '--collection', collection];
  const args = [...servers, '--photos', path('photos'), ...more];
  return runCommand('migrate-from-fpt', folder, args, { ...options, env: { ...keys, ...options.env } });
}

const missing = () => readFileSync(path('photos.migration.csv'), 'utf8').split('\r\n').sort();

/** Names and numbers of faces on the target. */
async function people(of: string): Promise<Record<string, string>> {
  const response = await fetch(`${ours.url}/admin/v1/users?collection=${of}&limit=200`, {
    headers: { api_key: ours.key },
  });
  const { data } = (await response.json()) as { data: { users: { id: string; name: string; faces: number }[] } };
  return Object.fromEntries(data.users.map(({ id, name, faces }) => [id, `${name} (${faces})`]));
}

it('migrate-from-fpt names what is missing before it sends anything', async () => {
  const { code, stdout, stderr } = await migrateFromFpt(['--dry-run'], { env: { FACESEARCH_TO_KEY: '' } });
  expect(code, stderr).toBe(1);
  expect(stdout).toContain('4 users on the source, 3 of them with photos here: 4 photos.\n');
  expect(stdout).toContain('  Users without a photo here: 1\n  Photos of no user: 1\n');
  expect(missing()).toEqual([
    '',
    'photo of no user,,stray.jpg,,,',
    'user without a photo,nobody,,,,',
    '\uFEFFwhat,id,photo,code,text,reason',
  ]);
  expect(await people(collection)).toEqual({});
});

it('migrate-from-fpt fills a collection, names what is missing, and later sends only what is new', async () => {
  const filled = await migrateFromFpt();
  expect(filled.code, filled.stderr).toBe(1);
  expect(filled.stdout).toContain('3 photos added, 1 refused.\n       1  No face found\n2 of 4 users can be found');
  expect(missing()).toEqual([
    '',
    'photo of no user,,stray.jpg,,,',
    'photo refused,cage,cage.png,407,No face detected,no-face',
    'user whose photos all failed,cage,,,,',
    'user without a photo,nobody,,,,',
    '\uFEFFwhat,id,photo,code,text,reason',
  ]);
  for (const file of ['csv', 'html']) expect(statSync(path(`photos.migration.${file}`)).mode & 0o777).toBe(0o600);
  expect(readFileSync(path('photos.migration.html'), 'utf8')).toContain('cage.png');
  const found = { audrey: 'Người audrey (1)', franck: 'Người franck (2)' };
  expect(await people(collection)).toEqual({ ...found, cage: 'Người cage (0)', nobody: 'Người nobody (0)' });

  writeFileSync(path('photos/cage.png'), photo('cage.jpg'));
  rmSync(path('photos/stray.jpg'));
  writeFileSync(path('photos/nobody.jpg'), photo('franck_02888.jpg'));
  const again = await migrateFromFpt();
  expect(again.code, again.stderr).toBe(0);
  expect(again.stdout).toContain('2 photos added (3 earlier), 0 refused.\n4 of 4 users can be found on the target.');

  // A person who was deleted on the target is filled again.
  await ours.calls.delete('/delete', field('collection', collection), field('id', 'franck'));
  const refilled = await migrateFromFpt();
  expect(refilled.stdout).toContain('2 photos added (3 earlier), 0 refused.');
  expect(await people(collection)).toEqual({ ...found, cage: 'Người cage (1)', nobody: 'Người nobody (1)' });
});

it('migrate-from-fpt adds every user and every photo once, although it is killed and run again', async () => {
  const args = ['--to-collection', 'again', '--state', path('again')];
  await killLaterAndLater((killAfter) => migrateFromFpt(args, { killAfter }));
  expect(await people('again')).toEqual({
    audrey: 'Người audrey (1)',
    franck: 'Người franck (2)',
    cage: 'Người cage (1)',
    nobody: 'Người nobody (1)',
  });
}, 120_000);

it('migrate-from-fpt takes photos by a list, for ids that cannot be file names', async () => {
  for (const id of ['a/b', 'c'.repeat(400)])
    await cloud.calls.post('/create', field('collection', 'odd'), field('id', id), field('name', 'Odd'));
  const lines = ['a/b,photos/audrey.jpg', `${'c'.repeat(400)},photos/franck-1.jpg`, 'nobody,photos/franck/2.jpg'];
  writeFileSync(path('list.csv'), ['id,path', ...lines].join('\n'));
  const { stdout, stderr } = await migrateFromFpt(['--collection', 'odd', '--photos', path('list.csv')]);
  expect(stdout, stderr).toContain('Photos of no user: 1\n');
  expect(readFileSync(path('list.csv.migration.csv'), 'utf8')).toContain(
    'photo of no user,,photos/franck/2.jpg (nobody),',
  );
  expect(await people('odd')).toEqual({ 'a/b': 'Odd (1)', ['c'.repeat(400)]: 'Odd (1)' });
});

it('shadow compares the two servers by searching', async () => {
  const probe = field('collection', 'probes');
  await ours.calls.post('/create', probe, field('id', 'franck'), field('name', 'Franck'));
  for (const { calls } of [ours, cloud]) {
    await calls.post('/create', probe, field('id', 'audrey'), field('name', 'Audrey'));
    await calls.post('/add', probe, field('id', 'audrey'), field('file', photos.audrey.toString('base64')));
  }
  // The very photo that is searched: how alike two photos of one person are is the scale's business.
  await ours.calls.post('/add', probe, field('id', 'franck'), field('file', photos.franckAgain.toString('base64')));
  mkdirSync(path('probes'));
  const files = { audrey: photos.audrey, cage: photo('cage.jpg'), franck: photos.franckAgain, group: photos.group };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path(`probes/${name}.jpg`), bytes);
  writeFileSync(path('key'), `${ours.key}\n`);
  const { code, stdout, stderr } = await runCommand(
    'shadow',
    folder,
    [
      path('probes'),
      '--a',
      cloud.url,
      '--b',
      ours.url,
      '--collection',
      'probes',
      '--out',
      path('shadow.csv'),
      '--labelled',
    ],
    { env: { FACESEARCH_A_KEY: cloud.key, FACESEARCH_B_KEY_FILE: path('key') } },
  );
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^agreement \(=\) +3 +75\.00 %/m);
  expect(stdout).toMatch(/^≠ found by B only +1 +25\.00 %/m);
  expect(stdout).toMatch(/^0\.850 ← A ← B +1 +0 +1 +0 +2 +0 +0 +0$/m);
  const verdicts = readFileSync(path('shadow.csv'), 'utf8').match(/^\w+\.jpg,\w*,(?:"[^"]+"|[^,]+)/gm);
  expect(verdicts).toEqual([
    'audrey.jpg,audrey,same person',
    'cage.jpg,,"nobody, both"',
    'franck.jpg,franck,found by B only',
    'group.jpg,,"refused by both, same code"',
  ]);
  expect(statSync(path('shadow.csv')).mode & 0o777).toBe(0o600);
});

it.each<[string, number, string[], Record<string, string>, string]>([
  ['a URL that is none', 1, ['--from', 'api.fpt.ai'], {}, 'must begin with http:// or https://, not "api.fpt.ai"'],
  ['no lanes', 2, ['--parallel', '0'], {}, '--parallel must be a whole number from 1 to 64'],
  ['no key', 2, [], { FACESEARCH_FROM_KEY: '' }, 'FACESEARCH_FROM_KEY is not set: it holds the key'],
  ['two keys', 2, [], { FACESEARCH_TO_KEY_FILE: '/x' }, 'set only one of them'],
  ['no file', 2, [], { FACESEARCH_TO_KEY: '', FACESEARCH_TO_KEY_FILE: '/nowhere' }, 'cannot read the file (ENOENT)'],
  ['the wrong key', 1, [], { FACESEARCH_TO_KEY: 'x' }, 'does not take the key: Unknown api_key'],
  ['no photos', 2, ['--photos', '/nowhere'], {}, 'There is no /nowhere.'],
])('is not begun with %s', async (_, expected, more, env, message) => {
  const { code, stderr } = await migrateFromFpt(more, { env });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(expected);
});

it('shadow refuses a threshold that is no number from 0 to 1', async () => {
  const args = [folder, '--a', cloud.url, '--b', ours.url, '--b-threshold', '1.5'];
  const tooHigh = await runCommand('shadow', folder, args);
  expect(tooHigh).toMatchObject({ code: 2, stderr: expect.stringContaining('--b-threshold must be a number') });
});
