import { join } from 'node:path';
import { modelsOf, type Named, readPack } from '../src/models/choose-pack.js';
import { readIfPresent, sha256, writeAtomically } from '../src/models/files.js';
import type { Model } from '../src/models/manifest.js';
import { withOriginals } from '../src/models/original-files.js';
import { defaultManifestPath, projectRoot } from '../src/util/paths.js';

/**
 * The models of a pack with their files as published, to compare the prepared ones with. The server does not keep
 * them; here they are kept in .cache/models.
 */
export async function originalModels(
  manifestPath = defaultManifestPath,
  packName = 'default',
): Promise<{ model: Named<Model>; original: Buffer }[]> {
  const pack = await readPack(manifestPath, packName);
  const models = modelsOf(pack);
  const cached = ({ sha256 }: Model) => join(projectRoot, '.cache', 'models', `${sha256}.onnx`);
  const missing: Named<Model>[] = [];
  for (const model of models) {
    const data = await readIfPresent(cached(model));
    if (!data || sha256(data) !== model.sha256) missing.push(model);
  }
  if (missing.length > 0) {
    await withOriginals(pack, missing, { log: console.log }, async (fetched) => {
      for (const model of missing) await writeAtomically(cached(model), fetched.get(model.name) as Buffer);
    });
  }
  const read = async (model: Named<Model>) => ({ model, original: (await readIfPresent(cached(model))) as Buffer });
  return Promise.all(models.map(read));
}
