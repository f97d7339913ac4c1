import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCalibration } from '../../src/evaluation/calibration/write-calibration.js';
import { readPack } from '../../src/models/choose-pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { tinyPack } from '../models/tiny-pack.js';

const calibration = {
  madeFrom: 'a "test" \\ of two lines',
  cohort: { file: 'cohorts/some.i8', sha256: '0'.repeat(64), centres: 400 },
  identicalFrom: 0.95,
  photosSlope: 0.02,
  scorePoints: [
    { score: -0.5, similarity: 0 },
    { score: 0.3, similarity: 0.8 },
  ],
  points: [
    { cosine: -1, similarity: 0 },
    { cosine: 0.1234, similarity: 0.65 },
    { cosine: 1, similarity: 1 },
  ],
};

const read = async (manifestPath: string) => (await readPack(manifestPath, 'tiny')).embedders.v3.model.calibration;

/** With the path of the cohort as a pack has it. */
const asRead = (manifestPath: string) => ({
  ...calibration,
  cohort: { ...calibration.cohort, file: join(dirname(manifestPath), calibration.cohort.file) },
});

test('a calibration is written into the file that the manifest names, and nothing else changes', async () => {
  const { manifestPath } = await tinyPack((manifest) => {
    Object.assign(manifest.models.embedder, { calibration: 'scales/of-embedder.json' });
  });
  const manifest = await readFile(manifestPath, 'utf8');
  await expect(read(manifestPath)).rejects.toThrow(/Cannot read the calibration .*scales\/of-embedder\.json/);
  const file = await writeCalibration(manifestPath, 'embedder', calibration);
  expect(file).toBe(join(manifestPath, '..', 'scales', 'of-embedder.json'));
  expect(await read(manifestPath)).toEqual(asRead(manifestPath));
  expect(await readFile(manifestPath, 'utf8')).toBe(manifest);
});

test('a calibration inside a manifest is read, and moves to a file of its own when it is written', async () => {
  const { manifestPath } = await tinyPack();
  const before = JSON.parse(await readFile(manifestPath, 'utf8'));
  expect(await read(manifestPath)).toEqual(before.models.embedder.calibration);
  await writeCalibration(manifestPath, 'embedder', calibration);
  expect(await read(manifestPath)).toEqual(asRead(manifestPath));
  before.models.embedder.calibration = 'calibration/embedder.json';
  expect(JSON.parse(await readFile(manifestPath, 'utf8'))).toEqual(before);
});

test('a scale that does not rise, and one of an unknown model, are not written', async () => {
  const { manifestPath } = await tinyPack();
  const folder = join(manifestPath, '..');
  const [manifest, files] = [await readFile(manifestPath, 'utf8'), await readdir(folder)];
  const falling = { ...calibration, points: [...calibration.points].reverse() };
  await expect(writeCalibration(manifestPath, 'embedder', falling)).rejects.toThrow('must rise strictly');
  for (const name of ['detector', 'nothing', 'constructor'])
    await expect(writeCalibration(manifestPath, name, calibration)).rejects.toThrow(`has no embedder "${name}"`);
  expect(await readFile(manifestPath, 'utf8')).toBe(manifest);
  expect(await readdir(folder)).toEqual(files);
});

test('a calibration file with a mistake is named with what is wrong in it', async () => {
  const { manifestPath } = await tinyPack();
  const file = await writeCalibration(manifestPath, 'embedder', calibration);
  await writeFile(file, JSON.stringify({ ...calibration, point: [] }));
  await expect(read(manifestPath)).rejects.toThrow(/Invalid calibration .*embedder\.json:[\s\S]*"point"/);
});

test("the project's manifest names a calibration file for each of its embedders", async () => {
  const { models } = JSON.parse(await readFile(defaultManifestPath, 'utf8'));
  for (const pack of ['default', 'light']) {
    const { model } = (await readPack(defaultManifestPath, pack)).embedders.v3;
    expect(models[model.name].calibration).toBe(`calibration/${model.name}.json`);
    expect(model.calibration.scorePoints?.length).toBeGreaterThan(2);
  }
});
