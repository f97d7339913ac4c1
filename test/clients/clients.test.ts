import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FaceSearch, Refusal, verifyWebhook, WebhookSignatureError } from '../../clients/typescript/src/index.js';
import { signatureOf } from '../../src/events/signature.js';
import type { Server } from '../../src/server.js';
import { projectRoot } from '../../src/util/paths.js';
import { endpoints } from '../http/endpoints.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { photo } from '../support/photos.js';
import { realServer } from '../support/real-server.js';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('python3 is not there: the Python client is not tested');

/** Older paths, which new clients have no need of. */
const older = /^\w+ \/dmp\//;
/** What only a person needs, at the console. `collections/delete` wants a name typed twice; programs have `delete_collection`. */
const atTheConsole = /^\w+ \/admin\/v1\/(me|accounts|keys|audit|settings|scales|backups|collections\/delete)\b/;
const documented = endpoints
  .map(({ method, path }) => `${method} ${path}`)
  .filter((each) => !older.test(each) && !atTheConsole.test(each));
const hasFaceMatch = documented.includes('POST /vision/ekyc/facematch/v4');

let server: Server & { key: string };
let url: string;
/** `METHOD /path` of each request that came. */
const asked = new Set<string>();

const bytesOf = (buffer: Buffer) => Uint8Array.from(buffer);
const [anna, ben] = [bytesOf(photo('audrey.jpg')), bytesOf(photo('franck_02045.jpg'))];
const nobody = bytesOf(
  await sharp({ create: { width: 640, height: 480, channels: 3, background: 'gray' } })
    .jpeg()
    .toBuffer(),
);

beforeAll(async () => {
  server = await realServer({ MIN_RESOLUTION: '0', WORKERS: '1' });
  server.app.server.prependListener('request', ({ method, url = '' }: { method: string; url: string }) => {
    const path = url
      .replace(/\?.*$/, '')
      .replace(/(faces|webhooks)\/\d+/, (_, name: string) => `${name}/{${name.slice(0, -1)}}`);
    asked.add(`${method} ${path}`);
  });
  url = await server.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close());

test('the TypeScript client calls every documented endpoint, and reads what comes', async () => {
  const faces = new FaceSearch({ url: `${url}/`, key: server.key });
  asked.clear();
  const where = { collection: 'of TypeScript, ngày' };
  await faces.create({ ...where, id: 'an', name: '"Ân"' });
  await faces.add({ ...where, id: 'an', photo: new Blob([anna]), allowCovered: true });
  expect(await faces.list(where)).toEqual([{ id: 'an', name: '"Ân"' }]);
  const found = { id: 'an', name: '"Ân"', similarity: expect.closeTo(1, 4) };
  expect(await faces.search({ ...where, photo: anna })).toEqual({ outcome: 'match', ...found });
  expect(await faces.search({ ...where, photo: ben })).toEqual({ outcome: 'none' });
  const near = await faces.search({ ...where, photo: ben, threshold: 1, lowerThreshold: 0 });
  expect(near).toMatchObject({ outcome: 'near', id: 'an' });
  const vector = await faces.extract({ photo: anna });
  expect(vector).toHaveLength(512);
  expect(await faces.searchVector({ ...where, vector })).toEqual(found);
  expect(await faces.searchVector({ ...where, vector: vector.map((x) => -x) })).toBeUndefined();
  expect(await faces.extractNoCrop({ photo: anna, version: 'v3' })).toHaveLength(512);
  expect(await faces.searchNoCrop({ ...where, photo: anna, threshold: 0 })).toMatchObject({ id: 'an' });
  expect(await faces.candidates({ ...where, photo: anna, k: 1 })).toMatchObject([{ id: 'an', face: 1 }]);
  expect(await faces.candidates({ ...where, vector })).toHaveLength(1);
  await faces.addVector({ ...where, id: 'an', vector });
  const [, second] = await faces.faces({ ...where, id: 'an' });
  await faces.deleteFace({ ...where, id: 'an', face: second?.face ?? 0 });
  expect(await faces.users({ ...where, search: 'a' })).toMatchObject({ total: 1, users: [{ id: 'an', faces: 1 }] });
  const created = await faces.search({ ...where, photo: ben, create: true });
  if (created.outcome !== 'created') throw new Error(`the outcome was ${created.outcome}`);
  const [kept] = await faces.faces({ ...where, id: created.id });
  const shown = await faces.facePhoto({ ...where, id: created.id, face: kept?.face ?? 0 });
  expect(new Uint8Array(await shown.arrayBuffer())).toEqual(ben);
  expect(await faces.collections()).toContainEqual({ ...where, users: 2, faces: 2 });
  await faces.deleteFaces({ ...where, id: 'an' });
  await faces.delete({ ...where, id: 'an' });
  await faces.deleteCollection(where);

  expect((await faces.status()).permissions).toContain('admin');
  expect((await faces.load()).workers).toBe(1);
  expect((await faces.scale()).meanings).toHaveLength(3);
  expect((await faces.analyse({ photo: anna })).faces).toHaveLength(1);
  const { webhook } = await faces.addWebhook({ url: 'https://example.com/typescript', events: ['match'] });
  expect(await faces.webhooks()).toMatchObject([{ webhook, events: ['match'], dead: 0 }]);
  expect(await faces.retryWebhook(webhook)).toBe(0);
  expect(await faces.deadLetters()).toEqual([]);
  await faces.deleteWebhook(webhook);
  await changePeople(faces);
  await standBeforeACamera(faces);
  if (hasFaceMatch) {
    expect(await faces.compare({ photos: [anna, anna] })).toMatchObject({ isMatch: true, isBothImgIDCard: false });
    expect(await faces.compare({ photos: [anna, ben] })).toMatchObject({ isMatch: false });
  }
  expect(documented.filter((endpoint) => !asked.has(endpoint))).toEqual([]);
});

/** Enrols, names, merges, moves, deletes and lists people, and finds who is there twice. */
async function changePeople(faces: FaceSearch): Promise<void> {
  const { people } = faces;
  const where = { collection: 'people of TypeScript' };
  const an = { ...where, id: 'an', name: 'Ân' };
  expect(await faces.enrol({ ...an, photo: anna })).toMatchObject({
    stored: true,
    face: expect.any(Number),
    finding: null,
  });
  const again = { ...where, id: 'twin', name: 'Twin', photo: anna };
  const finding = { kind: 'known-person', id: 'an' };
  expect(await faces.enrol(again)).toMatchObject({ stored: false, face: null, finding });
  expect(await faces.enrol({ ...again, check: 'off' })).toMatchObject({ stored: true, finding });
  await faces.create({ ...where, id: 'empty', name: 'Nobody yet' });
  const group = await faces.identify({ ...where, photo: anna, k: 1 });
  expect(group.faces).toMatchObject([{ people: [{ similarity: expect.closeTo(1, 4) }] }]);
  expect((await faces.identify({ ...where, photo: ben })).faces).toMatchObject([{ people: [] }]);

  const names: string[] = [];
  for await (const { name } of faces.allUsers({ ...where, sort: 'name', limit: 1 })) names.push(name);
  expect(names).toEqual(['Ân', 'Nobody yet', 'Twin']);
  const first = await faces.users({ ...where, sort: 'newest', limit: 2 });
  expect(first.users.map(({ id }) => id)).toEqual(['empty', 'twin']);
  expect(await faces.users({ ...where, withoutFace: true })).toMatchObject({ total: 1, users: [{ id: 'empty' }] });

  expect((await people.findDuplicates(where)).state).toBe('running');
  await vi.waitFor(async () => expect((await people.duplicates(where)).scan.state).toBe('done'), { timeout: 20_000 });
  const { pairs } = await people.duplicates({ ...where, least: 0.9 });
  expect(pairs.map((pair) => pair.people.map(({ id }) => id).sort())).toEqual([['an', 'twin']]);
  await people.dismiss({ ...where, ids: ['an', 'twin'] });
  expect((await people.duplicates(where)).total).toBe(0);
  expect((await people.duplicates({ ...where, dismissed: true })).total).toBe(1);

  expect(await people.merge({ ...where, id: 'an', from: ['twin'] })).toEqual({ id: 'an', name: 'Ân', faces: 2 });
  await people.rename({ ...where, id: 'an', to: 'an.2' });
  const list = 'id,name,faces\r\nan.2,Ân,2\r\nempty,Nobody yet,0\r\n';
  expect((await (await people.csv(where)).text()).replace(/^\uFEFF/, '')).toBe(list);
  const table = await people.xlsx(where);
  expect(await people.import({ ...where, file: table })).toMatchObject({ unchanged: 2, failed: 0 });
  const change = new TextEncoder().encode('id,name\nan.2,Anna\nnew,New\n');
  const changed = { created: 1, renamed: 1, unchanged: 0, failed: 0 };
  expect(await people.import({ ...where, file: change, check: true })).toMatchObject(changed);
  expect(await people.import({ ...where, file: change })).toMatchObject(changed);

  const { undo, ...deleted } = await people.delete({ ...where, ids: ['new', 'absent'] });
  expect(deleted).toMatchObject({ done: 1, failed: [{ id: 'absent', reason: 'user-not-found' }] });
  expect(await people.restore({ ...where, undo: undo?.token ?? '' })).toEqual({ done: 1, failed: [] });
  const copy = { ...where, ids: ['new'], to: `${where.collection}, copied`, copy: true };
  expect(await people.move(copy)).toEqual({ done: 1, failed: [] });
  expect(await faces.list({ collection: copy.to })).toEqual([{ id: 'new', name: 'New' }]);

  const stranger = await faces.search({ ...where, photo: ben, create: true });
  if (stranger.outcome !== 'created') throw new Error(`the outcome was ${stranger.outcome}`);
  const { groups } = await people.unknown({ ...where, least: 0.9 });
  expect(groups).toMatchObject([{ ids: [stranger.id], faces: 1, portraits: [{ id: stranger.id }] }]);
  const portrait = await faces.facePortrait({ ...where, id: stranger.id, face: groups[0]?.portraits[0]?.face ?? 0 });
  expect(await sharp(await portrait.arrayBuffer()).metadata()).toMatchObject({ format: 'jpeg', height: 160 });
  const ids = groups[0]?.ids ?? [];
  expect(await people.nameUnknown({ ...where, ids, id: 'ben', name: 'Ben' })).toMatchObject({ id: 'ben', faces: 1 });
  expect((await people.unknown(where)).people).toBe(0);
}

/** Is recognised by two looks, and written into the list of the day. */
async function standBeforeACamera({ camera }: FaceSearch): Promise<void> {
  const where = { collection: 'people of TypeScript' };
  const one = await camera.recognise({ ...where, photos: [anna], passage: 'door of TypeScript', looks: 2 });
  expect(one).toMatchObject({ decision: 'look-again', person: null, looks: 1, needed: 2 });
  const more = { ...where, passage: one.passage, looks: 2, attendance: true };
  const known = await camera.recognise({ ...more, photos: [anna] });
  expect(known).toMatchObject({ decision: 'recognised', person: { id: 'an.2', name: 'Anna' }, isNews: true });
  const { day, first = '' } = known.attendance ?? {};
  const lines = [{ id: 'an.2', name: 'Anna', first, last: first }];
  expect(await camera.attendance({ ...where, ...(day && { day }) })).toMatchObject({ day, total: 1, lines });
  expect(await (await camera.attendanceFile(where)).text()).toContain('an.2,Anna,');
  expect(await (await camera.attendanceFile({ ...where, format: 'xlsx' })).text()).toMatch(/^PK/);
}

test('a refusal is an error with code, reason and status', async () => {
  const faces = new FaceSearch({ url, key: server.key });
  const refusal = await faces.search({ photo: nobody }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ code: '407', reason: 'no-face', message: 'No face detected', status: 200 });
  const unknown = new FaceSearch({ url, key: 'wrong' }).status();
  await expect(unknown).rejects.toMatchObject({ code: '401', reason: 'unknown-key', status: 401 });
  await expect(faces.facePhoto({ id: 'nobody', face: 1 })).rejects.toMatchObject({ reason: 'user-not-found' });
});

test('the check of a webhook takes what the server signs, and nothing else', async () => {
  const body = JSON.stringify({ id: '1', type: 'match', time: '', tenant: 'acme', data: { name: 'Ân' } });
  const now = new Date('2027-01-31T08:30:00Z');
  const signature = signatureOf(body, 's', now);
  const given = { secret: 's', signature, body, now };
  expect((await verifyWebhook(given)).data).toEqual({ name: 'Ân' });
  for (const wrong of [{ secret: 'other' }, { body: `${body} ` }, { signature: undefined }, { signature: 't=1' }])
    await expect(verifyWebhook({ ...given, ...wrong })).rejects.toThrow(WebhookSignatureError);
  const later = verifyWebhook({ ...given, now: new Date(now.getTime() + 301_000) });
  await expect(later).rejects.toThrow('too long ago');
});

test.runIf(hasPython)('the Python client calls every documented endpoint, and reads what comes', async () => {
  const folder = await temporaryFolder();
  for (const [name, bytes] of Object.entries({ 'a.jpg': anna, 'b.jpg': ben, 'none.jpg': nobody }))
    writeFileSync(join(folder, name), bytes);
  asked.clear();
  const at = join(projectRoot, 'clients', 'python');
  const env = {
    ...{ PATH: process.env.PATH, PYTHONPATH: at, PYTHONDONTWRITEBYTECODE: '1' },
    ...{ FACESEARCH_URL: url, FACESEARCH_KEY: server.key, PHOTOS: folder },
    ...(hasFaceMatch && { FACEMATCH: '1' }),
  };
  const { stderr } = await promisify(execFile)('python3', ['-m', 'unittest', 'discover', '-s', 'tests', '-v'], {
    cwd: at,
    env,
  });
  expect(stderr).toMatch(/\nOK/);
  expect(documented.filter((endpoint) => !asked.has(endpoint))).toEqual([]);
});

test('the Python client imports the standard library only', () => {
  const folder = join(projectRoot, 'clients', 'python', 'facesearch');
  const own = new Set([
    '__future__',
    'base64',
    'dataclasses',
    'hashlib',
    'hmac',
    'json',
    're',
    'time',
    'typing',
    'urllib',
    'uuid',
  ]);
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.py'))) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, module = ''] of text.matchAll(/^(?:from|import) (\w[\w.]*)/gm))
      expect([...own], `${name} imports ${module}`).toContain(module.split('.')[0]);
  }
});
