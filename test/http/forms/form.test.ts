import { describe, expect, it } from 'vitest';
import { fakeApp, testKey } from '../../support/fake-app.js';
import { faceOf } from '../../support/fakes.js';
import { type Form, field, file, form } from '../../support/multipart.js';

const vector = (length = 512) => JSON.stringify(Array.from({ length }, (_, i) => (i === 0 ? 2 : 0)));

describe('form fields', () => {
  it('form fields come in any order, with unknown fields between them', async () => {
    const { post } = await fakeApp();
    await post('/create', field('name', 'Mai'), field('colour', 'red'), field('id', 'u1'));
    const added = await post('/add', file('cos:1'), field('x', ''), field('id', 'u1'));
    expect(added.json).toEqual({ data: 'Add photo success', code: '200' });
  });

  it.each(['true', 'TRUE', 'True', '1', '"true"', ' true '])('a form field takes %j for true', async (text) => {
    const { post } = await fakeApp();
    expect(
      (await post('/search', file('card'), field('allow_id_card', text), field('create', text))).json.data,
    ).toMatchObject({
      new: true,
    });
  });

  it.each(['false', '0', '', 'yes', '2', '"false"'])('a form field takes %j for false', async (text) => {
    const { post } = await fakeApp();
    expect((await post('/search', file('card'), field('allow_id_card', text))).json.code).toBe('410');
  });

  it('a form field loses one pair of double quotes and nothing else', async () => {
    const { post, get } = await fakeApp();
    await post('/create', field('id', '""u1""'), field('name', ' "Mai '));
    expect((await get('/list')).json.data).toEqual([{ id: '"u1"', name: ' "Mai ' }]);
    expect((await get('/list?collection=%22%22')).json.data).toHaveLength(1);
  });

  it('the first of several form fields with one name counts', async () => {
    const { post, get } = await fakeApp();
    await post('/create', field('id', 'first'), field('id', 'second'), field('name', 'Mai'));
    expect((await get('/list')).json.data).toEqual([{ id: 'first', name: 'Mai' }]);
  });

  it.each(['', '""'])('a form field that holds %j counts as missing', async (empty) => {
    const { post } = await fakeApp();
    expect((await post('/create', field('id', empty), field('name', 'Mai'))).json).toEqual({
      data: 'Missing id',
      code: '412',
      reason: 'missing-id',
    });
    expect((await post('/create', field('id', 'u1'), field('name', empty))).json.data).toBe('Missing name');
    expect((await post('/search', file(empty === '' ? '' : '""', ''))).json.data).toBe('Missing file');
    expect((await post('/search', field('file', empty))).json.data).toBe('Missing file');
    expect((await post('/search_vector', field('vector', empty))).json.data).toBe('Missing vector');
  });

  it('ids and names are kept exactly, in any script', async () => {
    const { post, get, delete: remove } = await fakeApp();
    const id = 'Nguyễn/../人 😀\u00a0;"a" ';
    await post('/create', field('id', id), field('name', '\ufeffTrần'), field('collection', 'bộ 1'));
    expect((await get(`/list?collection=${encodeURIComponent('bộ 1')}`)).json.data).toEqual([
      { id, name: '\ufeffTrần' },
    ]);
    expect((await remove('/delete', field('id', id), field('collection', 'bộ 1'))).json.code).toBe('200');
  });

  it('ids and names that no store could keep are refused', async () => {
    const { post, get } = await fakeApp();
    const create = (id: string | Buffer) => post('/create', { name: 'id', value: id }, field('name', 'n'));
    expect((await create('a\0b')).json.code).toBe('400');
    expect((await create('é'.repeat(1025))).json.code).toBe('400');
    expect((await create('😀'.repeat(1024))).json.code).toBe('200');
    expect((await create('x'.repeat(20_000))).json.code).toBe('400');
    expect((await create(Buffer.from([0x61, 0xff]))).json.code).toBe('400');
    expect((await get('/list?collection=a%00b')).json.code).toBe('400');
  });

  it('missing fields are reported before wrong ones', async () => {
    const { post } = await fakeApp();
    expect((await post('/search', field('threshold', '7'))).json.data).toBe('Missing file');
  });
});

describe('thresholds', () => {
  it.each(['-0.1', '1.01', 'NaN', 'Infinity', '0,9', '0x1', 'high', '1e-400x'])('refuse %j', async (threshold) => {
    const { post } = await fakeApp();
    for (const path of ['/search', '/search_no_crop'])
      expect((await post(path, file('cos:1'), field('threshold', threshold))).json.code).toBe('400');
    expect((await post('/search_vector', field('vector', vector()), field('threshold', threshold))).json.code).toBe(
      '400',
    );
    expect((await post('/search', file('cos:1'), field('lower_threshold', threshold))).json.code).toBe('400');
  });

  it.each(['0', '1', '0.5', '.5', '1.', '5e-1', '"0.85"', ''])('the threshold %j is accepted', async (threshold) => {
    const { post } = await fakeApp();
    expect((await post('/search', file('cos:1'), field('threshold', threshold))).json.code).toBe('404');
  });

  it('lower_threshold must be below threshold, also below its default', async () => {
    const { post } = await fakeApp();
    const search = (lower: string, ...more: Parameters<typeof post>[1][]) =>
      post('/search', file('cos:1'), field('lower_threshold', lower), ...more);
    expect((await search('0.85')).json.code).toBe('400');
    expect((await search('0.84')).json.code).toBe('404');
    expect((await search('0.5', field('threshold', '0.4'))).json.code).toBe('400');
  });
});

describe('vectors', () => {
  it.each([
    ['short', vector(511)],
    ['long', vector(513)],
    ['zero', JSON.stringify(Array(512).fill(0))],
    ['infinite', vector().replace('2', '1e999')],
    ['null inside', vector().replace('2', 'null')],
    ['text inside', vector().replace('2', '"2"')],
    ['not JSON', vector().slice(1)],
    ['an object', '{"length":512}'],
    ['nested', `[${vector()}]`],
    ['huge', vector() + ' '.repeat(300_000)],
  ])('a vector that is %s is refused', async (_what, text) => {
    const { post } = await fakeApp();
    await post('/create', field('id', 'u1'), field('name', 'Mai'));
    expect((await post('/add_vector', field('id', 'u1'), field('vector', text))).json.code).toBe('400');
    expect((await post('/search_vector', field('vector', text))).json.code).toBe('400');
  });

  it.each([
    ['plain', vector()],
    ['quoted', `"${vector()}"`],
    ['with white space', `\n ${vector()} \r\n`],
    ['enormous', vector().replace('2', '1e300')],
    ['tiny', vector().replace('2', '1e-300')],
  ])('a vector that is %s is normalised', async (_what, text) => {
    const { post } = await fakeApp();
    await post('/create', field('id', 'u1'), field('name', 'Mai'));
    await post('/add_vector', field('id', 'u1'), field('vector', text));
    const found = await post(
      '/search_vector',
      field('vector', JSON.stringify([...faceOf(1)])),
      field('threshold', '1'),
    );
    expect(found.json).toEqual({ data: { id: 'u1', name: 'Mai', similarity: 1 }, code: '200' });
  });
});

describe('bodies', () => {
  const headers = { api_key: testKey };
  const raw = (type: string, body: string): Form => ({ headers: { 'content-type': type }, body: Buffer.from(body) });

  it('a body of another kind is refused', async () => {
    const { target } = await fakeApp();
    for (const body of [raw('multipart/mixed; boundary=x', '--x--'), raw(';;;', 'id=u1'), raw('text/plain', 'id=u1')]) {
      for (const [method, path] of [['POST', '/create'] as const, ['DELETE', '/delete_collection'] as const]) {
        const { json, status } = await target.send({ method, path, headers, body });
        expect(json).toMatchObject({ code: '415', reason: 'media-type' });
        expect(json.data).toContain('multipart/form-data');
        expect(status).toBe(415);
      }
    }
  });

  it('a request without required fields may have no body', async () => {
    const { target } = await fakeApp();
    expect((await target.send({ method: 'POST', path: '/create', headers })).json.data).toBe('Missing id');
    const empty = { headers: form().headers, body: Buffer.alloc(0) };
    expect((await target.send({ method: 'POST', path: '/create', headers, body: empty })).json.data).toBe('Missing id');
  });

  it.each([
    ['without a boundary', raw('multipart/form-data', 'x')],
    ['cut off in a part', { ...form(file('cos:1')), body: form(file('cos:1')).body.subarray(0, 150) }],
    ['cut off after a part', { ...form(file('cos:1')), body: form(file('cos:1')).body.subarray(0, -40) }],
    ['that are something else', { ...form(), body: Buffer.from('hello') }],
    ['of too many parts', form(...Array.from({ length: 200 }, (_, i) => field(`f${i}`, 'x')))],
  ])('%s are refused', async (_what, body) => {
    const { target } = await fakeApp();
    const { json } = await target.send({ method: 'POST', path: '/search', headers, body });
    expect(json.code).toBe('400');
  });

  it('bodies that careless clients write are read', async () => {
    const { target, post } = await fakeApp();
    await post('/create', field('id', 'u1'), field('name', 'Mai'));
    const boundary = 'Boundary-1F2E=3:4';
    const lines = [
      'preamble',
      `--${boundary}`,
      'Content-Disposition: form-data; name=id',
      'Content-Type: text/plain; charset=UTF-8',
      'Content-Transfer-Encoding: 8bit',
      'Content-Length: 2',
      '',
      'u1',
      `--${boundary}`,
      'content-disposition: form-data; name="file"; filename="a b.jpg"; filename*=UTF-8\'\'a%20b.jpg',
      '',
      'cos:1',
      `--${boundary}--`,
      'epilogue',
    ];
    const type = `Multipart/Form-Data; charset=utf-8; boundary="${boundary}"`;
    const { json } = await target.send({ method: 'POST', path: '/add', headers, body: raw(type, lines.join('\r\n')) });
    expect(json).toEqual({ data: 'Add photo success', code: '200' });
  });
});
