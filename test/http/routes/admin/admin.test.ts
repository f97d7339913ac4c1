import { describe, expect, it, vi } from 'vitest';
import type { Reason } from '../../../../src/core/errors.js';
import { FollowedScale } from '../../../../src/gallery/own-scale/followed-scale.js';
import { centresOf } from '../../../gallery/describe-scoring.js';
import { openGallery } from '../../../gallery/gallery-fixture.js';
import { ownScaleOf } from '../../../gallery/own-scale/own-scales.js';
import { fakeApp, otherKey, readOnlyKey, testKey } from '../../../support/fake-app.js';
import { FakeWebhooks } from '../../../support/fake-webhooks.js';
import { FakeAnalyser, faceOf } from '../../../support/fakes.js';
import { field, file } from '../../../support/multipart.js';
import type { Answer, Call } from '../../../support/target.js';
import { expectConforming } from '../../plugins/openapi/conforming.js';

const staff = field('collection', 'staff');

/** A real gallery behind the app, with users u1 (two faces) and u2 (one face) in the collection staff of acme. */
async function adminApp(env: Record<string, string> = {}, scale?: FollowedScale) {
  const { gallery, directory, store } = await openGallery();
  const services = {
    gallery,
    directory,
    analyser: new FakeAnalyser(),
    model: 'm1',
    webhooks: new FakeWebhooks(),
    scale,
  };
  const app = await fakeApp(env, { services: () => services });
  for (const [id, name, cosines] of [
    ['u1', 'Nguyễn Văn Đức', [1, 0.9]],
    ['u2', '<img src=x onerror=alert(1)>', [0.7]],
  ] as const) {
    await app.post('/create', staff, field('id', id), field('name', name));
    for (const cosine of cosines) await app.post('/add', staff, field('id', id), file(`cos:${cosine}`));
  }
  const send = async (method: Call['method'], path: string, body?: unknown, key = testKey): Promise<Answer> => {
    const call: Call = {
      method,
      path: `/admin/v1${path}`,
      absolute: true,
      headers: { api_key: key },
      ...(body !== undefined && {
        body: {
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
        },
      }),
    };
    const answer = await app.target.send(call);
    expectConforming(call, answer, env.HTTP_STATUS === 'mirror' ? 'mirror' : 'business');
    return answer;
  };
  const data = async (...call: Parameters<typeof send>) => (await send(...call)).json.data;
  return { ...app, gallery, directory, store, send, data };
}

const photo = (word: string) => Buffer.from(word).toString('base64');

describe('what is there', () => {
  it("the admin API lists collections with counts, of the key's tenant only", async () => {
    const { data } = await adminApp();
    expect(await data('GET', '/collections')).toEqual([{ collection: 'staff', users: 2, faces: 3 }]);
    expect(await data('GET', '/collections', undefined, otherKey)).toEqual([]);
  });

  it.each([
    ['', 2, ['u1', 'u2']],
    ['&search=U2', 1, ['u2']],
    ['&search=duc', 1, ['u1']],
    ['&search=VĂN', 1, ['u1']],
    ['&search=%3Cimg', 1, ['u2']],
    ['&search=nobody', 0, []],
    ['&limit=1', 2, ['u1']],
    ['&limit=1&offset=1', 2, ['u2']],
    ['&offset=2', 2, []],
  ])('the admin API pages and searches users by id and name: %s', async (query, total, ids) => {
    const { data } = await adminApp();
    const page = (await data('GET', `/users?collection=staff${query}`)) as { total: number; users: { id: string }[] };
    expect(page.total).toBe(total);
    expect(page.users.map(({ id }) => id)).toEqual(ids);
  });

  it('the admin API sorts users, leaves out those with a face, and goes on by an opaque cursor', async () => {
    const { data, gallery } = await adminApp();
    for (const [id, name] of [
      ['u4', 'Ân'],
      ['u3', 'bình'],
    ] as const)
      await gallery.saveUser({ tenant: 'acme', collection: 'staff' }, { id, name });
    const list = async (query: string) => {
      const seen: string[] = [];
      for (let cursor = ''; ; ) {
        const path = `/users?collection=staff&limit=1${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
        const page = (await data('GET', path)) as { users: { id: string }[]; next?: string };
        seen.push(...page.users.map(({ id }) => id));
        if (page.next === undefined) return seen;
        cursor = page.next;
      }
    };
    expect(await list('')).toEqual(['u1', 'u2', 'u4', 'u3']);
    expect(await list('&sort=newest')).toEqual(['u3', 'u4', 'u2', 'u1']);
    expect(await list('&sort=id')).toEqual(['u1', 'u2', 'u3', 'u4']);
    expect((await list('&sort=name')).slice(1)).toEqual(['u4', 'u3', 'u1']);
    expect(await list('&without_face=true&sort=id')).toEqual(['u3', 'u4']);
    expect(await list('&without_face=1&search=B%C3%ACnh')).toEqual(['u3']);
  });

  it('the admin API counts the faces of each user', async () => {
    const { data } = await adminApp();
    expect(await data('GET', '/users?collection=staff')).toMatchObject({
      users: [
        { id: 'u1', name: 'Nguyễn Văn Đức', faces: 2 },
        { id: 'u2', faces: 1 },
      ],
    });
  });

  it('the admin API lists the faces of a user', async () => {
    const { data } = await adminApp();
    expect(await data('GET', '/faces?collection=staff&id=u1')).toEqual([
      { face: 1, model: 'm1', created: expect.stringMatching(/^\d{4}-.*Z$/), hasPhoto: false },
      { face: 2, model: 'm1', created: expect.any(String), hasPhoto: false },
    ]);
  });

  it('the admin API says whose key it is and what the server is', async () => {
    const { data } = await adminApp({ SIMILARITY: 'cosine' });
    expect(await data('GET', '/status', undefined, readOnlyKey)).toMatchObject({
      tenant: 'acme',
      readOnly: true,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      model: 'm1',
      similarity: 'cosine',
    });
  });
});

describe('the scale', () => {
  it('a scale that nobody has measured is told as provisional, also at /ready', async () => {
    const { store } = await openGallery();
    const points = [
      { cosine: -1, similarity: 0 },
      { cosine: 1, similarity: 1 },
    ];
    const scale = new FollowedScale({
      scales: store.scales,
      model: 'm1',
      calibration: { points, provisional: 'nobody measured it' },
      centres: undefined,
      logger: { info: vi.fn(), warn: vi.fn() },
    });
    const { data, target } = await adminApp({}, scale);
    expect(await data('GET', '/scale')).toMatchObject({ origin: 'provisional', madeAt: null });
    const ready = () => target.send({ method: 'GET', path: '/ready', absolute: true });
    expect((await ready()).json).toEqual({ data: 'ready', code: '200', scale: 'provisional' });
    await store.scales.add({ model: 'm1', data: JSON.stringify(ownScaleOf(0.3, 'none')) });
    await scale.refresh();
    expect((await ready()).json).toEqual({ data: 'ready', code: '200' });
  });

  it("the scale is the pack's until one of the gallery is written, and reveals no numbers of people", async () => {
    const { store } = await openGallery();
    const centres = centresOf(1);
    const points = [
      { score: -1, similarity: 0 },
      { score: 0.25, similarity: 0.8 },
      { score: 1, similarity: 1 },
    ];
    const scale = new FollowedScale({
      scales: store.scales,
      model: 'm1',
      calibration: { points: [], scorePoints: points },
      centres,
      logger: { info: vi.fn(), warn: vi.fn() },
    });
    const { data } = await adminApp({}, scale);
    const pack = { origin: 'pack', madeAt: null, points };
    expect(await data('GET', '/scale', undefined, readOnlyKey)).toEqual({
      ...pack,
      meanings: [
        { similarity: 0.8, rate: 1e-4, isExtrapolated: null },
        { similarity: 0.85, rate: 1e-5, isExtrapolated: null },
        { similarity: 0.9, rate: 1e-6, isExtrapolated: null },
      ],
    });
    const own = ownScaleOf(0.3, centres.version);
    await store.scales.add({ model: 'm1', data: JSON.stringify(own) });
    await scale.refresh();
    const [written] = await store.scales.list();
    expect(await data('GET', '/scale')).toEqual({
      origin: 'gallery',
      madeAt: written?.madeAt.toISOString(),
      points: own.points,
      meanings: [
        { similarity: 0.8, rate: 1e-4, isExtrapolated: true },
        { similarity: 0.85, rate: 1e-5, isExtrapolated: true },
        { similarity: 0.9, rate: 1e-6, isExtrapolated: true },
      ],
    });
  });

  it('there is no scale when similarities are cosines', async () => {
    const { data } = await adminApp();
    expect(await data('GET', '/scale')).toEqual({ origin: 'cosine', madeAt: null, points: [], meanings: [] });
  });
});

describe('the load', () => {
  it("load counts the requests of the key's tenant by code and reason, but not those that only watch", async () => {
    const { data, post, send } = await adminApp();
    await post('/search', staff, file('masked'));
    await post('/search', file('none'));
    await send('POST', '/candidates', { photo: photo('cos:1') });
    await send('POST', '/analyse', { photo: photo('masked') });
    await data('GET', '/collections');
    expect(await data('GET', '/load', undefined, readOnlyKey)).toEqual({
      queued: 0,
      workers: 1,
      loopDelay: expect.any(Number),
      memory: expect.any(Number),
      requests: { 200: 7, 406: 1, 407: 1 },
      refusals: { 'too-close': 2, 'no-face': 1 },
    });
    expect(await data('GET', '/load', undefined, otherKey)).toMatchObject({ requests: {}, refusals: {} });
  });

  it('load rounds memory up, and counts the photos that wait', async () => {
    const { data, gallery, directory } = await adminApp();
    const { memory } = (await data('GET', '/load')) as { memory: number };
    expect(memory % (32 * 1024 * 1024)).toBe(0);
    const analyser = new FakeAnalyser();
    analyser.queued = 3;
    const busy = await fakeApp(
      {},
      { services: () => ({ gallery, directory, analyser, model: 'm1', webhooks: new FakeWebhooks() }) },
    );
    const call = { method: 'GET', path: '/admin/v1/load', absolute: true, headers: { api_key: testKey } } as const;
    expect((await busy.target.send(call)).json.data).toMatchObject({ queued: 3 });
  });
});

describe('single faces', () => {
  it('a deleted face is not found by searches any more', async () => {
    const { send, data, post } = await adminApp();
    expect((await send('DELETE', '/faces/1?collection=staff&id=u1')).json).toEqual({
      data: 'Face deleted',
      code: '200',
    });
    expect(await data('GET', '/faces?collection=staff&id=u1')).toHaveLength(1);
    expect((await post('/search', staff, file('cos:1'))).json.data).toMatchObject({ similarity: expect.closeTo(0.9) });
    expect((await send('DELETE', '/faces/1?collection=staff&id=u1')).json).toEqual({
      data: 'Face not found',
      code: '404',
      reason: 'face-not-found',
    });
  });

  it.each(['/faces/3?collection=staff&id=u1', '/faces/1?collection=other&id=u1', '/faces/1?id=u1'])(
    'deleting a face leaves the face of another user or collection alone: %s',
    async (path) => {
      const { send, data } = await adminApp();
      expect((await send('DELETE', path)).json.code).toBe('404');
      expect(await data('GET', '/collections')).toEqual([{ collection: 'staff', users: 2, faces: 3 }]);
    },
  );

  it('the admin API answers the photo of a face that was kept', async () => {
    const { send, data, post, target } = await adminApp();
    const image = `cos:0.1\0${'x'.repeat(50)}`;
    const created = await post('/search', staff, field('create', 'true'), file(image));
    const { id } = created.json.data as { id: string };
    const [face] = (await data('GET', `/faces?collection=staff&id=${id}`)) as { face: number; hasPhoto: boolean }[];
    expect(face?.hasPhoto).toBe(true);
    const path = `/faces/${face?.face}/photo?collection=staff&id=${id}`;
    const answer = await send('GET', path);
    expect(answer.headers['content-type']).toBe('image/jpeg');
    expect(answer.text).toBe(image);
    expect((await send('GET', path, undefined, otherKey)).json.data).toBe('User not found');
    expect((await send('GET', '/faces/1/photo?collection=staff&id=u1')).json.data).toBe(
      'No photo of this face was kept',
    );
    expect((await target.send({ method: 'GET', path: `/admin/v1${path}`, absolute: true })).json.code).toBe('412');
  });
});

describe('candidates', () => {
  it('candidates names each of the k most similar users once, with the best face', async () => {
    const { data } = await adminApp();
    const all = await data('POST', '/candidates', { collection: 'staff', photo: photo('cos:1') });
    expect(all).toEqual([
      { id: 'u1', name: 'Nguyễn Văn Đức', face: 1, similarity: expect.closeTo(1, 5) },
      { id: 'u2', name: '<img src=x onerror=alert(1)>', face: 3, similarity: expect.closeTo(0.7, 5) },
    ]);
    const vector = Array.from(faceOf(0.9));
    expect(await data('POST', '/candidates', { collection: 'staff', vector, k: 1 })).toMatchObject([
      { id: 'u1', face: 2 },
    ]);
    expect(await data('POST', '/candidates', { collection: 'unknown', vector })).toEqual([]);
    expect(await data('POST', '/candidates', { collection: 'staff', vector }, otherKey)).toEqual([]);
  });

  it('candidates refuses what a search refuses', async () => {
    const { send } = await adminApp();
    expect((await send('POST', '/candidates', { photo: photo('masked') })).json).toEqual({
      data: 'Photo not contains full face, too close; wearing mask, sunglasses or hat',
      code: '406',
      reason: 'too-close',
    });
    const accepted = await send('POST', '/candidates', { photo: photo('masked'), disable_validation: true });
    expect(accepted.json.code).toBe('200');
  });
});

describe('analyse', () => {
  it('analyse reports the refusal that an endpoint would answer', async () => {
    const { data } = await adminApp();
    expect(await data('POST', '/analyse', { photo: photo('card') })).toMatchObject({
      width: 640,
      refusal: { code: '410', data: 'Photo is id card', reason: 'id-card' },
    });
    expect(await data('POST', '/analyse', { photo: photo('card'), allow_id_card: true })).toMatchObject({
      refusal: null,
    });
  });

  it.each([
    ['on', null],
    ['off', 'mask'],
  ])('says whether a face may be added that looks covered, ALLOW_COVERED %s', async (setting, reason) => {
    const { data } = await adminApp({ ALLOW_COVERED: setting });
    expect(await data('GET', '/status')).toMatchObject({ allowCovered: setting === 'on' });
    const refused = { refusal: { code: '406', reason: 'mask' } };
    expect(await data('POST', '/analyse', { photo: photo('beard') })).toMatchObject(refused);
    const asked = await data('POST', '/analyse', { photo: photo('beard'), allow_covered: true });
    expect(asked).toMatchObject(reason ? refused : { refusal: null });
  });
});

describe('wrong requests', () => {
  it.each([
    ['GET', '/users?limit=0', undefined, 'limit must be 1 or more'],
    ['GET', '/users?limit=201', undefined, 'limit must be at most 200'],
    ['GET', '/users?offset=x', undefined, 'offset must be a whole number'],
    ['GET', '/users?sort=age', undefined, 'sort must be one of created, newest, id, name'],
    ['GET', '/users?without_face=perhaps', undefined, 'without_face must be true or false'],
    ['GET', '/users?cursor=abc', undefined, 'cursor must be `next` of a page in the same order'],
    // Of the order of ids.
    ['GET', '/users?cursor=WyJpZCIsMSwiYSJd', undefined, 'cursor must be `next` of a page in the same order'],
    ['GET', '/users?collection=a&collection=b', undefined, 'collection must be one text'],
    ['GET', '/faces', undefined, 'id must be one text'],
    ['GET', '/faces?id=', undefined, 'id must not be empty'],
    ['GET', '/faces?id=a%00b', undefined, 'id must have at most 1,024 characters and no NUL'],
    ['DELETE', '/faces/x?id=u1', undefined, 'face must be a whole number'],
    ['POST', '/candidates', {}, 'Send either photo or vector.', 'photo-or-vector'],
    ['POST', '/candidates', { photo: '!' }, 'photo must be an image file or its bytes in base64.', 'image-base64'],
    ['POST', '/candidates', { vector: [1, 2] }, 'vector must have 512 numbers'],
    [
      'POST',
      '/candidates',
      { vector: Array(512).fill(0) },
      /^vector must be a JSON array of 512 finite numbers/,
      'vector-format',
    ],
    ['POST', '/candidates', { photo: ['AAAA'] }, 'photo must be one text'],
    ['POST', '/candidates', { photo: 'AAAA', k: 51 }, 'k must be at most 50'],
    ['POST', '/candidates', { photo: 'AAAA', k: 1.5 }, 'k must be a whole number'],
    ['POST', '/analyse', {}, 'photo must be one text'],
    ['POST', '/analyse', [], /./],
    ['POST', '/analyse', '{', 'The body must be JSON.', 'json-malformed'],
  ] as const)('%s %s answers 400', async (method, path, body, text, reason: Reason = 'field-value') => {
    const { send } = await adminApp();
    const { json } = await send(method, path, body);
    expect(json).toEqual({
      data: typeof text === 'string' ? text : expect.stringMatching(text),
      code: '400',
      reason,
    });
  });

  it('a body that is no JSON answers 400, also as the HTTP status with HTTP_STATUS=mirror', async () => {
    for (const [mode, status] of [
      ['business', 200],
      ['mirror', 400],
    ] as const) {
      const { send, target } = await adminApp({ HTTP_STATUS: mode });
      expect((await send('POST', '/analyse', '{')).status).toBe(status);
      const call = { method: 'POST', path: '/admin/v1/analyse', absolute: true } as const;
      const headers = { api_key: testKey, 'content-type': 'text/plain' };
      const answer = await target.send({ ...call, headers, body: { headers: {}, body: Buffer.from('photo') } });
      expectConforming(call, answer, mode);
      expect(answer.json.data).toBe('The body must be JSON, sent as application/json.');
    }
  });

  it('the admin API needs a key, and one that may read', async () => {
    const { send } = await adminApp();
    expect((await send('GET', '/collections', undefined, 'wrong')).status).toBe(401);
    const paths = ['/collections', '/users', '/faces?id=u1', '/faces/1/photo?id=u1'];
    for (const path of paths) expect((await send('GET', path, undefined, readOnlyKey)).status, path).toBe(403);
    expect((await send('DELETE', '/faces/1?id=u1', undefined, readOnlyKey)).status).toBe(403);
    const photoOfFace = { collection: 'staff', photo: photo('cos:1') };
    expect((await send('POST', '/candidates', photoOfFace, readOnlyKey)).json.code).toBe('200');
    expect((await send('POST', '/analyse', photoOfFace, readOnlyKey)).json.code).toBe('200');
  });

  it('requests to the admin API count against the limit of the key', async () => {
    const { send } = await adminApp({ RATE_LIMIT: '8/min' });
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push((await send('GET', '/status')).json.code);
    expect(codes.at(-1)).toBe('429');
  });
});
