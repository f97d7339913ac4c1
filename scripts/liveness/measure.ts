import { readFileSync } from 'node:fs';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { quantile } from '../../src/util/quantile.js';
import { Pipeline } from '../../src/vision/pipeline.js';
import { renderings } from './renderings.js';

/**
 * What the liveness network says of photos, and of the same photos as they look on a rendered screen or print:
 * `npm run measure:liveness -- FILE…`. The plain photos are no camera captures either, so this is no rate
 * by ISO/IEC 30107-3.
 */
const [, , ...files] = process.argv;
if (files.length === 0) {
  process.stderr.write('Say which photos: npm run measure:liveness -- folder/*.jpg\n');
  process.exit(2);
}
const limits = {
  minResolution: null,
  maxPixels: 50_000_000,
  minFaceWidth: 0,
  minFaceArea: 0,
  liveness: 'report',
} as const;
const options = { version: 'v3', allowIdCard: true, severalFaces: 'largest', disableValidation: true } as const;
const pipeline = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), limits);
const scores = new Map<string, number[]>();
for (const file of files) {
  const photo = readFileSync(file);
  for (const [name, render] of Object.entries(renderings)) {
    const { faces } = await pipeline.analysePhoto(await render(photo), options);
    const score = faces[0]?.liveness;
    if (score === null || score === undefined) continue;
    scores.set(name, [...(scores.get(name) ?? []), score]);
  }
}
const percent = (part: number, all: number) => `${((100 * part) / all).toFixed(1)} %`;
process.stdout.write('| shown as | faces | below 0.5 | below 0.2 | below 0.05 | median |\n|---|---|---|---|---|---|\n');
for (const [name, values] of scores) {
  const below = (least: number) => percent(values.filter((value) => value < least).length, values.length);
  const middle = quantile(values, 0.5).toFixed(3);
  process.stdout.write(`| ${name} | ${values.length} | ${below(0.5)} | ${below(0.2)} | ${below(0.05)} | ${middle} |\n`);
}
