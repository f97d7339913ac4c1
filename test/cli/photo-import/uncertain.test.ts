import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FaceSearchClient } from '../../../src/cli/api-client/face-search-client.js';
import { importPhotos } from '../../../src/cli/photo-import/import-photos.js';
import { ImportState } from '../../../src/cli/photo-import/import-state.js';
import { readPhotoList } from '../../../src/cli/photo-import/photo-list.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { scriptedServer } from '../../support/scripted-server.js';
import { type Trouble, TroubledServer } from './troubled-server.js';

async function importInto(server: TroubledServer, photos: number, change?: (client: { patience: number }) => void) {
  const folder = join(await temporaryFolder(), 'photos');
  await mkdir(join(folder, 'an'), { recursive: true });
  for (let i = 0; i < photos; i++) await writeFile(join(folder, 'an', `${i}.jpg`), `photo ${i}`);
  const url = await scriptedServer(server.answer);
  const stop = new AbortController();
  const options = { url, key: 'k', signal: stop.signal, patience: 30_000 };
  change?.(options);
  const client = new FaceSearchClient(options);
  const state = ImportState.open(`${folder}.state`, { origin: url, tenant: 't', collection: '' });
  const list = await readPhotoList(folder);
  const parts = {
    client,
    state,
    collection: '',
    allowIdCard: false,
    retryRefused: false,
    everybody: false,
    keepsPhotos: false,
    parallel: 1,
    stop,
  };
  try {
    return await importPhotos(list, parts);
  } finally {
    state.close();
  }
}

test.each<[Trouble, string[]]>([
  ['store, then drop', ['/extract_from_fm', '/create', '/add_vector', '/candidates']],
  ['store, then 502', ['/extract_from_fm', '/create', '/add_vector', '/candidates']],
  ['drop', ['/extract_from_fm', '/create', '/add_vector', '/candidates', '/add_vector']],
  ['html 503', ['/extract_from_fm', '/create', '/add_vector', '/candidates', '/add_vector']],
  ['wait', ['/extract_from_fm', '/create', '/add_vector', '/add_vector']],
])('after "%s" a photo is there once', async (trouble, calls) => {
  const server = new TroubledServer([trouble]);
  const outcome = await importInto(server, 1);
  expect(outcome).toMatchObject({ added: 1, refused: [], unfinished: 0, failure: undefined });
  expect(server.faces).toEqual(['photo 0']);
  expect(server.calls).toEqual(calls);
});

test('a server that never answers is given up, and what was not sent is counted', async () => {
  const server = new TroubledServer(Array.from({ length: 99 }, () => 'wait' as const));
  const outcome = await importInto(server, 3, (options) => {
    options.patience = 500;
  });
  expect(outcome).toMatchObject({ added: 0, unfinished: 3 });
  expect(String(outcome.failure)).toContain('has not answered for a while: Too many requests');
});

test('a photo that the server fails at every time does not keep the others waiting', async () => {
  const server = new TroubledServer(Array.from({ length: 5 }, () => 'drop' as const));
  const outcome = await importInto(server, 2);
  expect(outcome).toMatchObject({ added: 1, refused: [], unfinished: 1, failure: undefined });
  expect(server.faces).toEqual(['photo 1']);
}, 60_000);
