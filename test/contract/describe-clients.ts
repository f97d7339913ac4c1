import { describe, expect, it } from 'vitest';
import { pathOfV2 } from '../../src/http/routes/v2/v2.js';
import { basePath } from '../../src/http/routes/v4/v4.js';
import { field, file, form, type PartInit } from '../support/multipart.js';
import type { Target } from '../support/target.js';
import { photos } from './contract-photos.js';

/** How public clients call: each on both versions, with what it is careless about. */
const clients = [
  { what: 'api_key', headers: (key: string) => ({ api_key: key }), slash: '', extra: [] },
  { what: 'api-key and slashes at the end', headers: (key: string) => ({ 'api-key': key }), slash: '/', extra: [] },
  {
    what: 'fields that no endpoint asks for',
    headers: (key: string) => ({ API_KEY: key }),
    slash: '',
    extra: [field('name', 'Franck'), field('api_key', 'x'), field('threshold', '0.8'), field('create', '')],
  },
];

/** The sequences of calls of public clients, whose successes all have the code "200" and HTTP status 200. */
export function describeClients(open: () => { target: Target; key: string }): void {
  const versions = [
    ['v4', basePath],
    ['v2', pathOfV2],
  ] as const;
  describe.each(versions)('clients of %s', (version, base) => {
    describe.each(clients)('with $what', ({ what, headers, slash, extra }) => {
      const collection = field('collection', `${version} ${what}`);
      const id = field('id', '17');
      const name = field('name', 'Franck');

      const send = async (method: 'POST' | 'DELETE', path: string, ...parts: PartInit[]) => {
        const { target, key } = open();
        // The public samples put the file first.
        const body = form(...parts, collection, ...extra);
        const call = { method, path: base + path + slash, absolute: true, headers: headers(key), body };
        const { status, json } = await target.send(call);
        expect(status).toBe(200);
        return json;
      };
      const list = async () => {
        const { target, key } = open();
        const query = `?collection=${encodeURIComponent(String(collection.value))}`;
        const path = `${base}/list${slash}${query}`;
        return (await target.send({ method: 'GET', path, absolute: true, headers: headers(key) })).json.data;
      };
      const done = (data: string) => ({ data, code: '200' });
      const found = { data: { id: '17', name: 'Franck', similarity: expect.any(Number) }, code: '200' };
      const notFound = { data: 'Not found', code: '404', reason: 'not-found' };

      it('create, add, search, delete', async () => {
        expect(await send('POST', '/create', id, name)).toEqual(done('User created/updated'));
        expect(await send('POST', '/add', file(photos.franck), id)).toEqual(done('Add photo success'));
        expect(await send('POST', '/search', file(photos.franck))).toEqual(found);
        expect(await send('POST', '/search', file(photos.audrey))).toEqual(notFound);
        expect(await list()).toEqual([{ id: '17', name: 'Franck' }]);
        expect(await send('DELETE', '/delete_faces', id)).toEqual(done('User faces deleted'));
        expect(await send('POST', '/search', file(photos.franck))).toEqual(notFound);
        expect(await send('DELETE', '/delete', id)).toEqual(done('User deleted'));
        expect(await send('DELETE', '/delete', id)).toMatchObject({ code: '404', data: 'User not found' });
      });

      it('an edit: delete, create, add', async () => {
        await send('POST', '/create', id, name);
        await send('POST', '/add', id, file(photos.audrey));
        expect(await send('DELETE', '/delete', id)).toEqual(done('User deleted'));
        expect(await send('POST', '/create', id, name)).toEqual(done('User created/updated'));
        expect(await send('POST', '/add', id, file(photos.franck))).toEqual(done('Add photo success'));
        expect(await send('POST', '/search', file(photos.franck))).toEqual(found);
        expect(await send('POST', '/search', file(photos.audrey))).toEqual(notFound);
        expect(await send('DELETE', '/delete_collection')).toEqual(done('Remove collection success'));
        expect(await list()).toEqual([]);
      });
    });
  });

  it('both versions have the same people', async () => {
    const { target, key } = open();
    const call = async (base: string, path: string, ...parts: PartInit[]) => {
      const body = form(field('collection', 'both'), ...parts);
      return (await target.send({ method: 'POST', path: base + path, absolute: true, headers: { api_key: key }, body }))
        .json;
    };
    await call(pathOfV2, '/create', field('id', '1'), field('name', 'Franck'));
    await call(basePath, '/add', field('id', '1'), file(photos.franck));
    const answer = await call(pathOfV2, '/search', file(photos.franck));
    expect(answer).toEqual(await call(basePath, '/search', file(photos.franck)));
    expect(answer.code).toBe('200');
  });
}
