import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/util/paths.js';
import { docker } from './docker.js';
import { buildSecrets, logTo, measured, work } from './trial.js';

export const previousImage = 'facesearch-trial:previous';

/**
 * The image of an older state of the project: TRIAL_PREVIOUS, or the newest tag before this state, or the commit that
 * first had a `facesearch` program.
 */
export async function buildPrevious(): Promise<void> {
  const ref = process.env.TRIAL_PREVIOUS || newestTag() || oldest();
  const folder = join(work, 'previous');
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['--extract', '--directory', folder], { input: git('archive', ref) });
  const file = join(folder, 'Dockerfile');
  writeFileSync(file, withSecrets(readFileSync(file, 'utf8')));
  const { build } = buildSecrets(['facesearch']);
  await docker(['build', '--progress', 'plain', '--tag', previousImage, ...build, folder], logTo('previous'));
  measured('older image', `commit ${git('rev-parse', '--short', ref).toString().trim()}`);
}

function git(...args: string[]): Buffer {
  return execFileSync('git', args, { cwd: projectRoot, maxBuffer: 1e9 });
}

function newestTag(): string | undefined {
  return git('tag', '--no-contains', 'HEAD', '--sort=-creatordate').toString().split('\n')[0];
}

function oldest(): string {
  const commits = git('log', '--diff-filter=A', '--format=%H', '--', 'src/command-line/main.ts');
  return commits.toString().trim().split('\n').at(-1) ?? '';
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
