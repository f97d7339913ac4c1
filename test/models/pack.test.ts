import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/models/files.js';
import { loadPack, preparePack } from '../../src/models/pack.js';
import { tinyEmbedder } from './tiny-models.js';
import { noNpm, type TinyPack, tinyPack } from './tiny-pack.js';

const prepare = (pack: TinyPack, log?: (line: string) => void) =>
  preparePack(pack.manifestPath, 'tiny', { preparedDir: pack.preparedDir, tarballDir: pack.tarballDir, log });
const load = (pack: TinyPack) => loadPack(pack.manifestPath, 'tiny', pack.preparedDir);

test('a prepared pack loads, each weight file with the SHA-256 in its name', async () => {
  const tiny = await tinyPack();
  const prepared = await prepare(tiny);
  expect(await load(tiny)).toEqual(prepared);
  expect(prepared.embedders.v4.mirror).toBe(true);
  expect(prepared.embedders.v4.model.weights).toBe(prepared.embedders.none.model.weights);
  const files = await readdir(tiny.preparedDir);
  expect(files).toHaveLength(3);
  for (const file of files) {
    expect(file).toContain(`.${sha256(await readFile(join(tiny.preparedDir, file)))}.onnx`);
  }
});

test('the pack is plain data that a worker thread can be sent', async () => {
  const pack = await prepare(await tinyPack());
  expect(structuredClone(pack)).toEqual(pack);
});

test('once prepared, neither tarball nor local files nor npm are needed, and nothing is said', async () => {
  const tiny = await tinyPack();
  const first = await prepare(tiny);
  await noNpm();
  await rm(tiny.tarballDir, { recursive: true });
  await rm(tiny.localFolder, { recursive: true });
  const said: string[] = [];
  expect(await prepare(tiny, (line) => said.push(line))).toEqual(first);
  expect(said).toEqual([]);
});

test('a pack that was not prepared says what to run', async () => {
  const tiny = await tinyPack();
  await expect(load(tiny)).rejects.toThrow(/model "detector" are not in .*prepared\.\nRun `facesearch models`/);
});

test('damaged prepared weights are reported at load and made anew by preparation', async () => {
  const tiny = await tinyPack();
  const { landmarks } = await prepare(tiny);
  const path = landmarks?.weights ?? '';
  const intact = await readFile(path);
  await appendFile(path, 'x');
  const damaged = sha256(await readFile(path));
  await expect(load(tiny)).rejects.toThrow(
    new RegExp(
      `"landmarks" are damaged[\\s\\S]*expected SHA-256 ${sha256(intact)}[\\s\\S]*found +${damaged}[\\s\\S]*facesearch models`,
    ),
  );
  const said: string[] = [];
  await prepare(tiny, (line) => said.push(line));
  expect(await readFile(path)).toEqual(intact);
  expect(said.join('\n')).toContain('"landmarks" are damaged');
  expect(said.join('\n')).not.toContain('prepared detector');
  await load(tiny);
});

test('other preparation steps or other weights make another file', async () => {
  const tiny = await tinyPack();
  const before = await prepare(tiny);
  const manifest = JSON.parse(await readFile(tiny.manifestPath, 'utf8'));
  manifest.models.embedder.prepare = [];
  manifest.models.landmarks.prepare = ['flush-denormals'];
  await writeFile(tiny.manifestPath, JSON.stringify(manifest));
  const after = await prepare(tiny);
  expect(after.embedders.none.model.weights).not.toBe(before.embedders.none.model.weights);
  expect(after.landmarks?.weights).not.toBe(before.landmarks?.weights);
  expect(after.detector.weights).toBe(before.detector.weights);
  // With no steps, what is used is the file as it was published.
  expect(await readFile(after.embedders.none.model.weights)).toEqual(tinyEmbedder());
});

test('preparing at the same time from several sides ends well', async () => {
  const tiny = await tinyPack();
  const packs = await Promise.all([prepare(tiny), prepare(tiny), prepare(tiny), prepare(tiny)]);
  for (const pack of packs) expect(pack).toEqual(packs[0]);
  expect(await readdir(tiny.preparedDir)).toHaveLength(3);
  await load(tiny);
});

test('a local file that changed is refused with its path and both hashes', async () => {
  const tiny = await tinyPack();
  await writeFile(join(tiny.localFolder, 'embedder.onnx'), tinyEmbedder({ seed: 2 }));
  const error = String(await prepare(tiny).catch((reason: Error) => reason));
  expect(error).toContain(join(tiny.localFolder, 'embedder.onnx'));
  expect(error).toContain(`expected ${sha256(tinyEmbedder())}`);
  expect(error).toContain(`found    ${sha256(tinyEmbedder({ seed: 2 }))}`);
});

test('a local file that is missing is named', async () => {
  const tiny = await tinyPack();
  await rm(join(tiny.localFolder, 'landmarks.onnx'));
  await expect(prepare(tiny)).rejects.toThrow(join(tiny.localFolder, 'landmarks.onnx'));
});

test.each([
  ['that is no ONNX model', Buffer.from('hello'), /"embedder" cannot be used: not an ONNX model/],
  ['of another input', undefined, /"embedder" cannot be used: its input is input, but the manifest says data/],
])('weights %s are refused', async (_, bytes, message) => {
  const tiny = await tinyPack((manifest) => {
    if (bytes) manifest.models.embedder.sha256 = sha256(bytes);
    else manifest.models.embedder.input.name = 'data';
  });
  if (bytes) await writeFile(join(tiny.localFolder, 'embedder.onnx'), bytes);
  await expect(prepare(tiny)).rejects.toThrow(message);
});

test('a model whose outputs are not those of its family is refused', async () => {
  const tiny = await tinyPack((manifest) => {
    Object.assign(manifest.models.embedder, { file: { local: 'local/landmarks.onnx' } });
    manifest.models.embedder.sha256 = manifest.models.landmarks.sha256;
    manifest.models.embedder.input.shape = [1, 1, 2, 68];
    manifest.models.embedder.input.channels = 'GRAY';
  });
  await expect(prepare(tiny)).rejects.toThrow('not those of family arcface112: points 1x136');
});
