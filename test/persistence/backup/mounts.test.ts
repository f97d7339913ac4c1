import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { program } from '../../support/command.js';
import { temporaryFolder } from '../temporary-folder.js';
import { fillFolder } from './backup-fixture.js';

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;
/** Who runs the commands: never the superuser, who may write anywhere. */
const user = isRoot ? NOBODY : process.geteuid?.();

let root: string;
let folder: string;
let backups: string;

beforeEach(async () => {
  root = await temporaryFolder();
  chmodSync(root, 0o755);
  folder = join(root, 'data');
  await fillFolder(folder, 4);
  if (isRoot) giveAway(folder);
  // As a folder of the host that is mounted: another user's, where there is another.
  backups = join(root, 'backups');
  mkdirSync(backups);
  chmodSync(backups, isRoot ? 0o755 : 0o500);
});

function giveAway(path: string): void {
  for (const name of ['', ...readdirSync(path, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(path, name), NOBODY, NOBODY);
  }
}

/** Runs a command as a user without rights, in a shell that may have prepared something. */
function run(dataDir: string, args: string[], prepare: string[] = []) {
  const [command = '', ...rest] = [...prepare, process.execPath, program, ...args];
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir };
  const rights = isRoot && prepare.length === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const { status, stdout, stderr } = spawnSync(command, rest, { env, encoding: 'utf8', ...rights });
  return { status, stdout, stderr };
}

/** Sees one folder read-only, as a container sees a volume with `:ro`; in namespaces of its own. */
const readOnly = (path: string) => [
  ...['unshare', '--mount', '--map-root-user', 'sh', '-c'],
  ...[`mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"`, path],
];
const canMount =
  process.platform === 'linux' && spawnSync('unshare', readOnly('/tmp').slice(1).concat('true')).status === 0;

const refused = (sentence: string, status = 1) => ({ status, stdout: '', stderr: `${sentence}\n` });

test("a backup into another user's folder is refused in a sentence that names both", () => {
  const file = join(backups, 'today.tar');
  const owner = isRoot ? 0 : user;
  expect(run(folder, ['backup', file])).toEqual(
    refused(`Cannot write ${file}: the user ${user} may not write to ${backups}, which belongs to the user ${owner}.`),
  );
  expect(readdirSync(backups)).toEqual([]);
});

test('a backup that another user made is not readable, and restore says so; it also tells what is not there or a folder', async () => {
  const file = join(root, 'today.tar');
  if (isRoot) chownSync(root, NOBODY, NOBODY);
  expect(run(folder, ['backup', file]).status).toBe(0);
  if (isRoot) chownSync(file, 0, 0);
  else chmodSync(file, 0);
  const target = join(root, 'restored');
  const owner = isRoot ? 0 : user;
  expect(run(target, ['restore', file])).toEqual(
    refused(`Cannot read ${file}: the user ${user} may not read it; it belongs to the user ${owner}.`, 2),
  );
  await rm(file);
  expect(run(target, ['restore', file])).toEqual(refused(`Cannot read ${file}: there is no such file.`, 2));
  expect(run(target, ['restore', root])).toEqual(refused(`Cannot read ${root}: it is a folder; name a file in it.`, 2));
});

test("another user's data folder is refused in a sentence by each command", async () => {
  const file = join(root, 'today.tar');
  if (isRoot) chownSync(root, NOBODY, NOBODY);
  expect(run(folder, ['backup', file]).status).toBe(0);
  if (isRoot) chownSync(folder, 0, 0);
  chmodSync(folder, 0o500);
  const database = join(folder, 'facesearch.sqlite');
  const commands = { backup: ['backup', `${file}.2`], restore: ['restore', '--force', file], serve: ['serve'] };
  for (const [name, args] of Object.entries(commands)) {
    const { status, stderr } = run(folder, args);
    expect(status, name).toBe(name === 'backup' ? 2 : 1);
    expect(stderr.split('\n'), name).toHaveLength(2);
    expect(stderr, name).toMatch(name === 'backup' ? `${database}` : `Cannot use the data folder ${folder}: `);
  }
  chmodSync(folder, 0o700);
});

test.runIf(canMount)('a read-only mount is told as such', async () => {
  const own = join(root, 'own');
  await fillFolder(own, 4);
  const file = join(backups, 'today.tar');
  chmodSync(backups, 0o700);
  expect(run(own, ['backup', file], readOnly(backups))).toEqual(
    refused(`Cannot write ${file}: ${backups} is mounted read-only.`),
  );
  const database = join(own, 'facesearch.sqlite');
  expect(run(own, ['backup', '-'], readOnly(own))).toEqual(
    refused(`Cannot back up ${database}: this user cannot write to it and to its folder.`),
  );
});
