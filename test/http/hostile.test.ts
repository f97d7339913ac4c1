import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { hasInvisible } from '../../src/http/forms/fields.js';
import { decode } from '../../src/vision/decode.js';
import { openGallery } from '../gallery/gallery-fixture.js';
import { fakeApp, listeningFakeApp } from '../support/fake-app.js';
import { FakeWebhooks } from '../support/fake-webhooks.js';
import { FakeAnalyser, faceOf } from '../support/fakes.js';
import { lieInPng } from '../support/image-lies.js';
import { field, file, form, type PartInit } from '../support/multipart.js';

const u1 = [field('id', 'u1'), field('name', 'Mai')];
const vectorOf = (text: string) => JSON.stringify(Array(512).fill(0.5)).replace('0.5', text);

describe('forms', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'n'.repeat(15_000), 'id\u0000', 'ïd'])(
    'a form with a field named %j is read as if the field were not there',
    async (name) => {
      const { post, get } = await fakeApp();
      for (const odd of [field(name, 'x'), { ...file('x'), name }])
        for (const parts of [
          [odd, ...u1],
          [...u1, odd],
        ])
          expect((await post('/create', ...parts)).json).toEqual({ data: 'User created/updated', code: '200' });
      expect((await get('/list')).json.data).toEqual([{ id: 'u1', name: 'Mai' }]);
    },
  );

  it('a form that is cut off behind a field with such a name is refused', async () => {
    const { target } = await fakeApp();
    const whole = form(field('__proto__', 'x'), ...u1);
    for (const cut of [1, 5, 30]) {
      const body = { ...whole, body: whole.body.subarray(0, whole.body.length - 4 - cut) };
      const { json } = await target.send({
        method: 'POST',
        path: '/create',
        headers: { api_key: 'key-of-acme' },
        body,
      });
      expect(json.code).toBe('400');
    }
  });

  it.each<[string, PartInit[], string]>([
    ['100 parts', [...Array.from({ length: 98 }, (_, i) => field(`f${i}`, 'x')), ...u1], '200'],
    ['101 parts', [...Array.from({ length: 99 }, (_, i) => field(`f${i}`, 'x')), ...u1], '400'],
    ['an unknown field of 2 MB', [field('x', 'x'.repeat(2_000_000)), ...u1], '200'],
    ['a name of 1 MB', [field('id', 'u1'), field('name', 'x'.repeat(1_000_000))], '400'],
    ['a file where text is asked for', [{ ...file('u1'), name: 'id' }, field('name', 'Mai')], '200'],
    ['several files', [...u1, file('a'), file('b'), { ...file('c'), name: 'photo' }], '200'],
  ])('with %s are answered', async (_what, parts, code) => {
    const { post } = await fakeApp();
    expect((await post('/create', ...parts)).json.code).toBe(code);
  });

  it('the first of several photos in a form counts', async () => {
    const { post, analyser } = await fakeApp();
    await post('/search', file('cos:0.5'), file('cos:0.6'), field('file', 'cos:0.7'));
    expect(analyser.seen.map(({ image }) => image.toString())).toEqual(['cos:0.5']);
  });
});

describe('ids and names', () => {
  it.each([
    ['control characters', '\u0001\u001b[31m\u007f\u0085'],
    ['line breaks that would make headers', 'a\r\nset-cookie: b=c\r\n\r\n<html>'],
    ['SQL', "'; DROP TABLE users; --"],
    ['paths', '../../../etc/passwd\\..\\%2e%2e/'],
    ['1,024 characters of four bytes', '😀'.repeat(1024)],
    ['marks of direction and of nothing', '\u202eabc\u200b\ufeff\ufffe'],
    ['combining characters, not composed', 'e\u0301'],
    ['the names of objects', '__proto__'],
  ])('ids and names with %s come back exactly from the store', async (_what, text) => {
    const { gallery, directory } = await openGallery();
    const {
      post,
      get,
      delete: remove,
    } = await listeningFakeApp(
      {},
      {
        services: () => ({
          gallery,
          directory,
          analyser: new FakeAnalyser(),
          model: 'm1',
          webhooks: new FakeWebhooks(),
        }),
      },
    );
    const where = field('collection', text);
    // New ids have no characters that nobody sees.
    const id = hasInvisible(text) ? 'u1' : text;
    expect((await post('/create', where, field('id', id), field('name', text))).json.code).toBe('200');
    expect((await post('/add', where, field('id', id), file('cos:1'))).json.code).toBe('200');
    const found = await post('/search', where, file('cos:1'));
    expect(found.json).toMatchObject({ data: { id, name: text }, code: '200' });
    expect(found.headers).not.toHaveProperty('set-cookie');
    expect((await get(`/list?collection=${encodeURIComponent(text)}`)).json.data).toEqual([{ id, name: text }]);
    expect((await remove('/delete', where, field('id', id))).json.code).toBe('200');
  });

  it.each(['%FF', '%', '%zz', 'a%00b', `${'x'.repeat(1025)}`])('the text %s in the query is refused', async (text) => {
    const { get } = await fakeApp();
    const { status, json } = await get(`/list?collection=${text}`);
    expect(status).toBeLessThan(500);
    expect(['200', '400']).toContain(json.code);
  });
});

describe('vectors', () => {
  it.each(['NaN', 'Infinity', '-Infinity', '1e309', '-1e309', '[]', '{}', '""', 'true', '01', '.5', '+1'])(
    'vectors with %s among their numbers are refused',
    async (odd) => {
      const { post } = await fakeApp();
      expect((await post('/search_vector', field('vector', vectorOf(odd)))).json.code).toBe('400');
    },
  );

  it.each(['5e-324', '-0', '1e-310', '1.7976931348623157e308', '0.1000000000000000055511151231257827'])(
    'vectors with %s among their numbers are compared',
    async (odd) => {
      const { post } = await fakeApp();
      await post('/create', ...u1);
      await post('/add_vector', field('id', 'u1'), field('vector', vectorOf(odd)));
      const { json } = await post('/search_vector', field('vector', vectorOf(odd)));
      expect(json).toMatchObject({ data: { id: 'u1' }, code: '200' });
    },
  );

  it.each([
    ['all denormals', JSON.stringify(Array(512).fill(5e-324)), '404'],
    ['a million numbers', `[${'1,'.repeat(999_999)}1]`, '400'],
    ['a hundred thousand brackets', '['.repeat(100_000), '400'],
    ['a length of its own', '{"length":512,"0":1}', '400'],
    ['the vector of a face', JSON.stringify([...faceOf(1)]), '404'],
  ])('a search by a vector of %s answers 404 or 400', async (_what, text, code) => {
    const { post } = await fakeApp();
    expect((await post('/search_vector', field('vector', text))).json.code).toBe(code);
  });
});

describe('images', () => {
  const limits = { minResolution: { width: 640, height: 480 }, maxPixels: 50_000_000 };
  const plain = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'gray' }, limitInputPixels: false });

  it.each<[string, () => Promise<Buffer>, string]>([
    ['1x1', () => plain(1, 1).png().toBuffer(), 'image-resolution'],
    ['30,000 pixels wide and 1 high', () => plain(30_000, 1).png().toBuffer(), 'image-resolution'],
    [
      '30,000 pixels wide and high',
      async () => lieInPng(await plain(1, 1).png().toBuffer(), 30_000, 30_000),
      'image-pixels',
    ],
    [
      'a web page with a photo behind it',
      async () => Buffer.concat([Buffer.from('<html>'), await plain(640, 480).jpeg().toBuffer()]),
      'image-format',
    ],
    ['only a signature', async () => Buffer.from([0xff, 0xd8, 0xff]), 'image-damaged'],
  ])('that are %s are refused', async (_what, make, reason) => {
    await expect(decode(await make(), limits)).rejects.toMatchObject({ errorName: 'BAD_INPUT', reason });
  });

  it('an image with an archive behind it is read as the photo that it is', async () => {
    const polyglot = Buffer.concat([await plain(640, 480).jpeg().toBuffer(), Buffer.from('PK\u0003\u0004<script>')]);
    expect(await decode(polyglot, limits)).toMatchObject({ width: 640, height: 480 });
  });
});
