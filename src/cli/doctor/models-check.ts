import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../../config/config.js';
import { modelsOf, readPack } from '../../models/choose-pack.js';
import { ModelError } from '../../models/model-error.js';
import { findPrepared } from '../../models/prepared-file.js';
import { defaultManifestPath, defaultPreparedDir } from '../../util/paths.js';
import { about, type Finding } from './finding.js';

/** Bytes of the pack's prepared weights; those that are missing count nothing. */
export async function weightsOf(
  { MODEL_MANIFEST, MODEL_PACK }: Pick<Config, 'MODEL_MANIFEST' | 'MODEL_PACK'>,
  preparedDir: string = defaultPreparedDir,
): Promise<number> {
  try {
    let bytes = 0;
    for (const model of modelsOf(
      await readPack(MODEL_MANIFEST ? resolve(MODEL_MANIFEST) : defaultManifestPath, MODEL_PACK),
    )) {
      const found = await findPrepared(preparedDir, model.name, model);
      if (found.state === 'valid') bytes += (await stat(found.path)).size;
    }
    return bytes;
  } catch (error) {
    if (error instanceof ModelError) return 0;
    throw error;
  }
}

/** Whether every model of the pack is there with the content that it had when it was prepared. */
export async function checkModels(
  { MODEL_MANIFEST, MODEL_PACK }: Pick<Config, 'MODEL_MANIFEST' | 'MODEL_PACK'>,
  preparedDir: string = defaultPreparedDir,
): Promise<Finding[]> {
  const { ok, fail } = about('models');
  const manifest = MODEL_MANIFEST ? resolve(MODEL_MANIFEST) : defaultManifestPath;
  const again = 'Run `facesearch models`.';
  try {
    const models = modelsOf(await readPack(manifest, MODEL_PACK));
    const findings: Finding[] = [];
    for (const model of models) {
      const { state } = await findPrepared(preparedDir, model.name, model);
      if (state !== 'valid') findings.push(fail(`${model.name} is ${state}`, again));
    }
    return findings.length > 0 ? findings : [ok(`${models.length} models of the pack "${MODEL_PACK}", hashes right`)];
  } catch (error) {
    if (error instanceof ModelError) return [fail(error.message, 'Set MODEL_MANIFEST and MODEL_PACK right.')];
    throw error;
  }
}
