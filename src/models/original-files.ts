import { readFile, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ChosenPack, Named } from './choose-pack.js';
import type { Model } from './manifest.js';
import { ModelError } from './model-error.js';
import type { FetchOptions } from './npm-pack.js';
import { checkSha256, fetchPackageFiles } from './package-files.js';
import type { ModelSource } from './sources.js';
import { fetchUrlFiles } from './url/url-files.js';

interface Wanted {
  name: string;
  path: string | undefined;
  sha256: string;
}

/**
 * Hands `use` the models' files as they were published; each source is fetched once, and what was downloaded is removed when
 * `use` is done.
 * @param use gets the files' bytes by the model's name, each with the SHA-256 of the manifest
 * @throws ModelError when a file cannot be had or is not the expected one
 */
export async function withOriginals<T>(
  { manifestPath, sources }: Pick<ChosenPack, 'manifestPath' | 'sources'>,
  models: readonly Named<Model>[],
  options: FetchOptions,
  use: (originals: Map<string, Buffer>) => Promise<T>,
): Promise<T> {
  const originals = new Map<string, Buffer>();
  const bySource = new Map<string, Wanted[]>();
  for (const { name, file, sha256 } of models) {
    if ('local' in file) {
      originals.set(name, await readLocal(resolve(dirname(manifestPath), file.local), name, sha256));
    } else {
      bySource.set(file.source, [...(bySource.get(file.source) ?? []), { name, path: file.path, sha256 }]);
    }
  }
  const downloads: string[] = [];
  for (const [sourceName, wanted] of bySource) {
    const source = sources[sourceName] as ModelSource;
    if (source.kind === 'npm') {
      const paths = wanted.map(({ path = '', sha256 }) => ({ path, sha256 }));
      const files = await fetchPackageFiles(source, paths, options);
      for (const { name, path = '' } of wanted) originals.set(name, files.get(path) as Buffer);
    } else {
      const { files, downloaded } = await fetchUrlFiles(sourceName, source, wanted, options);
      for (const [i, { name }] of wanted.entries()) originals.set(name, files[i] as Buffer);
      if (downloaded !== undefined) downloads.push(downloaded);
    }
  }
  const result = await use(originals);
  for (const path of downloads) await rm(path, { force: true });
  return result;
}

async function readLocal(path: string, name: string, sha256: string): Promise<Buffer> {
  let data: Buffer;
  try {
    data = await readFile(path);
  } catch (error) {
    throw new ModelError(`Cannot read ${path}, the weights of model "${name}": ${(error as Error).message}`);
  }
  checkSha256(data, sha256, `${path}, the weights of model "${name}"`);
  return data;
}
