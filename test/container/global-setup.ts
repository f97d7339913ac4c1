import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/util/paths.js';
import { docker, inspect } from './docker.js';
import { buildSecrets, Compose, image, measured, measuredTable, previousImage, work } from './trial.js';

const MB = 1e6;

/** Builds the image that all tests use, and the one before it. */
export async function setup(): Promise<() => void> {
  if (work === '') throw new Error('Run these tests with: npm run test:container');
  measured('engine', await docker(['version', '--format', 'Docker {{.Server.Version}}']));
  await buildImage();
  await buildPrevious();
  return () => console.log(`\n${measuredTable()}`);
}

/**
 * As `docker compose build` does it, from an empty cache but for what apt and npm have fetched before. TRIAL_CACHED=1 takes
 * the layers of an earlier run, while a test is worked on.
 */
async function buildImage(): Promise<void> {
  const project = new Compose('build', 'docker-compose.yml', {}, buildSecrets(['facesearch']).compose);
  const start = performance.now();
  const cache = process.env.TRIAL_CACHED ? [] : ['--no-cache'];
  await project.run(['--progress', 'plain', 'build', ...cache, 'facesearch'], log('build'));
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

/**
 * The image of an older state of the project: TRIAL_PREVIOUS, or the newest tag before this state, or the commit that
 * first had a `facesearch` program.
 */
async function buildPrevious(): Promise<void> {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: projectRoot, maxBuffer: 1e9 });
  const ref = process.env.TRIAL_PREVIOUS ?? newestTag() ?? oldest();
  const folder = join(work, 'previous');
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['--extract', '--directory', folder], { input: git('archive', ref) });
  const file = join(folder, 'Dockerfile');
  writeFileSync(file, withSecrets(readFileSync(file, 'utf8')));
  await docker(
    ['build', '--progress', 'plain', '--tag', previousImage, ...buildSecrets(['facesearch']).build, folder],
    {
      ...log('previous'),
    },
  );
  measured('older image', `commit ${String(git('rev-parse', '--short', ref)).trim()}`);

  function newestTag(): string | undefined {
    const [tag] = String(git('tag', '--no-contains', 'HEAD', '--sort=-creatordate')).split('\n');
    return tag || undefined;
  }
  function oldest(): string {
    return (
      String(git('log', '--diff-filter=A', '--format=%H', '--', 'src/command-line/main.ts'))
        .trim()
        .split('\n')
        .pop() ?? ''
    );
  }
}

/** An older Dockerfile knows neither BASE nor the secrets of this machine's registry. */
function withSecrets(dockerfile: string): string {
  if (dockerfile.includes('type=secret')) return dockerfile;
  const mounts = '--mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca ';
  return dockerfile
    .replace(/^# syntax=.*\n/, '')
    .replace(/^FROM node:\S+/gm, `FROM ${process.env.BASE ?? '$&'}`)
    .replace(/^RUN (?=.*npm (?:ci|run models))/gm, `RUN ${mounts}`)
    .replace(/^WORKDIR .*$/m, '$&\nENV ONNXRUNTIME_NODE_INSTALL=skip');
}

function log(name: string) {
  const path = join(work, `${name}.log`);
  writeFileSync(path, '');
  return { onOutput: (text: string) => writeFileSync(path, text, { flag: 'a' }) };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}
