import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { FaceSearchClient } from '../../../src/cli/api-client/face-search-client.js';
import { type ShadowServer, shadow } from '../../../src/cli/shadow/shadow.js';
import { shadowBlocks, shadowCsv } from '../../../src/cli/shadow/shadow-report.js';
import { type Answer, verdictOf } from '../../../src/cli/shadow/verdict.js';
import { renderText } from '../../../src/evaluation/report/blocks.js';
import { listeningFakeApp, testKey } from '../../support/fake-app.js';
import { faceOf } from '../../support/fakes.js';

const ref = { tenant: 'acme', collection: '' };
const thresholds = { a: 0.9, b: 0.9 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facesearch-shadow-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** A server with people, each by the cosine of the face. */
async function side(people: Record<string, number>, key = testKey): Promise<ShadowServer> {
  const { gallery, target } = await listeningFakeApp();
  for (const [id, cosine] of Object.entries(people)) {
    await gallery.saveUser(ref, { id, name: id });
    await gallery.addFace(ref, id, faceOf(cosine));
  }
  const server = new FaceSearchClient({ url: `http://127.0.0.1:${target.port}`, key, patience: 30_000 });
  return { server, collection: '', threshold: 0.9 };
}

function run(photos: Record<string, [text: string, owner?: string | null]>, a: ShadowServer, b: ShadowServer) {
  const listed = Object.entries(photos).map(([path, [text, owner]]) => {
    const file = join(folder, path);
    writeFileSync(file, text);
    return { file, path, ...(owner !== undefined && { owner }) };
  });
  const progress: number[][] = [];
  const onProgress = (...numbers: number[]) => progress.push(numbers);
  const running = shadow(listed, { a, b, parallel: 1, stop: new AbortController(), onProgress });
  return running.then((result) => ({ ...result, progress }));
}

// -1, 0 and 1 are far apart; the fake's similarity is the cosine between them.
const people = { a: { an: 1, binh: 0 }, b: { an: 0.99, chi: 0, dung: -1 } };
const probes: Record<string, [string]> = {
  'an.jpg': ['cos:1'],
  'binh.jpg': ['cos:0'],
  'dung.jpg': ['cos:-1'],
  'nobody.jpg': ['cos:-0.6'],
  'none.jpg': ['none'],
};

it('shadow says for each photo how the two replies compare', async () => {
  const { comparisons, failure, progress } = await run(probes, await side(people.a), await side(people.b));
  expect(failure).toBeUndefined();
  expect(comparisons.map(({ photo, verdict }) => [photo, verdict])).toEqual([
    ['an.jpg', 'same person'],
    ['binh.jpg', 'different people'],
    ['dung.jpg', 'found by B only'],
    ['nobody.jpg', 'nobody, both'],
    ['none.jpg', 'refused by both, same code'],
  ]);
  expect(progress.at(-1)).toEqual([5, 2]);

  const text = renderText(shadowBlocks(comparisons, thresholds));
  for (const line of [
    /^= same person +1 +20\.00 % +\d/m,
    /^≠ different people +1 +20\.00 %/m,
    /^≠ found by A only +0 +0\.00 % +0\.00–43\.45 %$/m,
    /^agreement \(=\) +3 +60\.00 %/m,
    /^code +B 200 +B 404 +B 407$/m,
    /^A 200 +2 +0 +0$/m,
    /^A 404 +1 +1 +0$/m,
    /^refused or failed +A +B\n407 no-face +1 +1$/m,
    /^B − A +-0\.010 +-0\.010 +-0\.010 +-0\.010 +-0\.010$/m,
    /^A +5 +\d+ +\d+$/m,
    /^- Different people: binh\.jpg$/m,
    /^- Found by B only: dung\.jpg$/m,
  ])
    expect(text).toMatch(line);
  const lines = shadowCsv(comparisons).split('\r\n');
  expect(lines[0]).toBe(
    '\uFEFFphoto,owner,verdict,a_code,a_id,a_similarity,a_text,a_reason,a_ms,b_code,b_id,b_similarity,b_text,b_reason,b_ms',
  );
  expect(lines[1]).toMatch(/^an\.jpg,,same person,200,an,1\.0000,,,[\d.]+,200,an,0\.9900,,,[\d.]+$/);
  expect(lines[5]).toMatch(/^none\.jpg,,"refused by both, same code",407,,,No face detected,no-face,/);
});

it('shadow says what another threshold of B would change', async () => {
  const b = await side({ an: 0.62 });
  const photos: Record<string, [string]> = { 'an.jpg': ['cos:1'], 'stranger.jpg': ['cos:0'] };
  const { comparisons } = await run(photos, await side({ an: 1 }), b);
  expect(comparisons.map(({ verdict }) => verdict)).toEqual(['found by A only', 'nobody, both']);
  expect(comparisons[0]?.b).toMatchObject({ code: '404', id: 'an', similarity: expect.closeTo(0.62, 3) });
  const text = renderText(shadowBlocks(comparisons, thresholds));
  // The stranger is 0.78 like `an` of B: what is right for one is wrong for the other.
  expect(text).toMatch(
    /^0\.400 +1 +0 +0 +0 +1\n0\.625 +0 +0 +0 +1 +1\n0\.800 +0 +1 +0 +1 +0\n0\.900 ← +0 +1 +0 +1 +0\n\n/m,
  );
  expect(text).toContain(
    '- Found by A only: an.jpg\n- B finds as many as A at 0.9 with a threshold of 0.785; it is 0.9.',
  );
});

it('shadow says which server is right for photos that have owners', async () => {
  const { comparisons } = await run(
    { 'an.jpg': ['cos:1', 'an'], 'binh.jpg': ['cos:0', 'binh'], 'x.jpg': ['cos:-1', null], 'y.jpg': ['none', 'an'] },
    await side({ an: 1, binh: 0 }),
    await side({ an: 1, binh: -1, chi: 0 }),
  );
  const text = renderText(shadowBlocks(comparisons, thresholds));
  expect(text).toMatch(
    /^threshold +A right +A wrong +A missed +A strangers +B right +B wrong +B missed +B strangers$/m,
  );
  // Of three photos of people A finds two, B one and another one wrongly; the photo without a face is missed by both.
  expect(text).toMatch(/^0\.900 ← A ← B +2 +0 +1 +0 +1 +1 +1 +1$/m);
  expect(text).toContain('Of 3 photos of people who are known and 1 of strangers; A refused 1, B 1:');
  expect(text).toContain('- A takes nobody for somebody else above 0.000, and finds 2 rightly there\n');
  expect(text).toContain('- B takes nobody for somebody else above 1.000, and finds 0 rightly there\n');
  expect(shadowCsv(comparisons)).toContain('\r\nbinh.jpg,binh,different people,');
});

it('shadow counts the requests at which one server fails, and continues', async () => {
  const { comparisons, failure } = await run(
    { 'an.jpg': ['cos:1'], 'crash.jpg': ['crash'], 'z.jpg': ['cos:1'] },
    await side({ an: 1 }),
    await side({ an: 1 }),
  );
  expect(failure).toBeUndefined();
  expect(comparisons).toMatchObject([
    { verdict: 'same person' },
    { verdict: 'failed', a: { code: '–', text: 'Internal error' } },
    { verdict: 'same person' },
  ]);
  expect(comparisons[1]?.a).not.toHaveProperty('ms');
}, 30_000);

it('shadow stops at a refused key, and keeps what it has compared', async () => {
  const [good, wrong] = [await side({ an: 1 }), await side({}, 'wrong')];
  expect(await run({ 'an.jpg': ['cos:1'] }, good, wrong)).toMatchObject({
    comparisons: [],
    failure: { name: 'ClientError', message: expect.stringContaining('Unknown api_key') },
  });
});

it.each<[Answer, Answer, ReturnType<typeof verdictOf>]>([
  [{ code: '200', id: 'an' }, { code: '404' }, 'found by A only'],
  [{ code: '407' }, { code: '200', id: 'an' }, 'refused by A only'],
  [{ code: '404' }, { code: '406' }, 'refused by B only'],
  [{ code: '407' }, { code: '406' }, 'refused by both, other code'],
  [{ code: '407' }, { code: '–' }, 'failed'],
])('%o and %o: %s', (a, b, verdict) => {
  expect(verdictOf(a, b)).toBe(verdict);
});
