import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/util/paths.js';
import { docker, inspect } from './docker.js';
import { buildSecrets, Compose, image, logTo, measured, measuredTable, work } from './trial.js';

const MB = 1e6;

/** Builds the image that all tests use. */
export async function setup(): Promise<() => void> {
  if (work === '') throw new Error('Run these tests with: npm run test:container');
  await removeLeftovers();
  measured('engine', await docker(['version', '--format', 'Docker {{.Server.Version}}']));
  await buildImage();
  return () => console.log(`\n${measuredTable()}`);
}

/** What a run that was killed has left: all that tests make carries this name. */
async function removeLeftovers(): Promise<void> {
  const kinds = [
    [
      ['ps', '--all'],
      ['rm', '--force', '--volumes'],
    ],
    [
      ['network', 'ls'],
      ['network', 'rm'],
    ],
    [
      ['volume', 'ls'],
      ['volume', 'rm'],
    ],
  ] as const;
  for (const [list, remove] of kinds) {
    const left = await docker([...list, '--quiet', '--filter', 'name=facesearch-trial']);
    if (left !== '') await docker([...remove, ...left.split('\n')]);
  }
}

/**
 * As `docker compose build` does it, from an empty cache but for what apt and npm have fetched before. TRIAL_CACHED=1 takes
 * the layers of an earlier run, while a test is worked on.
 */
async function buildImage(): Promise<void> {
  const project = new Compose('build', 'docker-compose.yml', {}, buildSecrets(['facesearch']).compose);
  const start = performance.now();
  const cache = process.env.TRIAL_CACHED ? [] : ['--no-cache'];
  await project.run(['--progress', 'plain', 'build', ...cache, 'facesearch'], logTo('build'));
  measured(
    cache.length > 0 ? 'build, without cached layers' : 'build, with cached layers',
    `${seconds(performance.now() - start)} s`,
  );
  const base = process.env.BASE ?? /^ARG BASE=(.*)$/m.exec(readFileSync(join(projectRoot, 'Dockerfile'), 'utf8'))?.[1];
  const [whole, below] = await Promise.all([image, String(base)].map(sizeOf));
  const above = ((whole ?? 0) - (below ?? 0)) / MB;
  measured('size of the image above its base', `${above.toFixed(0)} MB`);
}

async function sizeOf(name: string): Promise<number> {
  return Number(await inspect(name, '{{.Size}}'));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}
