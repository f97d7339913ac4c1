import { expect, onTestFinished, test, vi } from 'vitest';
import { FaceLikeVectors } from '../../../scripts/bench/face-like-vectors.js';
import { Arena } from '../../../src/vector-index/scan/arena.js';
import { Arenas } from '../../../src/vector-index/scan/arenas.js';
import { ScanIndex } from '../../../src/vector-index/scan/scan-index.js';
import { SieveBoard } from '../../../src/vector-index/scan/sieve-board.js';
import { SieveHelpers } from '../../../src/vector-index/scan/sieve-helpers.js';
import { sieveHelperUrl } from '../../support/compiled-threads.js';
import { batch } from '../batch.js';

/** An arena of 130 pages holds 8,320 faces, which are two chunks. */
const MAX_PAGES = 130;
const FACES = 9000;

const random = new FaceLikeVectors(31);
const vectors = Array.from({ length: FACES }, () => random.person());
const probes = [
  ...vectors.filter((_, i) => i % 900 === 0).map((vector) => random.image(vector)),
  ...Array.from({ length: 10 }, () => random.person()),
];

async function filled(helpers?: SieveHelpers): Promise<ScanIndex> {
  const index = new ScanIndex(new Arenas(MAX_PAGES, helpers));
  index.add(batch(...vectors.map((vector, i): [number, Float32Array] => [i + 1, vector])));
  await index.settled();
  return index;
}

function helpersOf(count: number): SieveHelpers {
  const onTrouble = (trouble: string) => {
    throw new Error(trouble);
  };
  const helpers = new SieveHelpers({ count, from: 0, url: sieveHelperUrl, onTrouble });
  onTestFinished(() => helpers.close());
  return helpers;
}

test('helpers take a part of a search, and nothing but the time changes, whatever is added and removed', async () => {
  const alone = await filled();
  const helpers = helpersOf(2);
  let helped = await filled(helpers);
  const foundBy = vi.spyOn(Arena.prototype, 'foundBy');
  onTestFinished(() => foundBy.mockRestore());
  const byHelpers = () => foundBy.mock.calls.filter(([hand]) => hand > 0).length;
  const expectSame = () => {
    for (const probe of probes) expect(helped.search(probe, 16)).toEqual(alone.search(probe, 16));
  };
  await expect
    .poll(() => {
      expectSame();
      return byHelpers();
    })
    .toBeGreaterThan(10);
  const more = Array.from({ length: 2000 }, (_, i): [number, Float32Array] => [FACES + i + 1, random.person()]);
  for (const index of [alone, helped]) {
    index.remove(Array.from({ length: 900 }, (_, i) => 3 * i + 1));
    index.add(batch(...more));
  }
  foundBy.mockClear();
  await expect
    .poll(() => {
      expectSame();
      return byHelpers();
    })
    .toBeGreaterThan(10);
  await helped.close();
  expect(helped.search(probes[0] as Float32Array, 1)).toEqual([]);
  // With the memory of a collection the helpers are gone; the next one starts others.
  foundBy.mockClear();
  helped = await filled(helpers);
  await expect
    .poll(() => {
      for (const probe of probes) helped.search(probe, 16);
      return byHelpers();
    })
    .toBeGreaterThan(10);
  await alone.close();
  await helped.close();
});

test('what a helper has taken and does not finish is searched without it', async () => {
  const alone = await filled();
  const helpers = helpersOf(0);
  const helped = await filled(helpers);
  const { board } = helpers;
  const claim = board.claim.bind(board);
  let lost = 0;
  vi.spyOn(board, 'claim').mockImplementation(() => {
    // Somebody takes every other chunk, and is interrupted.
    if (claim()) lost++;
    return claim();
  });
  for (const probe of probes) expect(helped.search(probe, 16)).toEqual(alone.search(probe, 16));
  expect(lost).toBeGreaterThan(probes.length);
  await alone.close();
  await helped.close();
});

test('what a helper finishes after its search was over is no result of the next one', () => {
  const board = new SieveBoard();
  const chunk = { arena: 1, pages: 0, faces: 100, first: 0, offset: 0 };
  const aim = { most: 500, length: 128, scale: 0.5 };
  board.post([chunk, { ...chunk, arena: 2 }], aim);
  const late = board.claim();
  expect(late).toMatchObject({ index: 0, chunk, aim });
  board.post([chunk], aim);
  if (late) board.finish(late, 2, 7);
  expect(board.resultOf(0)).toBeUndefined();
  const now = board.claim();
  expect(board.claim()).toBeUndefined();
  if (now) board.finish(now, 1, 3);
  expect(board.resultOf(0)).toEqual({ hand: 1, count: 3 });
});

test('many faces of one person on a page of the sample do not hide the others', async () => {
  const index = new ScanIndex(new Arenas(), { sieveFrom: 900, siftedCandidates: { least: 60, share: 0 } });
  const person = random.person();
  // 40 of 50 wanted faces: a bound by them alone would leave too few.
  const faces = vectors.slice(0, 1500).map((vector, i) => (i < 40 ? random.image(person) : vector));
  index.add(batch(...faces.map((vector, i): [number, Float32Array] => [i + 1, vector])));
  await index.settled();
  const found = index.search(person, 50).map(({ faceId }) => faceId);
  expect(found).toHaveLength(50);
  expect(new Set(found.slice(0, 40))).toEqual(new Set(Array.from({ length: 40 }, (_, i) => i + 1)));
});
