import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { facematchPath } from '../../src/http/routes/facematch/facematch.js';
import { calls } from '../http/calls.js';
import { expectConforming } from '../http/plugins/openapi/conforming.js';
import { field, file, form } from '../support/multipart.js';
import type { Target } from '../support/target.js';
import type { Case, Step } from './contract-case.js';
import { photoCases } from './contract-photo-cases.js';
import { photos } from './contract-photos.js';
import { userCases } from './contract-user-cases.js';
import { describeClients } from './describe-clients.js';

/** The whole contract, on a server with an empty store and a key. */
export function describeContract(name: string, open: () => Promise<{ target: Target; key: string }>): void {
  describe(name, () => {
    let target: Target;
    let key: string;
    let collections = 0;
    beforeAll(async () => {
      ({ target, key } = await open());
    });
    afterAll(() => target?.close());

    const send = async (collection: string, [method, path, ...parts]: Step, headers: Record<string, string>) => {
      const answer = await target.send(
        method === 'GET'
          ? { method, path: `${path}?collection=${encodeURIComponent(collection)}`, headers }
          : { method, path, headers, body: form(...parts, field('collection', collection)) },
      );
      expectConforming({ method, path }, answer);
      return answer;
    };
    const sendOk = async (collection: string, step: Step) => {
      const { json } = await send(collection, step, { api_key: key });
      expect(json).toMatchObject({ code: '200' });
      return json;
    };

    const rows = [...userCases, ...photoCases].map((row) => [row.call[1], row.what, row] as const);
    it.each(rows)('%s: %s', async (_path, _what, { given = [], call, headers, reply }: Case) => {
      const collection = `bộ ${collections++}`;
      for (const step of given) await sendOk(collection, step);
      const { status, json } = await send(collection, call, { api_key: key, ...headers });
      expect(json).toEqual(reply);
      expect(status).toBe(200);
    });

    it.each(calls)('$method $path refuses a missing key and a wrong one', async ({ method, path }) => {
      expect((await send('', [method, path], {})).json).toEqual({
        data: 'Missing api_key',
        code: '412',
        reason: 'missing-api-key',
      });
      expect(await send('', [method, path], { 'api-key': 'wrong' })).toMatchObject({
        status: 401,
        json: { code: '401', reason: 'unknown-key' },
      });
    });

    it('a similarity equal to the threshold is a match, and one below it is not', async () => {
      await sendOk('edge', ['POST', '/create', field('id', 'u1'), field('name', 'Franck')]);
      await sendOk('edge', ['POST', '/add', field('id', 'u1'), file(photos.franck)]);
      const search = (...parts: Parameters<typeof form>) =>
        send('edge', ['POST', '/search', file(photos.franckAgain), ...parts], { api_key: key });
      const { similarity } = (await search(field('threshold', '0'))).json.data as { similarity: number };
      const above = String(similarity + 1e-6);
      expect((await search(field('threshold', String(similarity)))).json.code).toBe('200');
      expect((await search(field('threshold', above))).json).toEqual({
        data: 'Not found',
        code: '404',
        reason: 'not-found',
      });
      expect((await search(field('threshold', above), field('lower_threshold', String(similarity)))).json).toEqual({
        extra_data: { id: 'u1', name: 'Franck', similarity },
        code: '200',
      });
    });

    it('an extracted vector finds its photo, and v4 extracts another vector than v3', async () => {
      const extract = async (version: string) => {
        const step: Step = ['POST', '/extract_from_fm', file(photos.franck)];
        const { json } = await send('', step, { api_key: key, facematch_version: version });
        return JSON.stringify((json.data as { vector: number[] }).vector);
      };
      await sendOk('vectors', ['POST', '/create', field('id', 'u1'), field('name', 'Franck')]);
      await sendOk('vectors', ['POST', '/add', field('id', 'u1'), file(photos.franck)]);
      const v3 = await extract('v3');
      expect(await sendOk('vectors', ['POST', '/search_vector', field('vector', v3)])).toMatchObject({
        data: { id: 'u1', similarity: expect.closeTo(1, 5) },
      });
      expect(await extract('none')).toBe(v3);
      expect(await extract('v4')).not.toBe(v3);
    });

    it('what analyse sees in a photo conforms to the contract', async () => {
      const call = { method: 'POST', path: '/admin/v1/analyse', absolute: true } as const;
      for (const photo of [photos.franck, photos.group, photos.noFace, photos.tooClose, photos.damaged]) {
        const body = Buffer.from(JSON.stringify({ photo: photo.toString('base64') }));
        const headers = { 'content-type': 'application/json' };
        const answer = await target.send({ ...call, headers: { api_key: key }, body: { headers, body } });
        expectConforming(call, answer);
      }
    });

    it('the server answers ten searches at once', async () => {
      await sendOk('ten', ['POST', '/create', field('id', 'u1'), field('name', 'Franck')]);
      await sendOk('ten', ['POST', '/add', field('id', 'u1'), file(photos.franck)]);
      const found = await Promise.all(
        Array.from({ length: 10 }, () => sendOk('ten', ['POST', '/search', file(photos.franckAgain)])),
      );
      for (const { data } of found) expect(data).toMatchObject({ id: 'u1' });
    });

    describeClients(() => ({ target, key }));

    it('face match: one person and two people', async () => {
      const compare = async (...images: Buffer[]) => {
        const body = form(...images.map((image) => ({ ...file(image), name: 'file[]' })));
        const call = { method: 'POST', path: facematchPath, absolute: true } as const;
        const answer = await target.send({ ...call, headers: { api_key: key }, body });
        expectConforming(call, answer);
        return answer.json;
      };
      const same = { isMatch: true, similarity: expect.closeTo(100, 3), isBothImgIDCard: false };
      expect(await compare(photos.franck, photos.franck)).toEqual({
        code: '200',
        data: same,
        message: 'request successful.',
      });
      // A client that forgot the @ of curl sends the name of the file.
      const named = form(field('file[]', '/path/to/file1'), field('file[]', '/path/to/file2'));
      const call = { method: 'POST', path: facematchPath, absolute: true, headers: { api_key: key } } as const;
      expect((await target.send({ ...call, body: named })).json).toMatchObject({ code: '408', reason: 'image-format' });
      expect((await compare(photos.franck, photos.audrey)).data).toMatchObject({ isMatch: false });
      expect(await compare(photos.franck, photos.group)).toMatchObject({ code: '407', reason: 'many-faces', photo: 2 });
      expect(await compare(photos.gif, photos.franck)).toMatchObject({ code: '408', reason: 'image-format', photo: 1 });
    });

    it('the default collection is separate from the others', async () => {
      const headers = { api_key: key };
      const body = form(field('id', 'u0'), field('name', 'Nobody'));
      expect((await target.send({ method: 'POST', path: '/create', headers, body })).json.code).toBe('200');
      const list = await target.send({ method: 'GET', path: '/list/', headers });
      expect(list.json).toEqual({ data: [{ id: 'u0', name: 'Nobody' }], code: '200' });
    });
  });
}
