import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/util/paths.js';
import { quantile } from '../../src/util/quantile.js';

export { quantile };

/** Share of the processors' time that other work may take, 0–1, before a benchmark says that it cannot be trusted. */
const IDLE_ENOUGH = 0.05;

/** The machine, and how busy it is with whatever else, in words. To be asked before the benchmark itself makes it busy. */
export async function machine(): Promise<string> {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const busy = await busyShare();
  const state = `${Math.round(100 * busy)} % busy before the start, load ${loadavg()[0]?.toFixed(1)}`;
  const described = `${model}, ${cpus().length} cores, Node ${process.version}, ${state}`;
  if (busy <= IDLE_ENOUGH) return described;
  console.warn(`This machine is not idle: other work takes ${Math.round(100 * busy)} % of it. Repeat this when it is.`);
  return `${described}. **Not idle, so that the numbers cannot be trusted**`;
}

/** Of all processors, 0–1, in two seconds. */
async function busyShare(): Promise<number> {
  const times = () => cpus().map(({ times: { idle, ...busy } }) => ({ idle, busy: sum(Object.values(busy)) }));
  const before = times();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const spent = times().map((after, i) => {
    const { idle, busy } = before[i] ?? after;
    return { idle: after.idle - idle, busy: after.busy - busy };
  });
  const busy = sum(spent.map((each) => each.busy));
  return busy / Math.max(1, busy + sum(spent.map((each) => each.idle)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * Keeps a scenario's numbers in docs/benchmarks/<name>.json and its table in docs/benchmarks.md between the markers
 * `<!-- name -->` and `<!-- /name -->`, which are added at the end where they are missing.
 * @param lines Markdown
 * @param plot a picture of it, kept as docs/benchmarks/<name>.svg
 */
export function report(name: string, numbers: object, lines: readonly string[], plot?: string): void {
  const folder = join(projectRoot, 'docs', 'benchmarks');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(numbers, null, 2)}\n`);
  if (plot !== undefined) writeFileSync(join(folder, `${name}.svg`), plot);
  const path = join(projectRoot, 'docs', 'benchmarks.md');
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '# Benchmarks\n';
  const text = old.includes(from) ? old : `${old}\n${from}\n${to}\n`;
  const [before = '', rest = ''] = text.split(from);
  writeFileSync(path, `${before}${[from, ...lines, to].join('\n')}${rest.split(to)[1] ?? '\n'}`);
  console.log(lines.join('\n'));
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}
