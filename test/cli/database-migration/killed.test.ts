import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { PostgresSide } from '../../../src/cli/database-migration/postgres-side.js';
import { SqliteSide } from '../../../src/cli/database-migration/sqlite-side.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { EncryptedObjectStore } from '../../../src/persistence/photos/encrypted-object-store.js';
import { FolderObjectStore } from '../../../src/persistence/photos/folder-object-store.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { killLaterAndLater, runCommand } from '../../support/command.js';
import { useTestS3 } from '../../support/s3-server.js';
import { useTestDatabase } from '../../support/test-database.js';
import { contentOf, fullFolder } from './move-fixture.js';

const database = useTestDatabase();
const s3 = useTestS3();
const dataKey = '5a'.repeat(32);
let folder: string;
let back: string;

beforeEach(async () => {
  await database().clear();
  folder = join(await temporaryFolder(), 'data');
  back = join(await temporaryFolder(), 'back');
});

const env = (rest: Record<string, string> = {}) => ({ ...database().env, ...s3().env, ...rest });

async function photosIn(place: FolderObjectStore | EncryptedObjectStore | ReturnType<ReturnType<typeof s3>['store']>) {
  const photos: Record<string, string | undefined> = {};
  for await (const key of place.keys()) photos[key] = (await place.get(key))?.toString('base64');
  return photos;
}

async function postgresContent() {
  const side = await PostgresSide.open(database().url, 'source');
  onTestFinished(() => side.close());
  return contentOf(side);
}

async function folderContent(place: string, key?: DataKey) {
  const side = SqliteSide.openSource(place, key);
  try {
    return await contentOf(side);
  } finally {
    await side.close();
  }
}

test('a move of rows and photos that is killed again and again completes as if it had never been killed', async () => {
  const key = DataKey.parse(dataKey);
  await fullFolder(folder, 1000, key);
  const before = await folderContent(folder, key);
  const photos = await photosIn(new EncryptedObjectStore(await FolderObjectStore.open(join(folder, 'photos')), key));
  expect(Object.keys(photos)).toHaveLength(250);

  const there = ['sqlite-to-postgres', '--decrypt', '--photos-from', join(folder, 'photos'), '--photos-to', 's3'];
  const moved = await killLaterAndLater((killAfter) =>
    runCommand('move', folder, there, { env: env({ DATA_KEY: dataKey }), killAfter }),
  );
  expect(moved.stdout).toContain(`faces: ${before.faces?.rows} rows, on both sides SHA-256 ${before.faces?.checksum}`);
  expect(moved.stdout).toContain('photos: 250, ');
  expect(moved.stderr).toContain('left');
  expect(await postgresContent()).toEqual(before);
  expect(await photosIn(s3().store())).toEqual(photos);
  expect(await folderContent(folder, key)).toEqual(before);

  const again = ['postgres-to-sqlite', '--photos-from', 's3', '--photos-to', join(back, 'photos')];
  await killLaterAndLater((killAfter) => runCommand('move', back, again, { env: env(), killAfter }));
  expect(await folderContent(back)).toEqual(before);
  expect(await photosIn(await FolderObjectStore.open(join(back, 'photos')))).toEqual(photos);
  expect(await postgresContent()).toEqual(before);
}, 300_000);

test('photos alone go from a folder to a bucket and back, as they lie there', async () => {
  await s3().clear();
  await fullFolder(folder, 20, DataKey.parse(dataKey));
  const encrypted = await photosIn(await FolderObjectStore.open(join(folder, 'photos')));
  const options = (from: string, to: string) => ['photos', '--photos-from', from, '--photos-to', to];
  const there = await runCommand('move', folder, options(join(folder, 'photos'), 's3'), { env: s3().env });
  expect(there).toMatchObject({ code: 0, stdout: 'photos: 5, 0 of them were there already\n' });
  expect(await photosIn(s3().store())).toEqual(encrypted);
  await runCommand('move', back, options('s3', join(back, 'photos')), { env: s3().env });
  expect(await photosIn(await FolderObjectStore.open(join(back, 'photos')))).toEqual(encrypted);
  const again = await runCommand('move', back, options('s3', join(back, 'photos')), { env: s3().env });
  expect(again.stdout).toBe('photos: 5, 5 of them were there already\n');
});

test('what cannot be moved as asked is refused before anything is done', async () => {
  await fullFolder(folder, 4);
  const move = (args: string[], rest: Record<string, string> = {}) => runCommand('move', folder, args, { env: rest });
  for (const [args, rest, code, text] of [
    [['sideways'], {}, 2, 'There is no move "sideways"'],
    [['photos'], {}, 2, 'say where the photos are and shall be'],
    [['photos', '--photos-from', 's3', '--photos-to', back], {}, 1, 'S3_ENDPOINT'],
    [['photos', '--photos-from', back, '--photos-to', `${back}/`], {}, 2, 'the same place'],
    [['photos', '--photos-from', join(back, 'no'), '--photos-to', back], {}, 1, 'Cannot list the photos'],
    [['sqlite-to-postgres'], {}, 1, 'DATABASE_URL: must say which PostgreSQL'],
    [['sqlite-to-postgres'], env({ DATA_KEY: dataKey }), 1, 'add --decrypt'],
    [['postgres-to-sqlite'], env({ DATA_KEY: dataKey }), 1, 'cannot stay where they are'],
    [['sqlite-to-postgres', '--photos-to', 's3'], env(), 2, 'go together'],
  ] as const)
    expect(await move([...args], rest)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(text) });
  const other = ['sqlite-to-postgres', '--decrypt', '--photos-from', join(folder, 'photos'), '--photos-to', 's3'];
  expect(await move(other, env({ DATA_KEY: dataKey }))).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Cannot open the database .*: it is not encrypted, but there is a data key/),
  });
  expect(await runCommand('move', back, ['sqlite-to-postgres'], { env: env() })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no database in the folder'),
  });
  expect((await database().query('SELECT count(*)::int AS n FROM tenants'))[0]).toEqual({ n: 0 });
});
