// The aligned crops that the server would embed: node crops.mjs DATA OUT (after `npm run build`)
// Writes OUT/crops.u8, N times [3,112,112] RGB, and OUT/crops.json, N times { path, set, identity }.
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { centralFace } from '../../../dist/src/evaluation/central-face.js';
import { loadPack } from '../../../dist/src/models/pack.js';
import { defaultManifestPath } from '../../../dist/src/util/paths.js';
import { Embedder } from '../../../dist/src/vision/embedder.js';
import { Pipeline } from '../../../dist/src/vision/pipeline.js';
import { Refusal } from '../../../dist/src/vision/refusal.js';

const [, , data, out] = process.argv;
let crop;
// Stands in for the network and keeps what it is given.
Embedder.prototype.embed = async (given) => {
  crop = Uint8Array.from(given, (value) => Math.max(0, Math.min(255, Math.round(value))));
  return { embedding: new Float32Array(512), length: null };
};
const limits = { minResolution: null, maxPixels: 5e7, minFaceWidth: 0, minFaceArea: 0 };
const options = { version: 'v3', allowIdCard: true, severalFaces: 'largest', disableValidation: true };
const pipeline = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), limits, centralFace);
const rows = parse(await readFile(join(data, 'manifest.csv')), { columns: true, bom: true });
const kept = [];
await mkdir(out, { recursive: true });
const file = await open(join(out, 'crops.u8'), 'w');
for (const { path, set, identity } of rows.filter((row) => row.identity)) {
  try {
    await pipeline.embedPhoto(await readFile(join(data, path)), options);
  } catch (error) {
    if (error instanceof Refusal) continue;
    throw error;
  }
  await file.write(crop);
  kept.push({ path, set, identity });
}
await file.close();
await writeFile(join(out, 'crops.json'), JSON.stringify(kept));
console.log(`${kept.length} crops`);
