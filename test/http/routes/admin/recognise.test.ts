import { describe, expect, it, vi } from 'vitest';
import { readXlsx } from '../../../../src/http/lists/read-xlsx.js';
import { fakeApp, otherKey, readOnlyKey, testKey } from '../../../support/fake-app.js';
import { field, file } from '../../../support/multipart.js';
import { expectConforming } from '../../plugins/openapi/conforming.js';

const staff = field('collection', 'staff');
const photo = (word: string) => Buffer.from(word).toString('base64');
const passage = 'camera-1-0001';

async function cameraApp(env: Record<string, string> = {}) {
  const app = await fakeApp(env);
  await app.post('/create', staff, field('id', 'u1'), field('name', 'Mai'));
  await app.post('/add', staff, field('id', 'u1'), file('cos:1'));
  app.webhooks.published.length = 0;
  const send = async (words: string[], more: object = {}, key = readOnlyKey) => {
    const json = { collection: 'staff', passage, photos: words.map(photo), ...more };
    const call = {
      method: 'POST',
      path: '/admin/v1/recognise',
      absolute: true,
      headers: { api_key: key },
      body: { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(json)) },
    } as const;
    const answer = await app.target.send(call);
    expectConforming(call, answer, 'business');
    return answer.json;
  };
  const look = async (word: string, more: object = {}, key = readOnlyKey) =>
    (await send([word], more, key)).data as Record<string, unknown>;
  const get = async (path: string, key = testKey) =>
    app.target.send({ method: 'GET', path: `/admin/v1${path}`, absolute: true, headers: { api_key: key } });
  return { ...app, send, look, get };
}

describe('a camera', () => {
  it('decides when enough looks agree, and tells it once', async () => {
    const { look, webhooks } = await cameraApp();
    expect(await look('cos:1')).toMatchObject({ decision: 'look-again', looks: 1, needed: 3, person: null });
    expect(await look('cos:0.95')).toMatchObject({ decision: 'look-again', looks: 2 });
    const person = { id: 'u1', name: 'Mai', similarity: expect.closeTo(0.99, 1) };
    expect(await look('cos:1')).toMatchObject({ decision: 'recognised', isNews: true, person, looks: 3, hint: null });
    expect(await look('cos:1')).toMatchObject({ decision: 'recognised', isNews: false, person });
    expect(webhooks.published).toEqual([
      {
        tenant: 'acme',
        type: 'recognised',
        data: { collection: 'staff', ...person, passage, looks: 3, challenge: false },
      },
    ]);
  });

  it('opens nothing for one bad look of a stranger', async () => {
    const { look, webhooks } = await cameraApp();
    // A search would find u1 in the second picture alone.
    for (const word of ['cos:0.6', 'cos:0.9', 'cos:0.6', 'cos:0.6'])
      expect(await look(word)).not.toMatchObject({ decision: 'recognised' });
    expect(await look('cos:0.6')).toMatchObject({ decision: 'unknown', person: null });
    expect(webhooks.published.map(({ type }) => type)).toEqual(['no_match']);
  });

  it('takes several looks at once, without anything of an earlier passage', async () => {
    const { send } = await cameraApp();
    const several = { looks: 2, passage: undefined };
    expect((await send(['cos:1', 'cos:1'], several)).data).toMatchObject({ decision: 'recognised', looks: 2 });
    expect((await send(['cos:1'], several)).data).toMatchObject({ decision: 'look-again', looks: 1 });
  });

  it('goes on with no passage of another tenant, key or collection', async () => {
    const { look } = await cameraApp();
    await look('cos:1');
    await look('cos:1');
    expect(await look('cos:1', {}, otherKey)).toMatchObject({ decision: 'look-again', looks: 1 });
    expect(await look('cos:1', {}, testKey)).toMatchObject({ decision: 'look-again', looks: 1 });
    expect(await look('cos:1', { collection: '' })).toMatchObject({ decision: 'look-again', looks: 1 });
    expect(await look('cos:1')).toMatchObject({ decision: 'recognised' });
  });

  it('says why a picture does not count, and what to do', async () => {
    const { look } = await cameraApp();
    expect(await look('none')).toMatchObject({
      decision: 'look-again',
      hint: 'no-face',
      face: null,
      refusal: { code: '407', reason: 'no-face' },
    });
    const { look: other, analyser } = await cameraApp();
    vi.spyOn(analyser, 'analysePhoto').mockResolvedValue({
      ...(await analyser.analysePhoto(Buffer.from('none'), {} as never)),
      refusal: { errorName: 'NOT_LIVE', reason: 'not-live' },
    });
    expect(await other('cos:1')).toMatchObject({ decision: 'refused', refusal: { code: '406', reason: 'not-live' } });
  });

  it('asks for signs of life, and decides nothing before they came', async () => {
    const { look } = await cameraApp();
    for (let i = 0; i < 5; i++)
      expect(await look('cos:1', { challenge: true })).toMatchObject({
        decision: 'look-again',
        challenge: { of: 3, done: 0, step: i === 0 ? 'look-here' : expect.stringMatching(/turn|mouth/) },
      });
  });

  it('refuses what is no request of a camera', async () => {
    const { send } = await cameraApp();
    const refused = async (words: string[], more: object = {}) => (await send(words, more)).data;
    expect(await refused([])).toBe('photos must not be empty');
    expect(await refused(Array(6).fill('cos:1'))).toBe('photos must be at most 5');
    expect(await refused(['cos:1'], { looks: 1 })).toBe('looks must be 2 or more');
    expect(await refused(['cos:1'], { passage: 'short' })).toContain('passage must have 8');
    expect(await refused(['broken'])).toContain('image format');
  });
});

describe('the attendance list', () => {
  it('has whom the camera recognised today, where it was asked to', async () => {
    const { look, get } = await cameraApp();
    for (let i = 0; i < 3; i++) await look('cos:1');
    expect((await get('/attendance?collection=staff')).json.data).toMatchObject({ total: 0, timeZone: 'UTC' });
    const { attendance } = await look('cos:1', { attendance: true });
    const { day, first } = attendance as { day: string; first: string };
    expect(day).toBe(new Date().toISOString().slice(0, 10));
    // Not again at once.
    expect(await look('cos:1', { attendance: true })).toMatchObject({ attendance: null });
    expect((await get(`/attendance?collection=staff&day=${day}`)).json.data).toMatchObject({
      total: 1,
      lines: [{ id: 'u1', first, last: first }],
    });
    expect((await get('/attendance', otherKey)).json.data).toMatchObject({ total: 0 });
    expect((await get('/attendance', readOnlyKey)).status).toBe(403);
    expect((await get('/attendance?day=today')).json.data).toContain('must be a day such as');
    const csv = await get('/attendance/file?collection=staff');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.text).toBe(`\uFEFFid,name,first,last\r\nu1,,${first.slice(11, 19)},${first.slice(11, 19)}\r\n`);
  });

  it('has no cell in its file that a spreadsheet would run', async () => {
    const { look, get, post, app } = await cameraApp();
    await post('/create', staff, field('id', '=1+1'), field('name', '@SUM'));
    await post('/add', staff, field('id', '=1+1'), file('cos:0.2'));
    const more = { passage: 'another-passage', attendance: true };
    for (let i = 0; i < 3; i++) await look('cos:0.2', more);
    expect((await get('/attendance/file?collection=staff')).text).toContain("\r\n'=1+1,");
    // In a sheet the cell is a text, to the letter.
    const url = '/admin/v1/attendance/file?collection=staff&format=xlsx';
    const sheet = await app.inject({ url, headers: { api_key: testKey } });
    expect(sheet.headers).toMatchObject({
      'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'content-disposition': expect.stringMatching(/^attachment; filename="attendance-\d{4}-\d\d-\d\d\.xlsx"$/),
    });
    const [head, line] = await readXlsx(sheet.rawPayload);
    expect(head?.cells).toEqual(['id', 'name', 'first', 'last']);
    expect(line?.cells[0]).toBe('=1+1');
    expect((await get('/attendance/file?format=pdf')).json.data).toBe('format must be csv or xlsx');
  });
});
