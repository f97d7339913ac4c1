import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultDownloadDir, defaultTarballDir } from '../../util/paths.js';
import { megabytes } from '../files.js';
import { ModelError } from '../model-error.js';
import type { FetchOptions } from '../npm-pack.js';
import { checkSha256 } from '../package-files.js';
import { isWeightsAddress, type UrlSource } from '../sources.js';
import { digestOf, download } from './download.js';
import { withLock } from './download-lock.js';
import { readZipMember } from './zip-member.js';

/** A model's file in a source. */
export interface WantedMember {
  /** In the archive; undefined where the source is the file itself. */
  path: string | undefined;
  /** SHA-256 in hex. */
  sha256: string;
}

/** The name that a browser gives the file of a source. */
export function fileNameOf({ url }: Pick<UrlSource, 'url'>): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '').replaceAll(/[/\\]/g, '-');
}

/**
 * Downloads the file of a source, unless it was put in place by hand or is there from before, and reads the wanted files of it.
 * @returns the files' bytes in the order asked for, each with the wanted SHA-256; and where the downloaded file lies, if it does
 * @throws ModelError when the file cannot be had, lacks a member, or something is not what was expected
 */
export async function fetchUrlFiles(
  name: string,
  source: UrlSource,
  wanted: readonly WantedMember[],
  options: FetchOptions = {},
): Promise<{ files: Buffer[]; downloaded: string | undefined }> {
  const byHand = join(options.tarballDir ?? defaultTarballDir(), fileNameOf(source));
  const isByHand = existsSync(byHand);
  const path = isByHand ? byHand : await downloaded(name, source, byHand, options);
  if (isByHand) await checkFile(path, source);
  const files: Buffer[] = [];
  for (const { path: member, sha256 } of wanted) {
    const what = member === undefined ? path : `${member} of ${path}`;
    try {
      const data = member === undefined ? await readFile(path) : await readZipMember(path, member);
      checkSha256(data, sha256, what);
      files.push(data);
    } catch (error) {
      if (!(error instanceof ModelError) || error.message.startsWith('Wrong')) throw error;
      throw new ModelError(`Cannot read ${what}: ${error.message}`);
    }
  }
  return { files, downloaded: isByHand ? undefined : path };
}

async function downloaded(name: string, source: UrlSource, byHand: string, options: FetchOptions): Promise<string> {
  const { downloadDir: folder = defaultDownloadDir, log, env = process.env } = options;
  await mkdir(folder, { recursive: true });
  const path = join(folder, source.sha256);
  const wait = () => log?.(`another process downloads "${name}"; waiting for it`);
  return withLock(`${path}.lock`, wait, async () => {
    if (existsSync(path) && (await digestOf(path)) === source.sha256) return path;
    log?.(`downloading "${name}", ${megabytes(source.bytes)}, licence: ${source.licence}`);
    const inMegabytes = (bytes: number) => Math.floor(bytes / 1e6);
    const progress = options.progress?.('MB', Math.ceil(source.bytes / 1e6), 'cuts');
    let cuts = 0;
    const onCut = (line: string) => {
      cuts++;
      log?.(line);
    };
    try {
      await download(source, addressesOf(source, env.MODELS_MIRROR), path, { ...options, log: onCut }, (bytes) =>
        progress?.update(inMegabytes(bytes), cuts),
      );
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      throw new ModelError(
        [
          `Cannot download the source "${name}":`,
          error.message,
          'Run the same command again: what has come is kept. Or, if this machine has no connection, fetch the file on one that',
          `has, and put it in place as ${byHand}`,
          '(another folder can be named by MODELS_TARBALL_DIR), then start again.',
        ].join('\n'),
      );
    } finally {
      progress?.stop();
    }
    log?.(`downloaded "${name}", SHA-256 right`);
    return path;
  });
}

/** @throws ModelError for a mirror that is no https address */
function addressesOf(source: UrlSource, mirror: string | undefined): string[] {
  const own = mirror ? [`${mirror.replace(/\/$/, '')}/${encodeURIComponent(fileNameOf(source))}`] : [];
  if (!own.every(isWeightsAddress))
    throw new ModelError('  MODELS_MIRROR must look like https://mirror.example/models');
  return [...own, source.url, ...source.mirrors];
}

/** @throws ModelError with both digests */
async function checkFile(path: string, { sha256: expected }: UrlSource): Promise<void> {
  const found = await digestOf(path);
  if (found === expected) return;
  throw new ModelError(`Wrong SHA-256: ${path}\n  expected ${expected}\n  found    ${found}`);
}
