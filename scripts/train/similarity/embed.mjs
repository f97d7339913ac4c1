// Embeds every labelled photo of DATA as the server does: node embed.mjs DATA OUT [PART PARTS] (after `npm run build`
// and `facesearch models` for both packs). No gate refuses, small photos are allowed, the central face of several counts.
// One aligned crop goes through the networks of both packs, so their numbers are of the same faces.
// Writes OUT/PACK.PART.f32 (N times 512 float32 of length 1) and OUT/rows.PART.csv (path,set,identity,note).
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { loadPack } from '../../../dist/src/models/pack.js';
import { defaultManifestPath } from '../../../dist/src/util/paths.js';
import { Embedder } from '../../../dist/src/vision/embedder.js';
import { Pipeline } from '../../../dist/src/vision/pipeline.js';
import { Refusal } from '../../../dist/src/vision/refusal.js';

const [, , data, out, part = '0', parts = '1'] = process.argv;
const light = await Embedder.load((await loadPack(defaultManifestPath, 'light')).embedders.v3.model);
const ofDefault = Embedder.prototype.embed;
let both;
Embedder.prototype.embed = async function (crop, mirror) {
  const first = await ofDefault.call(this, Float32Array.from(crop), mirror);
  const second = await ofDefault.call(light, Float32Array.from(crop), mirror);
  both = [first.embedding, second.embedding];
  return first;
};
const limits = { minResolution: null, maxPixels: 5e7, minFaceWidth: 0, minFaceArea: 0 };
const options = { version: 'v3', allowIdCard: true, severalFaces: 'central', disableValidation: true };
const pipeline = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), limits);
const rows = parse(await readFile(join(data, 'manifest.csv')), { columns: true, bom: true }).filter(
  ({ identity, set }) => identity && !/^(variants_|idcards_)/.test(set),
);
await mkdir(out, { recursive: true });
const files = await Promise.all(['default', 'light'].map((pack) => open(join(out, `${pack}.${part}.f32`), 'w')));
const kept = [];
const refused = [];
for (const { path, set, identity, note } of rows.filter((_, i) => i % Number(parts) === Number(part))) {
  try {
    await pipeline.embedPhoto(await readFile(join(data, path)), options);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refused.push(`${path} ${error.reason ?? error.message}`);
    continue;
  }
  for (const [i, file] of files.entries()) await file.write(both[i]);
  kept.push([path, set, identity, note].map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','));
}
for (const file of files) await file.close();
await writeFile(join(out, `rows.${part}.csv`), `path,set,identity,note\n${kept.join('\n')}\n`);
console.log(`${kept.length} embedded, ${refused.length} not:\n${refused.join('\n')}`);
