import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPack } from '../../src/models/choose-pack.js';
import { readManifest } from '../../src/models/manifest.js';
import { ModelError } from '../../src/models/model-error.js';
import { loadPack, preparePack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { type TinyManifest, temporaryFolder, tinyManifest } from './tiny-pack.js';

const integrity = `sha512-${'A'.repeat(86)}==`;

async function written(manifest: unknown): Promise<string> {
  const path = join(await temporaryFolder(), 'manifest.json');
  await writeFile(path, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
  return path;
}

test('the manifest of the project is valid and its default pack is complete', async () => {
  const pack = await readPack(defaultManifestPath, 'default');
  expect(Object.keys(pack.embedders)).toEqual(['none', 'v3', 'v4']);
});

const complaints: [string, (manifest: TinyManifest) => void, RegExp][] = [
  ['a missing member', (m) => Reflect.deleteProperty(m.models.detector, 'nmsIou'), /models\.detector\.nmsIou/],
  ['a misspelt member', (m) => Object.assign(m.models.landmarks, { passses: 2 }), /"passses"[\s\S]*models\.landmarks/],
  ['an unknown role', (m) => Object.assign(m.models.landmarks, { role: 'nose' }), /models\.landmarks\.role/],
  ['an unknown step', (m) => m.models.embedder.prepare.push('polish'), /models\.embedder\.prepare\[2\]/],
  ['a short hash', (m) => Object.assign(m.models.detector, { sha256: 'abc' }), /models\.detector\.sha256/],
  ['a shape that is no image', (m) => m.models.detector.input.shape.pop(), /models\.detector\.input\.shape/],
  [
    'a calibration inside that falls',
    (m) => m.models.embedder.calibration.points.reverse(),
    /models\.embedder\.calibration/,
  ],
  ['a weak integrity', (m) => Object.assign(m.sources.tiny ?? {}, { integrity: 'sha1-x' }), /sources\.tiny\.integrity/],
  ['an option as package', (m) => Object.assign(m.sources.tiny ?? {}, { package: '--x' }), /sources\.tiny\.package/],
  ['a version range', (m) => Object.assign(m.sources.tiny ?? {}, { version: '^1.0.0' }), /sources\.tiny\.version/],
  ['a path as model name', (m) => Object.assign(m.models, { '../x': m.models.detector }), /\.\.\/x/],
  ['a pack without v3', (m) => Reflect.deleteProperty(m.packs.tiny.embedders, 'v3'), /packs\.tiny\.embedders\.v3/],
  ['an unknown detector', (m) => Object.assign(m.packs.tiny, { detector: 'x' }), /pack "tiny", detector: .*"x"/],
  ['a name of Object', (m) => Object.assign(m.packs.tiny, { detector: 'constructor' }), /no model "constructor"/],
  [
    'a wrong role',
    (m) => Object.assign(m.packs.tiny, { landmarks: 'detector' }),
    /pack "tiny", landmarks: model "detector" has the role detector, not landmarks/,
  ],
  [
    'an unknown embedder',
    (m) => Object.assign(m.packs.tiny.embedders.v4, { model: 'y' }),
    /pack "tiny", embedders\.v4: .*"y"; there are "detector", "landmarks", "embedder"/,
  ],
  ['an unknown source', (m) => Reflect.deleteProperty(m.sources, 'tiny'), /model "detector" comes from source "tiny"/],
  [
    'no landmarks for a detector without points',
    (m) => Object.assign(m.packs.tiny, { landmarks: null }),
    /pack "tiny", landmarks: .*ultraface/,
  ],
];

test.each(complaints)('%s is named', async (_, spoil, message) => {
  const manifest = tinyManifest(integrity);
  spoil(manifest);
  const path = await written(manifest);
  for (const use of [loadPack, preparePack]) {
    const error = await use(path, 'tiny').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(path);
  }
});

test('an unknown pack is named with the packs there are', async () => {
  const path = await written(tinyManifest(integrity));
  await expect(loadPack(path, 'huge')).rejects.toThrow(`${path} has no pack "huge"; it has "tiny".`);
  await expect(loadPack(path, 'toString')).rejects.toThrow('no pack "toString"');
});

test('a manifest that is missing or no JSON is named', async () => {
  await expect(readManifest('/nowhere/manifest.json')).rejects.toThrow('/nowhere/manifest.json');
  const path = await written('{ "sources": ');
  await expect(readManifest(path)).rejects.toThrow(path);
});
