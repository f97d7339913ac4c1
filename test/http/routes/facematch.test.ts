import { describe, expect, it } from 'vitest';
import { checkfacePath, facematchPath } from '../../../src/http/routes/facematch/facematch.js';
import { fakeApp, readOnlyKey } from '../../support/fake-app.js';
import { field, file, form, type PartInit } from '../../support/multipart.js';
import { expectConforming } from '../plugins/openapi/conforming.js';

const message = 'request successful.';
const photo = (value: string | Buffer, name = 'file[]'): PartInit => ({ ...file(value), name });

async function matching(env: Record<string, string> = {}) {
  const app = await fakeApp(env);
  const compare = async (parts: PartInit[], path: string = facematchPath, headers = { api_key: readOnlyKey }) => {
    const call = { method: 'POST', path, absolute: true } as const;
    const answer = await app.target.send({ ...call, headers, body: form(...parts) });
    expectConforming(
      { ...call, path: path.replace(/\/$/, '') },
      answer,
      env.HTTP_STATUS === 'mirror' ? 'mirror' : 'business',
    );
    return answer;
  };
  return { ...app, compare };
}

describe.each([facematchPath, checkfacePath, `${facematchPath}/`, `${checkfacePath}/`])('POST %s', (path) => {
  it.each([
    ['one person', 'cos:1', 'cos:0.9', { isMatch: true, similarity: 90, isBothImgIDCard: false }],
    ['at the threshold', 'cos:1', 'cos:0.8', { isMatch: true, similarity: 80, isBothImgIDCard: false }],
    ['two people', 'cos:1', 'cos:0.25', { isMatch: false, similarity: 25, isBothImgIDCard: false }],
    ['a card and a selfie', 'card', 'cos:1', { isMatch: true, similarity: 100, isBothImgIDCard: false }],
    ['two cards', 'card', 'card', { isMatch: true, similarity: 100, isBothImgIDCard: true }],
  ])('%s', async (_what, one, other, { similarity, ...data }) => {
    const { compare } = await matching();
    expect((await compare([photo(one), photo(other)], path)).json).toEqual({
      code: '200',
      data: { ...data, similarity: expect.closeTo(similarity, 4) },
      message,
    });
  });

  it.each([
    ['no face', ['none', 'cos:1'], { code: '407', data: 'No faces detected', reason: 'no-face', photo: 1 }],
    [
      'two faces',
      ['cos:1', 'many'],
      { code: '407', data: 'More than 1 faces detected', reason: 'many-faces', photo: 2 },
    ],
    [
      'no image',
      ['cos:1', 'broken'],
      { code: '408', data: 'Allowed mime types are image/jpeg, image/png', reason: 'image-format', photo: 2 },
    ],
    ['both refused', ['broken', 'none'], { code: '408', reason: 'image-format', photo: 1 }],
    [
      'one photo',
      ['cos:1'],
      { code: '409', data: 'Please upload only 2 images for face check', reason: 'photo-count' },
    ],
    ['three photos', ['cos:1', 'cos:1', 'cos:1'], { code: '409', reason: 'photo-count' }],
    ['ten photos', Array(10).fill('cos:1'), { code: '409', reason: 'photo-count' }],
    ['an empty photo', ['cos:1', ''], { code: '409', reason: 'photo-count' }],
  ])('%s', async (_what, words, reply) => {
    const { compare } = await matching();
    expect(
      (
        await compare(
          words.map((word) => photo(word)),
          path,
        )
      ).json,
    ).toMatchObject({ ...reply, message });
  });
});

it('looks at the quality of the faces with `validate` only', async () => {
  const { compare } = await matching();
  const masked = [photo('masked'), photo('cos:1')];
  expect((await compare(masked)).json.code).toBe('200');
  for (const value of ['true', '1', '"true"'])
    expect((await compare([...masked, field('validate', value)])).json).toEqual({
      data: 'Photo not contains full face, too close; wearing mask, sunglasses or hat',
      code: '406',
      message,
      reason: 'too-close',
      photo: 1,
    });
});

it('takes `file` twice, one of each, and base64', async () => {
  const { compare } = await matching();
  const base64 = field('file[]', Buffer.from('cos:0.9').toString('base64'));
  for (const parts of [
    [photo('cos:1', 'file'), photo('cos:0.9', 'file')],
    [photo('cos:1', 'file'), photo('cos:0.9')],
    [photo('cos:1'), base64],
  ])
    expect((await compare(parts)).json.data).toMatchObject({ isMatch: true });
});

it('asks for a key, in either spelling, and stores nothing', async () => {
  const { compare, gallery } = await matching();
  const two = [photo('cos:1'), photo('cos:1')];
  expect((await compare(two, facematchPath, {} as { api_key: string })).json).toEqual({
    data: 'Missing api_key',
    code: '412',
    message,
    reason: 'missing-api-key',
  });
  const dashed = { 'api-key': readOnlyKey } as unknown as { api_key: string };
  expect((await compare(two, facematchPath, dashed)).json.code).toBe('200');
  expect((await compare(two, facematchPath, { api_key: 'wrong' })).json).toEqual({
    data: 'Unknown api_key',
    code: '401',
    reason: 'unknown-key',
  });
  expect(gallery.people.size + gallery.photos.length).toBe(0);
});

it('mirrors its codes as the HTTP status, and says what is no fault of the photos without its message', async () => {
  const { compare } = await matching({ HTTP_STATUS: 'mirror' });
  expect((await compare([photo('none'), photo('cos:1')])).status).toBe(407);
  expect((await compare([photo('broken'), photo('cos:1')])).status).toBe(408);
  expect((await compare([photo('cos:1')])).status).toBe(409);
  const busy = await compare([photo('busy'), photo('cos:1')]);
  expect(busy.json).not.toHaveProperty('message');
  expect(busy).toMatchObject({ status: 503, json: { reason: 'queue-full' } });
});
