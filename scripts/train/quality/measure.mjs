// What the quality score is fitted on: node measure.mjs DATA OUT SET[,SET] (after `npm run build`, with the models)
// Writes OUT.jsonl (path, set, identity, group, measures, box of the main face in each photo) and OUT.f32 (its embedding).
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { centralFace } from '../../../dist/src/evaluation/central-face.js';
import { loadPack } from '../../../dist/src/models/pack.js';
import { defaultManifestPath } from '../../../dist/src/util/paths.js';
import { Pipeline } from '../../../dist/src/vision/pipeline.js';
import { measureFace } from '../../../dist/src/vision/quality/measures.js';
import { Refusal } from '../../../dist/src/vision/refusal.js';
import { StageTimer } from '../../../dist/src/vision/stage-timer.js';

const [, , data, out, sets] = process.argv;
const limits = { minResolution: null, maxPixels: 5e7, minFaceWidth: 0, minFaceArea: 0 };
const pipeline = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), limits);
const rows = parse(await readFile(join(data, 'manifest.csv')), { columns: true, bom: true });
const counts = new Map();
for (const { identity } of rows) counts.set(identity, (counts.get(identity) ?? 0) + 1);
// A person with one photo has no genuine pair, but makes impostors: every fourth of them.
const wanted = rows.filter(
  ({ set, identity }, i) => identity && sets.split(',').includes(set) && (counts.get(identity) > 1 || i % 4 === 0),
);
const lines = createWriteStream(`${out}.jsonl`);
const vectors = createWriteStream(`${out}.f32`);
for (const { path, set, identity } of wanted) {
  try {
    const { photo, found } = await pipeline.findFaces(await readFile(join(data, path)), new StageTimer());
    if (found.faces.length === 0) continue;
    const face = centralFace(found.faces, photo);
    const { embedding, length } = await pipeline.embed(found.pyramid, face, 'v3');
    const measures = measureFace(face, photo, photo.shrink, length);
    lines.write(`${JSON.stringify({ path, set, identity, scores: face.scores, box: face.box, measures })}\n`);
    vectors.write(Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}
lines.end();
vectors.end();
