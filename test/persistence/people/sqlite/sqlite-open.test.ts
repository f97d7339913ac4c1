import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { chmod, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DataKey } from '../../../../src/persistence/encryption/data-key.js';
import { DataKeyError } from '../../../../src/persistence/encryption/data-key-record.js';
import { migrations } from '../../../../src/persistence/people/sqlite/migrations.js';
import { openDatabase } from '../../../../src/persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../../../../src/persistence/people/sqlite/sqlite-store.js';
import { Database } from '../../../../src/persistence/sqlite.js';
import { asNobody } from '../../../support/as-nobody.js';
import { temporaryFolder } from '../../temporary-folder.js';

const mode = async (path: string) => (await stat(path)).mode & 0o777;

test('only the owner can read the database, its log and its folder', async () => {
  const folder = join(await temporaryFolder(), 'new', 'data');
  const file = join(folder, 'facesearch.db');
  const store = await SqliteStore.open(file);
  await store.saveUser({ tenant: 't', collection: '' }, { id: '1', name: 'A' });
  expect(await mode(folder)).toBe(0o700);
  expect(await mode(file)).toBe(0o600);
  expect(await mode(`${file}-wal`)).toBe(0o600);
  await store.close();
});

test('a file that others could read is closed to them', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  openDatabase(file).close();
  await chmod(file, 0o644);
  openDatabase(file).close();
  expect(await mode(file)).toBe(0o600);
});

test('SQLite has the settings on which durability and erasure rest', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  const db = openDatabase(file);
  const setting = (name: string) => db.pragma(name, { simple: true });
  const full = 2;
  const memory = 2;
  expect(setting('journal_mode')).toBe('wal');
  expect(setting('synchronous')).toBe(full);
  expect(setting('foreign_keys')).toBe(1);
  expect(setting('secure_delete')).toBe(1);
  expect(setting('temp_store')).toBe(memory);
  expect(setting('user_version')).toBe(migrations.length);
  expect(setting('page_size')).toBe(8192);
  expect(setting('mmap_size')).toBe(0);
  expect(setting('cache_size')).toBe(-16 * 1024);
  db.close();
});

test('a database of a newer version is refused and left as it is', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  await (await SqliteStore.open(file)).close();
  const db = new Database(file);
  db.pragma(`user_version = ${migrations.length + 1}`);
  db.pragma('journal_mode = DELETE');
  db.close();
  const before = await readFile(file);
  await expect(SqliteStore.open(file)).rejects.toThrow(/facesearch\.db: it was written by a newer version/);
  expect((await readFile(file)).equals(before)).toBe(true);
});

test('the database of another program is refused and left as it is', async () => {
  const file = join(await temporaryFolder(), 'other.db');
  const db = new Database(file);
  db.exec('CREATE TABLE notes (text)');
  db.close();
  const before = await readFile(file);
  await expect(SqliteStore.open(file)).rejects.toThrow(/of another program/);
  expect((await readFile(file)).equals(before)).toBe(true);
});

test('a file that is no database is refused', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  await writeFile(file, 'a'.repeat(10_000));
  await expect(SqliteStore.open(file)).rejects.toThrow(/not a SQLite database/);
});

test('a damaged database is refused', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  await (await SqliteStore.open(file)).close();
  const bytes = await readFile(file);
  await writeFile(file, bytes.fill(0xff, 100, 8192));
  await expect(SqliteStore.open(file)).rejects.toThrow(/damaged/);
});

test('a path that cannot be a file is refused', async () => {
  const folder = await temporaryFolder();
  await expect(SqliteStore.open(folder)).rejects.toThrow(/the path is not a file/);
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(SqliteStore.open(join(file, 'facesearch.db'))).rejects.toThrow(/the path is not a file/);
  await expect(SqliteStore.open(join(file, 'deeper', 'facesearch.db'))).rejects.toThrow(/the path is not a file/);
});

test('a folder that cannot be written is refused', async () => {
  const folder = await temporaryFolder();
  asNobody(folder, () => {
    chmodSync(folder, 0o500);
    expect(() => openDatabase(join(folder, 'facesearch.db'))).toThrow(/not writable by this process/);
  });
});

test('a new database appears complete or not at all, and leaves no draft', async () => {
  const folder = await temporaryFolder();
  openDatabase(join(folder, 'facesearch.db')).close();
  expect(await readdir(folder)).toEqual(['facesearch.db']);
});

test('a file that lost its content is refused, with its log left as it is', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  openDatabase(file).close();
  await truncate(file, 0);
  await writeFile(`${file}-wal`, 'log');
  expect(() => openDatabase(file)).toThrow(/facesearch\.db: the file is damaged: it is empty/);
  expect(await readFile(`${file}-wal`, 'utf8')).toBe('log');
});

test('a file that lost its end is refused', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  openDatabase(file).close();
  await truncate(file, 3 * 8192);
  expect(() => openDatabase(file)).toThrow(/damaged; stop the server and restore it from a backup/);
});

test('a store that only reads sees each answered write of the store that writes, and changes nothing', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  const writer = await SqliteStore.open(file);
  const reader = SqliteStore.openReadOnly(file);
  const collection = { tenant: 't', collection: '' };
  await writer.saveUser(collection, { id: '1', name: 'A' });
  expect(await reader.findUser(collection, '1')).toEqual({ id: '1', name: 'A' });
  await writer.saveUser(collection, { id: '1', name: 'B' });
  expect(await reader.listUsers(collection)).toEqual([{ id: '1', name: 'B' }]);
  await expect(reader.deleteUser(collection, '1')).rejects.toMatchObject({ name: 'StoreError', trouble: 'read-only' });
  expect(await writer.deleteUser(collection, '1')).toBeDefined();
  expect(await reader.findUser(collection, '1')).toBeUndefined();
  await reader.close();
  await writer.close();
});

test('a store that only reads does not open a database of another schema or key', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  expect(() => SqliteStore.openReadOnly(file)).toThrow(/the path is not a file/);
  const store = await SqliteStore.open(file);
  await store.saveUser({ tenant: 't', collection: '' }, { id: '1', name: 'A' });
  await store.close();
  expect(() => SqliteStore.openReadOnly(file, { dataKey: new DataKey(randomBytes(32)) })).toThrow(DataKeyError);
  const db = new Database(file);
  db.pragma(`user_version = ${migrations.length - 1}`);
  db.close();
  expect(() => SqliteStore.openReadOnly(file)).toThrow(/it is of an older version/);
});
