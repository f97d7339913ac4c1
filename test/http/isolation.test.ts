import { describe, expect, it } from 'vitest';
import type { Services } from '../../src/http/services.js';
import { openGallery } from '../gallery/gallery-fixture.js';
import { openDatabaseGallery } from '../gallery/pgvector-gallery-fixture.js';
import { fakeApp, otherKey, testKey } from '../support/fake-app.js';
import { FakeAnalyser, faceOf } from '../support/fakes.js';
import { field, file, form, type PartInit } from '../support/multipart.js';
import { client } from '../support/target.js';
import { useTestDatabase } from '../support/test-database.js';
import { calls } from './calls.js';

const collection = field('collection', 'staff');
const id = field('id', 'u1');
const vector = field('vector', JSON.stringify(Array.from(faceOf(1))));

/** What the other tenant sends: each as telling or as harmful as the call allows. */
const parts: Record<(typeof calls)[number]['path'], PartInit[]> = {
  '/create': [collection, id, field('name', 'Intruder')],
  '/add': [collection, id, file('cos:0.2')],
  '/search': [collection, field('create', 'true'), field('threshold', '0.1'), file('cos:1')],
  '/delete_faces': [collection, id],
  '/delete': [collection, id],
  '/list': [],
  '/delete_collection': [collection],
  '/add_vector': [collection, id, vector],
  '/search_vector': [collection, vector, field('threshold', '0')],
  '/search_no_crop': [collection, file('cos:1'), field('threshold', '0')],
  '/extract_from_fm': [collection, file('cos:1')],
  '/extract_no_crop_from_fm': [collection, file('cos:1')],
};

/** Two tenants in one store, with the same collection and user id; `globex` may lack both. */
async function twoTenants({ gallery, directory }: Pick<Services, 'gallery' | 'directory'>, bothExist: boolean) {
  const services = { gallery, directory, analyser: new FakeAnalyser(), model: 'm1' };
  const { target } = await fakeApp({}, { services: () => services });
  const acme = client(target, testKey);
  const globex = client(target, otherKey);
  await acme.post('/create', collection, id, field('name', 'Secret of acme'));
  await acme.post('/add', collection, id, file('cos:1'));
  if (bothExist) {
    await globex.post('/create', collection, id, field('name', 'Of globex'));
    await globex.post('/add', collection, id, file('cos:0.5'));
  }
  const answersOfAcme = async () => [
    (await acme.get('/list?collection=staff')).json,
    (await acme.post('/search', collection, file('cos:1'))).json,
    (await acme.post('/search_vector', collection, vector)).json,
    // The face of nobody but globex.
    (await acme.post('/search_no_crop', collection, file('cos:0.2'), field('threshold', '0.9'))).json,
  ];
  return { target, answersOfAcme };
}

const database = useTestDatabase();
const onSqlite = () => openGallery();
const onPostgres = () => openDatabaseGallery(database());

describe.each([
  { open: onSqlite, bothExist: true, name: 'SQLite: both have the collection and the user' },
  { open: onSqlite, bothExist: false, name: 'SQLite: only the other tenant has them' },
  { open: onPostgres, bothExist: true, name: 'PostgreSQL: both have the collection and the user' },
  { open: onPostgres, bothExist: false, name: 'PostgreSQL: only the other tenant has them' },
])('$name', ({ open, bothExist }) => {
  it.each(calls)('$method $path of one tenant neither shows nor changes what another has', async ({ method, path }) => {
    const { target, answersOfAcme } = await twoTenants(await open(), bothExist);
    const before = await answersOfAcme();
    expect(before).toMatchObject([
      { data: [{ id: 'u1', name: 'Secret of acme' }] },
      { data: { id: 'u1', similarity: expect.closeTo(1, 5) } },
      { data: { id: 'u1', name: 'Secret of acme' } },
      { code: '404' },
    ]);
    const query = path === '/list' ? '?collection=staff' : '';
    const body = form(...parts[path]);
    const answer = await target.send({ method, path: path + query, headers: { api_key: otherKey }, body });
    expect(answer.text).not.toContain('Secret of acme');
    // What it answers is about its own people: the call did its work.
    if (bothExist) expect(answer.json.code).toBe('200');
    expect(await answersOfAcme()).toEqual(before);
  });
});
