import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type CompatContents, fromBase64 } from '../../scripts/compat/contents.js';
import { ImportState } from '../../src/cli/photo-import/import-state.js';
import { readConfig } from '../../src/config/config.js';
import { identityOf } from '../../src/gallery/model-identity.js';
import { scaleOf } from '../../src/gallery/scoring/similarity.js';
import { galleryVersion } from '../../src/http/services.js';
import { readPack } from '../../src/models/choose-pack.js';
import { createLogger } from '../../src/observability/logging.js';
import type { Store } from '../../src/persistence/store.js';
import { openFolderStorage } from '../../src/wiring/folder-storage.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { runCommand } from '../support/command.js';
import { indexWorkerUrl, storeThreadUrl } from '../support/compiled-threads.js';
import {
  changePeople,
  expectAttendance,
  expectKeys,
  expectPeople,
  expectStaged,
  expectWebhooks,
  photosOf,
  withoutKept,
} from './old-people.js';
import { serverOver } from './old-server.js';
import { allFiles, dataOf, decompressed, unpacked } from './releases.js';

/** The largest data are searched for two hundred people, several times. */
const TIMEOUT = 180_000;

const keyFor = (name: string, { dataKey }: CompatContents): Record<string, string> =>
  name.startsWith('encrypted') ? { DATA_KEY: dataKey } : {};

/** Names of the photos' files, wherever they lie. */
async function photosIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'photos'), { recursive: true });
  return names.filter((name) => name.includes('faces.'));
}

/** Works with the database of a folder while no server does. */
async function withStore(env: Record<string, string>, work: (store: Store) => Promise<void>): Promise<void> {
  const storage = await openFolderStorage(readConfig(env), createLogger('silent'), { store: storeThreadUrl });
  await storage.prepared;
  try {
    await work(storage.store);
  } finally {
    await storage.close();
  }
}

test('every file that a release left is of a kind that is tested', () => {
  expect(allFiles.filter(({ kind }) => kind === undefined)).toEqual([]);
  expect(new Set(allFiles.map(({ kind }) => kind)).size).toBe(7);
});

const folders = dataOf('folder').flatMap((data) => {
  const withGraph = /^plain\./.test(data.name) ? [{ ...data, index: 'hnsw' }] : [];
  return [{ ...data, index: 'scan' }, ...withGraph];
});
test.each(folders)(
  '$release: the data folder $name is served, searched by $index',
  { timeout: TIMEOUT },
  async (data) => {
    const [folder, contents] = [await unpacked(data), await data.contents()];
    const env = { DATA_DIR: folder, VECTOR_INDEX: data.index, ...keyFor(data.name, contents) };
    await withStore(env, (store) => expectStaged(store, contents));
    const server = await serverOver(env);
    await expectKeys(server, contents);
    await expectWebhooks(server, contents);
    await expectAttendance(server, contents);
    await expectPeople(server, contents);
    expect(await photosIn(folder)).toHaveLength(photosOf(contents));
    const left = await changePeople(server, contents);
    await expectPeople(server, left);
    expect(await photosIn(folder)).toHaveLength(photosOf(left));
    await server.close();
    // They were of the person whose faces were deleted.
    await withStore(env, (store) => expectStaged(store, contents, 0));
    if (data.index === 'scan') return;
    // What was erased does not come back with the snapshot.
    await expectPeople(await serverOver(env), left);
  },
);

test.each(dataOf('backup'))('$release: the backup $name is restored and served', { timeout: TIMEOUT }, async (data) => {
  const contents = await data.contents();
  const folder = join(await temporaryFolder(), 'restored');
  const restored = await runCommand('restore', folder, [await decompressed(data)]);
  expect(restored.code, restored.stderr).toBe(0);
  const server = await serverOver({ DATA_DIR: folder, ...keyFor(data.name, contents) });
  await expectKeys(server, contents);
  await expectWebhooks(server, contents);
  await expectAttendance(server, contents);
  await expectPeople(server, contents);
  await expectPeople(server, await changePeople(server, contents));
});

test.each(dataOf('export'))('$release: the export $name is imported and served', { timeout: TIMEOUT }, async (data) => {
  const all = await data.contents();
  const folder = join(await temporaryFolder(), 'imported');
  await mkdir(folder, { mode: 0o700 });
  const imported = await runCommand('import-vectors', folder, ['--tenant', 'acme', await decompressed(data)]);
  expect(imported.code, imported.stderr).toBe(0);
  expect(imported.stdout).toMatch(/ 0 lines refused/);
  const collections = all.collections.filter(({ tenant, collection }) => tenant === 'acme' && collection === '');
  const contents = withoutKept({ ...all, collections });
  await expectPeople(await serverOver({ DATA_DIR: folder, API_KEYS: 'acme:compat-acme' }), contents);
});

test.each(dataOf('importState'))('$release: an import of photos goes on from $name', async (data) => {
  const { importedTo, imported } = await data.contents();
  const file = join(await temporaryFolder(), data.name);
  await copyFile(data.file, file);
  const state = ImportState.open(file, importedTo);
  for (const { state: is, ...photo } of imported) expect(state.find(photo)).toMatchObject({ state: is });
  state.close();
});

test.each(dataOf('manifest'))('$release: the scale of $name compares the faces of its time', async (data) => {
  const contents = await data.contents();
  const path = await decompressed(data);
  const { model } = (await readPack(path, 'default')).embedders[galleryVersion];
  expect(identityOf(model)).toBe(contents.model);
  const old = dataOf('folder').find(({ release, name }) => release === data.release && name.startsWith('killed'));
  if (!old) throw new Error('a release leaves the folder of a killed server');
  const config = readConfig({ DATA_DIR: await unpacked(old) });
  const storage = await openFolderStorage(config, createLogger('silent'), {
    index: indexWorkerUrl,
    store: storeThreadUrl,
  });
  onTestFinished(() => storage.close());
  const gallery = await storage.openGallery(identityOf(model), scaleOf('calibrated', model.calibration));
  onTestFinished(() => gallery.close());
  for (const { people, ...where } of contents.collections) {
    for (const { id, faces } of people) {
      for (const face of faces) {
        const [best, second] = await gallery.candidates(where, fromBase64(face), 2);
        expect(best).toMatchObject({ id, similarity: expect.closeTo(1, 6) });
        expect(second?.similarity ?? 0).toBeLessThan(0.999);
      }
    }
  }
});
