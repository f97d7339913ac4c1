import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { FolderObjectStore } from '../../src/persistence/photos/folder-object-store.js';
import { Database } from '../../src/persistence/sqlite.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { field } from '../support/multipart.js';
import { startServer } from '../support/server-process.js';
import { client, httpTarget } from '../support/target.js';
import { tracesIn } from '../support/traces.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

/** `npm run test:faults` asks for more. The moment of a kill is random even with the same seed: the machine decides. */
const KILLS = Math.max(2, Math.floor(Number(process.env.FAULT_KILLS ?? 0) / 10));
const PEOPLE = 1500;
const PHOTOS = 40;
const key = 'key-of-acme';
const random = new RandomVectors(71);
const at = (name: string) => ({ tenant: 'acme', collection: name });

test(`${KILLS} kills while collections and photos are erased: none comes back, and all are erased in the end`, async () => {
  const folder = await temporaryFolder();
  const secrets = await fill(folder);
  let erased: string | undefined;
  for (let kill = 0; kill <= KILLS; kill++) {
    const server = startServer(folder, { API_KEYS: `acme:${key}` });
    onTestFinished(() => void server.child.kill('SIGKILL'));
    const calls = client(httpTarget(await server.ready()), key);
    const remove = (name: string) => calls.delete('/delete_collection', field('collection', name));
    if (erased !== undefined) {
      expect((await remove(erased)).json.code).toBe('404');
      expect((await calls.get(`/list?collection=${erased}`)).json.data).toEqual([]);
      // The name is free while the rows of the collection that had it are still being erased.
      const again = [field('collection', erased), field('id', 'new'), field('name', 'New')];
      expect((await calls.post('/create', ...again)).json.code).toBe('200');
      expect((await calls.get(`/list?collection=${erased}`)).json.data).toEqual([{ id: 'new', name: 'New' }]);
    }
    if (kill === KILLS) break;
    erased = `large-${kill}`;
    expect((await remove(erased)).json.code).toBe('200');
    await delay(random.next() * 250);
    server.child.kill('SIGKILL');
    await server.exitCode;
  }
  const rows = () => {
    const db = new Database(join(folder, 'facesearch.sqlite'), { readonly: true });
    const count = (of: string) => Number(db.prepare(`SELECT count(*) FROM ${of}`).pluck().get());
    const counts = [
      count('faces'),
      count('collections WHERE deleted_at IS NOT NULL'),
      count('pending_object_deletions'),
    ];
    db.close();
    return counts;
  };
  const photos = async () => {
    const entries = await readdir(join(folder, 'photos'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  };
  await expect.poll(rows, { timeout: 60_000, interval: 200 }).toEqual([1, 0, 0]);
  expect(await photos()).toBe(1);
  await expect.poll(() => tracesIn(folder, secrets), { timeout: 30_000, interval: 200 }).toEqual([]);
});

/** People who stay, and collections that are deleted, with photos. @returns what is to be erased */
async function fill(folder: string): Promise<Map<string, string | Float32Array>> {
  const db = openDatabase(join(folder, 'facesearch.sqlite'));
  db.pragma('synchronous = OFF');
  const store = SqliteStore.over(db);
  const objects = await FolderObjectStore.open(join(folder, 'photos'));
  const secrets = new Map<string, string | Float32Array>();
  const add = async (collection: string, id: string, objectKey?: string) => {
    const embedding = random.unit(512);
    if (objectKey !== undefined) await objects.put(objectKey, Buffer.from(`photo of ${id}`));
    const face = { embedding, model: 'any', ...(objectKey !== undefined && { objectKey }) };
    await store.addUserWithFace(at(collection), { id, name: `name of ${id}` }, face);
    return embedding;
  };
  await add('kept', 'somebody', 'faces/kept');
  for (let kill = 0; kill < KILLS; kill++) {
    const collection = `large-${kill}`;
    for (let i = 0; i < PEOPLE; i++) {
      const id = `person-${kill}-${String(i).padStart(5, '0')}`;
      const embedding = await add(collection, id, i < PHOTOS ? `faces/${kill}-${i}` : undefined);
      if (i % 100 === 0)
        secrets.set(`id ${id}`, id).set(`name of ${id}`, `name of ${id}`).set(`vector of ${id}`, embedding);
    }
  }
  await store.close();
  return secrets;
}
