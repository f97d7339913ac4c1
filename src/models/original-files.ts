import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ChosenPack, Named } from './choose-pack.js';
import type { Model, ModelSource } from './manifest.js';
import { ModelError } from './model-error.js';
import type { FetchOptions } from './npm-pack.js';
import { checkSha256, fetchPackageFiles } from './package-files.js';

/**
 * Reads or fetches the models' files as they were published; each source is fetched once.
 * @returns the files' bytes by the model's name, each with the SHA-256 of the manifest
 * @throws ModelError when a file cannot be had or is not the expected one
 */
export async function readOriginals(
  { manifestPath, sources }: ChosenPack,
  models: readonly Named<Model>[],
  options: FetchOptions = {},
): Promise<Map<string, Buffer>> {
  const originals = new Map<string, Buffer>();
  const bySource = new Map<string, { name: string; path: string; sha256: string }[]>();
  for (const { name, file, sha256 } of models) {
    if ('local' in file) {
      originals.set(name, await readLocal(resolve(dirname(manifestPath), file.local), name, sha256));
    } else {
      bySource.set(file.source, [...(bySource.get(file.source) ?? []), { name, path: file.path, sha256 }]);
    }
  }
  for (const [sourceName, wanted] of bySource) {
    const files = await fetchPackageFiles(sources[sourceName] as ModelSource, wanted, options);
    for (const { name, path } of wanted) originals.set(name, files.get(path) as Buffer);
  }
  return originals;
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
