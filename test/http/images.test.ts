import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../src/http/forms/base64.js';
import { fakeApp, listeningFakeApp } from '../support/fake-app.js';
import { field, file } from '../support/multipart.js';

const limit = 5 * 1024 * 1024;

/** A photo of an exact size that the fake analyser takes for a face. */
function photo(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 8; i < size; i++) bytes[i] = (i * 31) & 0xff;
  bytes.write('cos:1\0');
  return bytes;
}

const lines = (text: string, length: number, end: string) =>
  (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join(end);

describe('images over a socket', () => {
  it('an image of 5 MiB arrives complete as a file and as base64', async () => {
    const { post, analyser } = await listeningFakeApp();
    const bytes = photo(limit);
    const base64 = bytes.toString('base64');
    for (const part of [
      file(bytes),
      field('file', base64),
      field('file', `data:image/jpeg;base64,${base64}`),
      field('file', `"data:image/jpeg;base64,${lines(base64, 64, '\r\n')}"\r\n`),
      field('file', lines(base64, 76, '\n')),
      field('file', base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')),
    ]) {
      expect((await post('/search', part)).json.code).toBe('404');
      expect(analyser.seen.pop()?.image.equals(bytes)).toBe(true);
    }
  });

  it('an image of 5 MiB and 1 byte is refused, and the connection stays usable', async () => {
    const { post, get, analyser } = await listeningFakeApp();
    const bytes = photo(limit + 1);
    const base64 = bytes.toString('base64');
    for (const part of [
      file(bytes),
      field('file', base64),
      field('file', lines(base64, 76, '\r\n')),
      file(photo(2 * limit)),
      field('file', photo(2 * limit).toString('base64')),
    ]) {
      const { status, json } = await post('/search', part, field('threshold', '0.5'));
      expect(status).toBe(200);
      expect(json).toEqual({ data: 'file must be at most 5 MB (5242880 bytes).', code: '400', reason: 'image-size' });
      expect((await get('/list')).json.code).toBe('200');
    }
    expect(analyser.seen).toEqual([]);
  });

  it('ten searches with images are answered at once', async () => {
    const { post } = await listeningFakeApp();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('/search', file(photo(1_000_000)))));
    expect(answers.map(({ json }) => json.code)).toEqual(Array(10).fill('404'));
  });
});

describe('the form of an image', () => {
  it('an image may be marked as a file by file name or content type', async () => {
    const { post, analyser } = await fakeApp();
    await post('/search', { name: 'file', value: 'cos:1', filename: '' });
    await post('/search', { name: 'file', value: 'cos:1', type: 'image/png' });
    await post('/search', { name: 'file', value: 'cos:1', type: 'application/octet-stream' });
    await post('/search', { name: 'file', value: Buffer.from('cos:1').toString('base64'), type: 'text/plain' });
    expect(analyser.seen.map(({ image }) => image.toString())).toEqual(Array(4).fill('cos:1'));
  });

  it.each(['/search_no_crop', '/extract_no_crop_from_fm'])('an image must be sent as a file in %s', async (path) => {
    const { post } = await fakeApp();
    expect((await post(path, field('file', Buffer.from('cos:1').toString('base64')))).json.code).toBe('400');
    expect((await post(path, file('cos:1'))).json.code).not.toBe('400');
  });

  it.each(['not base64!', 'data:image/jpeg;base64,', 'data:image/jpeg,abcd', 'abcde', 'abcd====', 'ab=cd', 'é'])(
    'an image sent as text is refused when its text is %j',
    async (text) => {
      const { post } = await fakeApp();
      for (const path of ['/search', '/extract_from_fm'])
        expect((await post(path, field('file', text))).json).toMatchObject({ code: '400' });
    },
  );
});

describe('decodeBase64', () => {
  it('decodeBase64 decodes every encoding of every length', () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 89 + length * 7) & 0xff));
      for (const encoding of ['base64', 'base64url'] as const)
        expect(decodeBase64(bytes.toString(encoding))).toEqual(bytes);
      expect(decodeBase64(` \t${lines(bytes.toString('base64'), 3, ' \r\n')}\n`)).toEqual(bytes);
    }
  });
});
