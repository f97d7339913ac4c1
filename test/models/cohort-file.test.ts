import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shippedCentres } from '../../src/gallery/scoring/shipped-centres.js';
import { readPack } from '../../src/models/choose-pack.js';
import { readCentres } from '../../src/models/cohort-file.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';

async function cohortOf(bytes: Int8Array, centres = bytes.length / 512) {
  const file = join(await temporaryFolder(), 'centres.i8');
  await writeFile(file, bytes);
  return { file, sha256: createHash('sha256').update(bytes).digest('hex'), centres };
}

test('each row is a direction', async () => {
  const bytes = new Int8Array(1024);
  bytes.set([3, -4], 0);
  bytes.set([-128], 1000);
  const centres = await readCentres(await cohortOf(bytes));
  expect([...centres.subarray(0, 3)]).toEqual([Math.fround(0.6), Math.fround(-0.8), 0]);
  expect(centres[1000]).toBe(-1);
});

test('a file that is missing, changed, too long or has an empty row is refused', async () => {
  const good = await cohortOf(new Int8Array(1024).fill(1));
  await expect(readCentres({ ...good, file: `${good.file}.none` })).rejects.toThrow(/Cannot read .*none, the cohort/);
  await expect(readCentres({ ...good, sha256: '0'.repeat(64) })).rejects.toThrow(/SHA-256/);
  await expect(readCentres({ ...good, centres: 3 })).rejects.toThrow('1024 bytes; 3 centres have 1536');
  await expect(readCentres(await cohortOf(new Int8Array(1024)))).rejects.toThrow('no direction');
});

test.each(['default', 'light'])('the pack %s brings 400 centres of length 1', async (pack) => {
  const { calibration } = (await readPack(defaultManifestPath, pack)).embedders.v3.model;
  const centres = await shippedCentres(calibration);
  expect(centres?.vectors).toHaveLength(400 * 512);
  expect(centres?.version).toBe(calibration.cohort?.sha256.slice(0, 16));
  for (let at = 0; at < 400 * 512; at += 512) {
    expect(Math.hypot(...(centres?.vectors.subarray(at, at + 512) ?? []))).toBeCloseTo(1, 5);
  }
});
