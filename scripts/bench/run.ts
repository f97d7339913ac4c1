import { parseArgs } from 'node:util';
import { runScript } from '../../src/cli/run-script.js';
import { measureHttp } from './http.js';
import { measurePipeline } from './pipeline.js';
import { machine } from './report.js';
import { measureStart } from './start.js';

/**
 * `npm run bench`, or `npm run bench -- http` for one of the scenarios: writes its table in docs/benchmarks.md, and its
 * numbers and plot to docs/benchmarks/. Takes about eight minutes, on a machine that does nothing else.
 */
const SCENARIOS: Record<string, (machine: string) => Promise<void>> = {
  pipeline: measurePipeline,
  http: measureHttp,
  start: measureStart,
};

await runScript(async () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const unknown = positionals.find((name) => !Object.hasOwn(SCENARIOS, name));
  if (unknown !== undefined) {
    throw new Error(`There is no scenario "${unknown}": choose among ${Object.keys(SCENARIOS).join(', ')}.`);
  }
  const described = await machine();
  for (const [name, measure] of Object.entries(SCENARIOS)) {
    if (positionals.length === 0 || positionals.includes(name)) await measure(described);
  }
});
