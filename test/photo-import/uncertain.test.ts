import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FaceSearchClient } from '../../src/client/face-search-client.js';
import { importPhotos } from '../../src/photo-import/import-photos.js';
import { ImportState } from '../../src/photo-import/import-state.js';
import { readPhotoList } from '../../src/photo-import/photo-list.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import { scriptedServer } from '../support/scripted-server.js';

type Trouble = 'store, then drop' | 'drop' | 'store, then 502' | 'html 503' | 'wait' | 'fine';

/** A server that speaks as much of the contract as an import does, and has a trouble for each photo to add. */
class TroubledServer {
  readonly faces: string[] = [];
  readonly calls: string[] = [];
  #troubles: Trouble[];

  constructor(troubles: Trouble[]) {
    this.#troubles = [...troubles];
  }

  readonly answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = (request.url ?? '').replace(/^.*\/v[14]/, '').replace(/\?.*/, '');
    const say = (data: unknown, status = 200, headers = {}) =>
      response.writeHead(status, headers).end(JSON.stringify({ data, code: String(status) }));
    if (path === '/list') return say([]);
    this.calls.push(path);
    if (path === '/create') return say('User created/updated');
    if (path === '/candidates') {
      const { photo } = JSON.parse(body.toString()) as { photo: string };
      const face = Buffer.from(photo, 'base64').toString();
      return say(this.faces.includes(face) ? [{ id: 'an', similarity: 1 }] : [{ id: 'an', similarity: 0.99 }]);
    }
    const form = await new Response(body, { headers: request.headers as Record<string, string> }).formData();
    const face = await (form.get('file') as File).text();
    const trouble = this.#troubles.shift() ?? 'fine';
    if (trouble.startsWith('store') || trouble === 'fine') this.faces.push(face);
    if (trouble.endsWith('drop')) return request.socket.destroy();
    if (trouble === 'html 503') return response.writeHead(503).end('<html>');
    if (trouble === 'wait') return say('Too many requests', 429, { 'retry-after': '1' });
    if (trouble.endsWith('502')) return response.writeHead(502).end('Bad Gateway');
    return say('Add photo success');
  };
}

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
  const parts = { client, state, collection: '', allowIdCard: false, retryRefused: false, parallel: 1, stop };
  try {
    return await importPhotos(list, parts);
  } finally {
    state.close();
  }
}

test.each<[Trouble, string[]]>([
  ['store, then drop', ['/create', '/add', '/candidates']],
  ['store, then 502', ['/create', '/add', '/candidates']],
  ['drop', ['/create', '/add', '/candidates', '/add']],
  ['html 503', ['/create', '/add', '/candidates', '/add']],
  ['wait', ['/create', '/add', '/add']],
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
