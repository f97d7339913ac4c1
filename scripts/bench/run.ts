import { parseArgs } from 'node:util';
import { runScript } from '../../src/cli/run-script.js';
import { measureHttp } from './http.js';
import { measurePipeline } from './pipeline.js';
import { machine } from './report.js';
import { measureStart } from './start.js';

/**
 * `npm run bench`, or `npm run bench -- http` for one of the scenarios: writes its table in docs/benchmarks.md, and its
 * numbers and plot to docs/benchmarks/. Takes about eight minutes, on a machine that does nothing else.
 * `npm run bench -- http --faces 1000000` measures with so many faces in the collection, once their templates are made: a quarter
 * of an hour more for a million. With `--folder <folder>` these are kept for further runs.
 */
const SCENARIOS: Record<string, (machine: string, faces: number, folder?: string) => Promise<void>> = {
  pipeline: measurePipeline,
  http: measureHttp,
  start: measureStart,
};

await runScript(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { faces: { type: 'string', default: '0' }, folder: { type: 'string' } },
  });
  const faces = Number(values.faces);
  if (!Number.isInteger(faces) || faces < 0) throw new Error('--faces must be a number of faces.');
  const unknown = positionals.find((name) => !Object.hasOwn(SCENARIOS, name));
  if (unknown !== undefined) {
    throw new Error(`There is no scenario "${unknown}": choose among ${Object.keys(SCENARIOS).join(', ')}.`);
  }
  const described = await machine();
  for (const [name, measure] of Object.entries(SCENARIOS)) {
    if (positionals.length === 0 || positionals.includes(name)) await measure(described, faces, values.folder);
  }
});
