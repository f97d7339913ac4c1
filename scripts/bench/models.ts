import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { runScript } from '../../src/cli/run-script.js';
import type { Model, Preparation } from '../../src/models/manifest.js';
import * as ort from '../../src/models/onnx-runtime.js';
import { randomImage } from '../../src/models/self-check.js';
import { transform } from '../../src/models/transform.js';
import { originalModels } from '../original-models.js';

/**
 * `npm run bench:models`: milliseconds of one forward pass on one thread, of each model as published, with tiny weights
 * flushed, and with every preparation step of the manifest. The variants take turns, so that a busy moment of the
 * machine strikes all of them, and the median of the rounds is shown.
 */
const ROUNDS = 60;
const WARM_UP = 5;

interface Variant {
  name: string;
  session: ort.InferenceSession;
  times: number[];
}

await runScript(async () => {
  const manifest = process.env.MODEL_MANIFEST;
  const models = await originalModels(manifest && resolve(manifest), process.env.MODEL_PACK || 'default');
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, one thread, median of ${ROUNDS} rounds\n`);
  const rows: string[][] = [['model', 'weights', 'ms', 'faster by']];
  for (const { model, original } of models) {
    const variants = await load(model, original);
    await measure(model, variants);
    const published = median(variants[0]?.times ?? []);
    for (const { name, times } of variants) {
      const ms = median(times);
      rows.push([model.name, name, ms.toFixed(2), `${(published / ms).toFixed(2)}x`]);
    }
  }
  printTable(rows);
});

async function load(model: Model, original: Buffer): Promise<Variant[]> {
  const variants = new Map<string, Preparation[]>([['as published', []]]);
  if (model.prepare.includes('flush-denormals')) variants.set('flushed', ['flush-denormals']);
  if (model.prepare.length > 1) variants.set('prepared', model.prepare);
  const create = async ([name, steps]: [string, Preparation[]]): Promise<Variant> => {
    const { weights } = transform(original, steps);
    const session = await ort.InferenceSession.create(weights, { intraOpNumThreads: 1, interOpNumThreads: 1 });
    return { name, session, times: [] };
  };
  return Promise.all([...variants].map(create));
}

async function measure(model: Model, variants: Variant[]): Promise<void> {
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const { name = variants[0]?.session.inputNames[0] ?? '' } = model.input;
    const feeds = { [name]: randomImage(model) };
    // Each round begins with another variant: the first one finds the caches full of other things.
    const first = round % variants.length;
    for (const { session, times } of [...variants.slice(first), ...variants.slice(0, first)]) {
      const start = performance.now();
      await session.run(feeds);
      if (round >= WARM_UP) times.push(performance.now() - start);
    }
  }
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function printTable(rows: string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  }
}
