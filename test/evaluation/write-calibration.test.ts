import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { valueSpan } from '../../src/evaluation/calibration/json-span.js';
import { withCalibration, writeCalibration } from '../../src/evaluation/calibration/write-calibration.js';
import { readManifest } from '../../src/models/manifest.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { tinyFolder } from './tiny-folder.js';

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

describe('the place of a value in a JSON text', () => {
  const text = '{ "a": [1, {"b": "}"}], "b\\"": -2.5e3,\n "c" : {"b": {"x": "\\\\"}, "d": null}, "e": true }';
  const at = (...path: string[]) => {
    const span = valueSpan(text, path);
    return span && text.slice(span.from, span.to);
  };

  it('is found by the names of members', () => {
    expect(at()).toBe(text);
    expect(at('a')).toBe('[1, {"b": "}"}]');
    expect(at('b"')).toBe('-2.5e3');
    expect(at('c', 'b')).toBe('{"x": "\\\\"}');
    expect(at('c', 'b', 'x')).toBe('"\\\\"');
    expect(at('c', 'd')).toBe('null');
    expect(at('e')).toBe('true');
  });

  it('is not found where there is none', () => {
    expect([at('x'), at('a', 'b'), at('c', 'b', 'y'), at('e', 'x')]).toEqual([null, null, null, null]);
    expect(valueSpan('{}', ['a'])).toBeNull();
  });
});

describe('a calibration in the manifest', () => {
  const manifest = () => readFile(defaultManifestPath, 'utf8');
  const embedder = async () => {
    const { packs } = await readManifest(defaultManifestPath);
    return packs.default?.embedders.v3.model as string;
  };

  it('is all that changes, in the manifest as it is', async () => {
    const [text, model] = [await manifest(), await embedder()];
    const changed = withCalibration(text, model, calibration) as string;
    const expected = JSON.parse(text);
    expected.models[model].calibration = calibration;
    expect(JSON.parse(changed)).toEqual(expected);
    expect(changed).toContain('"points": [\n          { "cosine": -1, "similarity": 0 },\n');
    // Putting the old one back gives the old text: nothing else was written anew.
    const old = JSON.parse(text).models[model].calibration;
    expect(withCalibration(changed, model, old)).toBe(withCalibration(text, model, old));
    const span = valueSpan(text, ['models', model, 'calibration']);
    expect(changed.startsWith(text.slice(0, span?.from)) && changed.endsWith(text.slice(span?.to))).toBe(true);
    expect(withCalibration(text, 'nobody', calibration)).toBeNull();
  });

  it('is written in one step, and only when the result is a manifest', async () => {
    const [text, model] = [await manifest(), await embedder()];
    const folder = await tinyFolder({ 'manifest.json': text });
    const path = join(folder, 'manifest.json');
    await writeCalibration(path, model, calibration);
    const read = (await readManifest(path)).models[model];
    expect(read).toMatchObject({ calibration });
    const falling = { ...calibration, points: [...calibration.points].reverse() };
    const written = await readFile(path, 'utf8');
    await expect(writeCalibration(path, model, falling)).rejects.toThrow('must rise strictly');
    expect(await readFile(path, 'utf8')).toBe(written);
    await expect(writeCalibration(path, 'nobody', calibration)).rejects.toThrow('no model "nobody"');
    expect(await readdir(folder)).toEqual(['manifest.json']);
  });
});
