import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { KeptIndex } from '../../../src/vector-index/graph/kept-index.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { batch } from '../batch.js';
import { RandomVectors } from '../random-vectors.js';

const LENGTH = 64;

async function kept(faces: number) {
  const folder = await temporaryFolder();
  const troubles: string[] = [];
  const settings = { dimensions: LENGTH, kind: 'hnsw' as const, folder, graphFrom: 100 };
  const opened = new KeptIndex(7, 'm1', settings, (trouble) => troubles.push(trouble));
  await opened.open();
  const random = new RandomVectors(23);
  const vectors = Array.from({ length: faces }, () => random.unit(LENGTH));
  opened.add(batch(...vectors.map((vector, i): [number, Float32Array] => [i + 1, vector])));
  await opened.settled();
  const holds = async (vector: Float32Array | undefined) => {
    if (!vector) throw new Error('there is no such vector');
    for (const name of await readdir(folder)) {
      if (
        (await readFile(join(folder, name))).includes(Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength))
      )
        return true;
    }
    return false;
  };
  return { folder, opened, vectors, holds, troubles };
}

test('a snapshot is written after enough changes, not after each', async () => {
  const { folder, opened, vectors } = await kept(2100);
  await opened.saveIfDue();
  const first = (await readdir(folder)).sort();
  expect(first).toHaveLength(2);
  opened.add(batch([9000, new RandomVectors(9).unit(LENGTH)]));
  await opened.settled();
  await opened.saveIfDue();
  expect((await readdir(folder)).sort()).toEqual(first);
  expect(vectors).toHaveLength(2100);
});

test('an erased vector leaves the snapshot within five minutes', async () => {
  const { opened, vectors, holds } = await kept(300);
  await opened.save();
  opened.remove([1]);
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  await opened.saveIfDue();
  vi.advanceTimersByTime(4 * 60_000);
  await opened.saveIfDue();
  expect(await holds(vectors[0])).toBe(true);
  vi.advanceTimersByTime(60_000);
  await opened.saveIfDue();
  expect(await holds(vectors[0])).toBe(false);
  expect(await holds(vectors[1])).toBe(true);
});

test('an erased vector is in no file after a graceful stop', async () => {
  const { opened, vectors, holds, troubles } = await kept(300);
  await opened.save();
  opened.remove([1]);
  await opened.close();
  expect(await holds(vectors[0])).toBe(false);
  expect(await holds(vectors[1])).toBe(true);
  expect(troubles).toEqual([]);
});

test('when the snapshot cannot be renewed after an erasure, the old one goes and that is reported', async () => {
  const { folder, opened, troubles } = await kept(300);
  await opened.save();
  opened.remove([1]);
  vi.spyOn(opened, 'saveTo').mockRejectedValueOnce(new Error('disk full'));
  await opened.close();
  expect(await readdir(folder)).toEqual([]);
  expect(troubles).toEqual([expect.stringContaining('disk full')]);
});
