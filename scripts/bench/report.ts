import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/models/paths.js';

/** The machine, and how busy it was with whatever else, in words. */
export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  return `${model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
}

/**
 * Keeps a scenario's numbers in docs/benchmarks/<name>.json and its table in docs/benchmarks.md between the markers
 * `<!-- name -->` and `<!-- /name -->`, which are added at the end where they are missing.
 * @param lines Markdown
 */
export function report(name: string, numbers: object, lines: readonly string[]): void {
  const folder = join(projectRoot, 'docs', 'benchmarks');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(numbers, null, 2)}\n`);
  const path = join(projectRoot, 'docs', 'benchmarks.md');
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '# Benchmarks\n';
  const text = old.includes(from) ? old : `${old}\n${from}\n${to}\n`;
  const [before = '', rest = ''] = text.split(from);
  writeFileSync(path, `${before}${[from, ...lines, to].join('\n')}${rest.split(to)[1] ?? '\n'}`);
  console.log(lines.join('\n'));
}

/** The value below which this share of the numbers lies. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((p, q) => p - q);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}
