import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { field, file } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { startServer } from '../support/server-process.js';
import { client, httpTarget } from '../support/target.js';
import { tracesIn } from '../support/traces.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

const random = new RandomVectors(41);
const key = 'key-of-acme';

async function start(folder: string) {
  const server = startServer(folder, { API_KEYS: `acme:${key}` });
  onTestFinished(() => void server.child.kill('SIGKILL'));
  return { ...server, ...client(httpTarget(await server.ready()), key) };
}

/** A person with a vector; `says` becomes part of everything that is stored. */
function person(says: string) {
  return { id: `id of ${says}`, name: `Nguyễn ${says}`, vector: random.unit(512) };
}

type Person = ReturnType<typeof person>;
type Client = ReturnType<typeof client>;

const vectorField = ({ vector }: Person) => field('vector', JSON.stringify(Array.from(vector)));

async function enrol({ post }: Client, who: Person, collection = ''): Promise<void> {
  const where = [field('collection', collection), field('id', who.id)];
  expect((await post('/create', ...where, field('name', who.name))).json.code).toBe('200');
  expect((await post('/add_vector', ...where, vectorField(who))).json.code).toBe('200');
}

async function isFound({ post }: Client, who: Person, collection = ''): Promise<boolean> {
  const { json } = await post('/search_vector', field('collection', collection), vectorField(who));
  return json.code === '200';
}

test('what is erased is invisible at once and in no file soon after, while the server runs and after a restart', async () => {
  const folder = await temporaryFolder();
  let server = await start(folder);
  const kept = person('kept Karl');
  const faceless = person('faceless Fay');
  const deleted = person('deleted Dora');
  const inCollection = person('collected Carl');
  const renamed = person('renamed Rosa');
  for (const who of [kept, faceless, deleted, renamed]) await enrol(server, who);
  await enrol(server, inCollection, 'staff of Carl');

  // What follows the end of the image is stored with it, and easy to recognise.
  const mark = Buffer.from('the photo that is to be erased '.repeat(20));
  const image = Buffer.concat([photo('audrey.jpg'), mark]);
  const created = await server.post('/search', file(image), field('create', 'true'));
  const { id: createdId } = created.json.data as { id: string };

  const secrets = new Map<string, string | Float32Array | Buffer>([
    ['vector of delete_faces', faceless.vector],
    ['vector of delete', deleted.vector],
    ['id of delete', deleted.id],
    ['name of delete', deleted.name],
    ['vector of delete_collection', inCollection.vector],
    ['id of delete_collection', inCollection.id],
    ['name of delete_collection', inCollection.name],
    ['name of the collection', 'staff of Carl'],
    ['name before it was changed', renamed.name],
    ['photo', mark],
    ['id of the created user', createdId],
  ]);
  const before = await tracesIn(folder, secrets);
  for (const what of secrets.keys()) expect(before.join()).toContain(what);

  const codes = [
    await server.delete('/delete_faces', field('id', faceless.id)),
    await server.delete('/delete', field('id', deleted.id)),
    await server.delete('/delete', field('id', createdId)),
    await server.delete('/delete_collection', field('collection', 'staff of Carl')),
    await server.post('/create', field('id', renamed.id), field('name', 'Rosa Parks')),
  ].map(({ json }) => json.code);
  expect(codes).toEqual(Array(5).fill('200'));

  const isInvisible = async () => {
    for (const who of [faceless, deleted]) expect(await isFound(server, who)).toBe(false);
    expect(await isFound(server, inCollection, 'staff of Carl')).toBe(false);
    expect((await server.post('/search', file(image))).json.code).toBe('404');
    expect((await server.get('/list')).json.data).toEqual([
      { id: kept.id, name: kept.name },
      { id: faceless.id, name: faceless.name },
      { id: renamed.id, name: 'Rosa Parks' },
    ]);
    expect((await server.get('/list?collection=staff%20of%20Carl')).json.data).toEqual([]);
    expect((await server.post('/add_vector', field('id', deleted.id), vectorField(deleted))).json.code).toBe('404');
    expect((await server.delete('/delete', field('id', deleted.id))).json.code).toBe('404');
  };
  await isInvisible();
  await expect.poll(() => tracesIn(folder, secrets), { timeout: 30_000, interval: 200 }).toEqual([]);

  server.child.kill('SIGKILL');
  await server.exitCode;
  server = await start(folder);
  await isInvisible();
  expect(await tracesIn(folder, secrets)).toEqual([]);
  server.child.kill('SIGTERM');
  await server.exitCode;
  expect(await tracesIn(folder, secrets)).toEqual([]);
  const others = new Map([['kept vector', kept.vector]]);
  expect(await tracesIn(folder, others)).toEqual(['facesearch.sqlite: kept vector']);
});

test('an erasure just before a kill leaves no trace once the server has started again', async () => {
  const folder = await temporaryFolder();
  const first = await start(folder);
  const who = person('hasty Hans');
  await enrol(first, who);
  await first.delete('/delete', field('id', who.id));
  first.child.kill('SIGKILL');
  await first.exitCode;
  const second = await start(folder);
  const secrets = new Map<string, string | Float32Array>([
    ['id', who.id],
    ['name', who.name],
    ['vector', who.vector],
  ]);
  await expect.poll(() => tracesIn(folder, secrets), { timeout: 30_000, interval: 200 }).toEqual([]);
  expect(await isFound(second, who)).toBe(false);
});
