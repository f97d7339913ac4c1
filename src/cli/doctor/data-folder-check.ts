import { existsSync, mkdtempSync, rmdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Database } from '../../persistence/sqlite.js';
import { about, type Finding, gigabytes } from './finding.js';

/** Free bytes below which the next backup or the next busy day fills the disk. */
const LITTLE = 2e9;
const TOO_LITTLE = 200e6;

/** `f_type` of file systems on which SQLite's locks and the order of writes cannot be relied on (linux/magic.h). */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x01021997, '9P'],
]);

export interface FolderState {
  findings: Finding[];
  /** A server has the folder open. */
  inUse: boolean;
}

/** Whether the folder can be used, its disk, and whether a server runs on it. Leaves it as it is. */
export function checkDataFolder(folder: string): FolderState {
  const { ok, warn, fail } = about('data');
  const path = resolve(folder);
  const nearest = existing(path);
  const findings: Finding[] = [];
  const isThere = nearest === path;
  if (!statSync(nearest).isDirectory()) {
    return { findings: [fail(`${nearest} is a file`, 'Set DATA_DIR to a folder.')], inUse: false };
  }
  try {
    // Only a try tells what a read-only disk, a full one and access lists allow.
    rmdirSync(mkdtempSync(join(nearest, '.doctor-')));
    findings.push(ok(isThere ? `${path} can be written` : `${path} will be made at the first start`));
  } catch {
    const user = process.getuid?.() ?? 'this user';
    findings.push(
      fail(
        `${nearest} cannot be written by this user (${user})`,
        `Give it to the server's user: chown -R ${user} ${nearest}`,
      ),
    );
  }
  if (isThere && process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    findings.push(warn(`${path} is open to other users of this machine`, `chmod 700 ${path}`));
  }

  const { type, bavail, bsize } = statfsSync(nearest);
  const free = bavail * bsize;
  const network = NETWORK.get(type);
  if (network) {
    findings.push(
      fail(
        `${nearest} lies on ${network}, which cannot lock as SQLite needs it`,
        'Use a local disk, or DATABASE_URL (docs/scale.md).',
      ),
    );
  }
  const space = `${gigabytes(free)} free`;
  const make = 'Free some space: while the disk is full, calls that write answer 503.';
  if (free < TOO_LITTLE) findings.push(fail(space, make));
  else findings.push(free < LITTLE ? warn(space, make) : ok(space));

  const inUse = isThere && isLocked(join(path, 'server.lock'));
  if (isThere) findings.push(ok(inUse ? 'a server runs on it' : 'no server runs on it'));
  return { findings, inUse };
}

function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  let db: Database | undefined;
  try {
    db = new Database(file, { timeout: 0, fileMustExist: true });
    db.exec('BEGIN EXCLUSIVE; ROLLBACK');
    return false;
  } catch (error) {
    return (error as { code?: string }).code === 'SQLITE_BUSY';
  } finally {
    db?.close();
  }
}
