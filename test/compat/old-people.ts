import { expect } from 'vitest';
import { type CompatContents, type CompatPerson, fromBase64 } from '../../scripts/compat/contents.js';
import type { CollectionRef } from '../../src/persistence/people/people-store.js';
import type { Store } from '../../src/persistence/store.js';
import { field } from '../support/multipart.js';
import type { OpenServer } from './old-server.js';

/** Only the very same vector is so similar, whatever the scale. */
const IDENTICAL = '0.999';

const inCollection = ({ collection }: CollectionRef) => `collection=${encodeURIComponent(collection)}`;

/** A key that may do everything. */
function keyOf({ keys }: CompatContents, { tenant }: CollectionRef): string {
  const found = keys.find((key) => key.tenant === tenant && !key.readOnly && !key.end);
  if (!found) throw new Error(`the contents have no key of ${tenant}`);
  return found.key;
}

/** Who has the very same face: the data of the reply, or its code where nobody has. */
async function whoHas(server: OpenServer, key: string, where: CollectionRef, face: string): Promise<unknown> {
  const vector = field('vector', JSON.stringify([...fromBase64(face)]));
  const parts = [field('collection', where.collection), vector, field('threshold', IDENTICAL)];
  const { json } = await server.as(key).post('/search_vector', ...parts);
  return json.code === '200' ? json.data : json.code;
}

/** The reply to a request for the photo of the user's first face. */
async function photoOf(server: OpenServer, key: string, where: CollectionRef, id: string): Promise<Buffer> {
  const query = `${inCollection(where)}&id=${encodeURIComponent(id)}`;
  const get = (path: string) =>
    server.app.inject({ method: 'GET', url: `/admin/v1${path}?${query}`, headers: { api_key: key } });
  const faces = (await get('/faces')).json<{ data: { face: number }[] }>().data;
  return (await get(`/faces/${faces[0]?.face}/photo`)).rawPayload;
}

/** Every key works or is refused as it was. */
export async function expectKeys(server: OpenServer, { keys }: CompatContents): Promise<void> {
  expect(await server.firstKey, 'a key is made only where there has never been one').toBeUndefined();
  for (const { key, readOnly, end } of keys) {
    const { post } = server.as(key);
    // Without their fields neither does anything, whatever the key may do.
    expect((await post('/search_vector')).json.code, `${key} searches`).toBe(end ? '401' : '412');
    expect((await post('/create')).json.code, `${key} creates`).toBe(end ? '401' : readOnly ? '403' : '412');
  }
}

/** Each tenant has its webhooks. */
export async function expectWebhooks(server: OpenServer, contents: CompatContents): Promise<void> {
  const { webhooks = [] } = contents;
  for (const { tenant, url, events } of webhooks) {
    const headers = { api_key: keyOf(contents, { tenant, collection: '' }) };
    const { data } = (await server.app.inject({ url: '/admin/v1/webhooks', headers })).json<{ data: object[] }>();
    expect(data).toContainEqual(expect.objectContaining({ url, events }));
  }
}

/** Who was seen, on each of the days. */
export async function expectAttendance(server: OpenServer, contents: CompatContents): Promise<void> {
  for (const { id, day, at, ...where } of contents.attendance ?? []) {
    const url = `/admin/v1/attendance?${inCollection(where)}&day=${day}`;
    const reply = await server.app.inject({ url, headers: { api_key: keyOf(contents, where) } });
    const { lines } = reply.json<{ data: { lines: { id: string; first: string; last: string }[] } }>().data;
    const line = lines.find((one) => one.id === id);
    expect(line && line.first <= at && at <= line.last, `${id} on ${day}`).toBe(true);
  }
}

/**
 * Everybody is listed, found by each face, and has the photo that was kept.
 * @param digits of the similarity, which is 1 within float32 where embeddings are kept in 32-bit numbers
 */
export async function expectPeople(server: OpenServer, contents: CompatContents, digits = 6): Promise<void> {
  for (const { people, ...where } of contents.collections) {
    const key = keyOf(contents, where);
    const { json } = await server.as(key).get(`/list?${inCollection(where)}`);
    expect(json.data).toEqual(people.map(({ id, name }) => ({ id, name })));
    for (const { id, name, faces, photo, kept } of people) {
      for (const face of new Set(faces)) {
        const found = await whoHas(server, key, where, face);
        expect(found).toEqual({ id, name, similarity: expect.closeTo(1, digits) });
      }
      const whole = photo ?? kept;
      if (whole === undefined) continue;
      expect((await photoOf(server, key, where, id)).toString('base64')).toBe(whole);
    }
  }
}

/** Embeddings of another model wait for their faces. @param faces how many; default: as many as the contents say */
export async function expectStaged({ staged }: Pick<Store, 'staged'>, contents: CompatContents, faces?: number) {
  if (!contents.staged) return;
  expect(await staged.count(contents.staged.model)).toMatchObject({ own: 0, staged: faces ?? contents.staged.faces });
}

/** Photos that lie beside the database: of people whom a search created, and kept ones. */
export function photosOf({ collections }: CompatContents): number {
  return collections.flatMap(({ people }) => people).filter(({ photo, kept }) => photo ?? kept).length;
}

/** As an export has them: it holds no photos that were kept. */
export function withoutKept(contents: CompatContents): CompatContents {
  const collections = contents.collections.map((collection) => ({
    ...collection,
    people: collection.people.map(({ kept, ...person }) => person),
  }));
  return { ...contents, collections };
}

/**
 * Deletes a user's faces, a user and a collection, and adds a face.
 * @returns what is left
 */
export async function changePeople(server: OpenServer, contents: CompatContents): Promise<CompatContents> {
  const collections = contents.collections.map((collection) => ({ ...collection, people: [...collection.people] }));
  const [first, ...others] = collections;
  if (!first) throw new Error('the contents have collections');
  const last = others.filter(({ tenant }) => tenant !== first.tenant).at(-1);

  const [losing] = first.people;
  const added = first.people.find(({ faces }) => faces.length === 0);
  if (!last || !losing || !added) throw new Error('the contents have a second tenant, and a user without a face');
  const { post, delete: remove } = server.as(keyOf(contents, first));
  const collection = field('collection', first.collection);
  await expectSuccess(remove('/delete_faces', collection, field('id', losing.id)));
  for (const face of losing.faces) await expectGone(server, contents, first, face);
  const face = losing.faces[0] ?? '';
  const vector = field('vector', JSON.stringify([...fromBase64(face)]));
  await expectSuccess(post('/add_vector', collection, field('id', added.id), vector));
  first.people = first.people.map((person) => {
    if (person === losing) return { id: person.id, name: person.name, faces: [] };
    return person === added ? { ...person, faces: [face] } : person;
  });

  for (const other of others.filter((each) => each !== last)) await deleteFirst(server, contents, other);

  await expectSuccess(
    server.as(keyOf(contents, last)).delete('/delete_collection', field('collection', last.collection)),
  );
  for (const { faces } of last.people) for (const each of faces) await expectGone(server, contents, last, each);
  last.people = [];
  return { ...contents, collections };
}

async function deleteFirst(
  server: OpenServer,
  contents: CompatContents,
  where: CollectionRef & { people: CompatPerson[] },
): Promise<void> {
  const person = where.people.shift();
  if (!person) throw new Error('the collection has users');
  const key = keyOf(contents, where);
  const parts = [field('collection', where.collection), field('id', person.id)];
  await expectSuccess(server.as(key).delete('/delete', ...parts));
  for (const face of new Set(person.faces)) await expectGone(server, contents, where, face);
}

async function expectGone(server: OpenServer, contents: CompatContents, where: CollectionRef, face: string) {
  expect(await whoHas(server, keyOf(contents, where), where, face)).toBe('404');
}

async function expectSuccess(reply: ReturnType<ReturnType<OpenServer['as']>['post']>): Promise<void> {
  expect((await reply).json).toMatchObject({ code: '200' });
}
