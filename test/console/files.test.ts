import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allReasons } from '../../src/core/errors.js';
import { projectRoot } from '../../src/util/paths.js';
import { calls } from '../http/calls.js';
import { document, endpoints } from '../http/endpoints.js';
import { fakeApp } from '../support/fake-app.js';

const folder = join(projectRoot, 'src', 'console');
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const load = (name: string) => import(join(folder, name)) as Promise<Record<string, unknown>>;

async function get(path: string) {
  const { target } = await fakeApp();
  return target.send({ method: 'GET', path, absolute: true });
}

describe('the files of the console', () => {
  it.each(['/console', '/console/', '/console/index.html'])('%s answers the page, without a key', async (path) => {
    const { status, headers, text } = await get(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/html/);
    expect(text).toBe(read('index.html'));
  });

  it('every file of the console is served, with a policy that allows nothing else', async () => {
    const { target } = await fakeApp();
    for (const name of files) {
      const answer = await target.send({ method: 'GET', path: `/console/${name}`, absolute: true });
      expect(answer.status, name).toBe(200);
      expect(answer.text, name).toBe(read(name));
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it.each(['/console/nothing.js', '/console/../app.ts', '/console/%2e%2e/app.ts', '/console/..%2f..%2fpackage.json'])(
    '%s answers 404',
    async (path) => {
      expect((await get(path)).json).toEqual({ data: 'Unknown route', code: '404', reason: 'unknown-route' });
    },
  );

  it('the files of the console name no other host', () => {
    for (const name of files) {
      const hosts = read(name).match(/https?:\/\/[^\s"']+/g) ?? [];
      expect(
        hosts.filter((host) => host !== 'http://www.w3.org/2000/svg'),
        name,
      ).toEqual([]);
    }
  });

  it('the files of the console never make markup of text', () => {
    for (const name of files)
      expect(read(name), name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  });
});

describe('the bare address', () => {
  it('the bare address leads a browser to the console', async () => {
    const { target } = await fakeApp();
    const headers = { accept: 'text/html,application/xhtml+xml' };
    const answer = await target.send({ method: 'GET', path: '/', absolute: true, headers });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe('/console');
  });
});

describe('the words of the console', () => {
  it('the words of the console are the same in both languages, with the same values in them', async () => {
    const { english, vietnamese } = (await load('words/dictionaries.js')) as Record<string, Record<string, string>>;
    if (!english || !vietnamese) throw new Error('no dictionaries');
    // A topic whose file is not listed, or a name in two files, would be lost without a word.
    for (const language of ['en', 'vi']) {
      const topics = files.filter((name) => name.startsWith(`words/${language}/`));
      const names = (await Promise.all(topics.map(load))).flatMap(({ words }) => Object.keys(words as object));
      expect(names.sort()).toEqual(Object.keys(language === 'en' ? english : vietnamese).sort());
    }
    const values = (text = '') => text.match(/\{\w+\}/g)?.sort() ?? [];
    // The server itself describes the endpoints in English, which stands where Vietnamese has no words for one.
    const [ofEndpoints, others] = [true, false].map((is) =>
      Object.keys(vietnamese).filter((name) => name.startsWith('call.') === is),
    );
    expect(others?.sort()).toEqual(Object.keys(english).sort());
    const names = ['call.facematch', ...calls.map(({ path }) => `call.${path.slice(1)}`)];
    expect(names).toEqual(expect.arrayContaining(ofEndpoints ?? []));
    for (const [name, text] of Object.entries(english)) {
      expect(values(vietnamese[name]), name).toEqual(values(text));
    }
  });
});

describe('the reasons of refusals', () => {
  it('the reasons of refusals have words in both languages, with the same values in them', async () => {
    type Words = Record<string, { short: string; sentence: string }>;
    const photos = (await load('photo-reasons.js')).photoReasons as Record<string, Words>;
    const of = (language: string) =>
      Object.fromEntries(Object.entries(photos).map(([reason, words]) => [reason, words[language]])) as Words;
    const english = { ...of('en'), ...((await load('reasons-en.js')).englishReasons as Words) };
    const vietnamese = { ...of('vi'), ...((await load('reasons-vi.js')).vietnameseReasons as Words) };
    // The console tells two more itself: that the server does not answer, and that the browser cannot read a photo.
    const reasons = [...allReasons().map(({ reason }) => reason as string), 'no-answer', 'no-heic'].sort();
    expect(Object.keys(english).sort()).toEqual(reasons);
    expect(Object.keys(vietnamese).sort()).toEqual(reasons);
    for (const reason of reasons) {
      const [en, vi] = [english[reason], vietnamese[reason]];
      for (const words of [en, vi]) {
        expect(words?.short, reason).toMatch(/^[^.]{2,40}$/);
        expect(words?.sentence, reason).toMatch(/^[A-ZÀ-Ỹ_Đl].*\.$/);
      }
      expect(vi?.sentence, reason).not.toBe(en?.sentence);
      expect(vi?.sentence.includes('{least}'), reason).toBe(en?.sentence.includes('{least}'));
    }
  });
});

describe('the endpoints to try', () => {
  it('the try-out page lists the endpoints that clients call, with the fields of the OpenAPI document', async () => {
    const { endpointsOf } = (await load('endpoints.js')) as {
      endpointsOf: (
        from: unknown,
      ) => { method: string; path: string; name: string; deletes: boolean; fields: { name: string }[] }[];
    };
    const offered = endpointsOf(document);
    const known = endpoints.filter(({ path }) => !path.startsWith('/admin/'));
    expect(offered.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      known.map(({ method, path }) => `${method} ${path}`).sort(),
    );
    expect(offered.map(({ name }) => name)).toEqual(expect.arrayContaining(calls.map(({ path }) => path)));
    const one = (name: string) => offered.find((endpoint) => endpoint.name === name);
    expect(one('/vision/ekyc/facematch/v4')?.fields).toMatchObject([
      { name: 'file[]', kind: 'files' },
      { kind: 'flag' },
    ]);
    expect(one('/search')?.fields).toMatchObject([
      { name: 'collection', kind: 'text', required: false },
      { name: 'file', kind: 'file', required: true },
      { name: 'threshold', kind: 'number', placeholder: 0.85 },
      { name: 'lower_threshold', kind: 'number' },
      { name: 'allow_id_card', kind: 'flag' },
      { name: 'create', kind: 'flag' },
      { name: 'only_largest_face', kind: 'flag' },
      { name: 'disable_validation', kind: 'flag' },
    ]);
    expect(one('/extract_no_crop_from_fm')?.fields).toMatchObject([
      { name: 'file', kind: 'file', required: true },
      { name: 'facematch_version', kind: 'choice', values: ['v3', 'v4', 'none'], inHeader: true },
    ]);
    expect(one('/add_vector')?.fields).toMatchObject([{}, { name: 'id', required: true }, { kind: 'vector' }]);
    expect(one('/list')).toMatchObject({ deletes: false, fields: [{ name: 'collection', inHeader: false }] });
    expect(one('/delete')?.deletes).toBe(true);
  });

  it('the try-out page shows curl commands that a shell reads exactly', async () => {
    const { curlOf } = (await load('endpoints.js')) as { curlOf: (...parts: unknown[]) => string };
    const url = 'http://h/v4/create';
    const fields = [['name', "O'Neil $(rm -rf) @x"]];
    expect(curlOf({ method: 'POST' }, url, fields, {})).toBe(
      `curl -H "api_key: $KEY" --form-string 'name=O'\\''Neil $(rm -rf) @x' http://h/v4/create`,
    );
    const photo = { name: 'my "best" photo.jpg' };
    expect(curlOf({ method: 'DELETE' }, url, [['file', photo]], { facematch_version: 'v4' })).toBe(
      `curl -X DELETE -H "api_key: $KEY" -H 'facematch_version: v4' -F 'file=@"my \\"best\\" photo.jpg"' http://h/v4/create`,
    );
    expect(curlOf({ method: 'GET' }, url, [['collection', 'a&b']], {})).toBe(
      `curl -H "api_key: $KEY" 'http://h/v4/create?collection=a%26b'`,
    );
  });
});
