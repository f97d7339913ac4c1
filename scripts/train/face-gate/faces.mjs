// The face list that prepare.py reads: node faces.mjs DATA FACES.jsonl (after `npm run build`, with the models)
// What the server finds in each development image, false faces included: the present gate is not asked.
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { centralFace } from '../../../dist/src/evaluation/central-face.js';
import { loadPack } from '../../../dist/src/models/pack.js';
import { defaultManifestPath } from '../../../dist/src/util/paths.js';
import { FaceScorer } from '../../../dist/src/vision/face-scorer.js';
import { Pipeline } from '../../../dist/src/vision/pipeline.js';
import { Refusal } from '../../../dist/src/vision/refusal.js';
import { StageTimer } from '../../../dist/src/vision/stage-timer.js';

const [, , data, out] = process.argv;
FaceScorer.prototype.isFace = () => true;
const limits = { minResolution: null, maxPixels: 5e7, minFaceWidth: 24, minFaceArea: 0 };
const pipeline = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), limits);
const rows = parse(await readFile(join(data, 'manifest.csv')), { columns: true, bom: true });
const file = createWriteStream(out);
for (const { path, set, label, identity, note } of rows) {
  let seen;
  try {
    seen = await pipeline.findFaces(await readFile(join(data, path)), new StageTimer());
  } catch (error) {
    if (error instanceof Refusal) continue;
    throw error;
  }
  const { photo, found } = seen;
  const { width, height, shrink } = photo.image;
  // Faces that were only found in a brightened copy are left out: the list tells where they are, not how they looked.
  const faces = found.pyramid === photo ? found.faces : [];
  const main = faces.length > 0 && set === 'lfw' ? centralFace(faces, photo) : faces[0];
  const list = main ? [main, ...faces.filter((face) => face !== main)] : [];
  const round = (value) => Math.round(value * shrink * 10) / 10;
  const row = { path, set, label, identity, note, w: Math.round(width * shrink), h: Math.round(height * shrink) };
  row.faces = list.map(({ box, scores }) => [...[box.x, box.y, box.width, box.height].map(round), scores.face]);
  row.fills = main?.fillsPicture ?? false;
  if (main) row.pts = main.outline.flatMap(({ x, y }) => [round(x), round(y)]);
  if (main) row.scores = [main.scores.mask, main.scores.sunglasses, main.scores.hat, main.scores.face];
  file.write(`${JSON.stringify(row)}\n`);
}
file.end();
