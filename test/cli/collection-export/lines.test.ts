import { expect, test } from 'vitest';
import { readLines } from '../../../src/cli/collection-export/lines.js';

async function* inChunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(bytes: Buffer, size: number, maxBytes?: number) {
  const lines: [number, string | undefined, number][] = [];
  for await (const { number, text, end } of readLines(inChunks(bytes, size), maxBytes)) lines.push([number, text, end]);
  return lines;
}

test.each([1, 2, 3, 7, 1000])('lines are the same in chunks of %i bytes', async (size) => {
  const text = 'Nguyễn\n\r\nsecond\r\n🧑🏽‍🚀\nlast without end';
  expect(await linesOf(Buffer.from(text), size)).toEqual([
    [1, 'Nguyễn', 9],
    [2, '', 11],
    [3, 'second', 19],
    [4, '🧑🏽‍🚀', 35],
    [5, 'last without end', 51],
  ]);
});

test.each([1, 5, 1000])(
  'a line that is too long has no text, and the next ones have, in chunks of %i bytes',
  async (size) => {
    const bytes = Buffer.from(`ok\n${'x'.repeat(101)}\n${'y'.repeat(100)}\n`);
    expect(await linesOf(bytes, size, 100)).toEqual([
      [1, 'ok', 3],
      [2, undefined, 105],
      [3, 'y'.repeat(100), 206],
    ]);
  },
);

test('a line that is no UTF-8 has no text', async () => {
  const bytes = Buffer.from([0x61, 0x0a, 0xc3, 0x0a, 0x62]);
  expect((await linesOf(bytes, 2)).map(([, text]) => text)).toEqual(['a', undefined, 'b']);
});

test('an empty file has no lines', async () => {
  expect(await linesOf(Buffer.of(), 1)).toEqual([]);
});
