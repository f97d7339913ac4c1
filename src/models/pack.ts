import { relative } from 'node:path';
import { defaultPreparedDir, projectRoot } from '../util/paths.js';
import { type ChosenPack, modelsOf, type Named, readPack, withWeights } from './choose-pack.js';
import { megabytes } from './files.js';
import { requireAccepted } from './licences.js';
import type { Model, ModelPack } from './manifest.js';
import { ModelError } from './model-error.js';
import type { FetchOptions } from './npm-pack.js';
import { findPrepared, type PreparedState, writePrepared } from './prepared-file.js';

export interface PrepareOptions extends FetchOptions {
  /** Folder of the prepared weights; default: models/prepared of the project. */
  preparedDir?: string | undefined;
  /** Names of the licences that the operator accepts, with commas between them; default: ACCEPT_LICENCE. */
  acceptLicence?: string | undefined;
}

/**
 * The pack as the server needs it, with every file checked against its recorded SHA-256. Fetches and writes nothing.
 * @param manifestPath path of the manifest
 * @param packName name of one of its packs
 * @param preparedDir folder of the prepared weights
 * @throws ModelError when the manifest is invalid, the pack is not in it, or prepared weights are missing or damaged
 */
export async function loadPack(
  manifestPath: string,
  packName: string,
  preparedDir: string = defaultPreparedDir,
): Promise<ModelPack> {
  const pack = await readPack(manifestPath, packName);
  const weights = new Map<string, string>();
  for (const model of modelsOf(pack)) {
    const found = await findPrepared(preparedDir, model.name, model);
    if (found.state !== 'valid') {
      throw new ModelError(`${describe(model.name, found, preparedDir)}\nRun \`facesearch models\` to make them.`);
    }
    weights.set(model.name, found.path);
  }
  return withWeights(pack, weights);
}

/**
 * Makes the pack's prepared weights where they are missing or damaged: fetches or reads the originals, checks their
 * SHA-256, prepares them, compares the results on random images, and puts them in the folder. Does nothing when all is
 * there. Several processes may do this at once.
 * @param manifestPath path of the manifest
 * @param packName name of one of its packs
 * @throws ModelError as {@link loadPack}, when a licence is not accepted, or when an original cannot be had, is not the expected file or does not fit
 */
export async function preparePack(
  manifestPath: string,
  packName: string,
  options: PrepareOptions = {},
): Promise<ModelPack> {
  const { preparedDir = defaultPreparedDir, acceptLicence = process.env.ACCEPT_LICENCE, log } = options;
  const pack = await readPack(manifestPath, packName);
  requireAccepted(pack, acceptLicence);
  const weights = new Map<string, string>();
  const toMake: Named<Model>[] = [];
  for (const model of modelsOf(pack)) {
    const found = await findPrepared(preparedDir, model.name, model);
    if (found.state === 'valid') weights.set(model.name, found.path);
    else toMake.push(model);
    if (found.state === 'damaged') log?.(describe(model.name, found, preparedDir));
  }
  if (toMake.length > 0) {
    for (const [name, path] of await make(pack, toMake, { ...options, preparedDir })) {
      weights.set(name, path);
    }
  }
  return withWeights(pack, weights);
}

async function make(
  pack: ChosenPack,
  models: readonly Named<Model>[],
  options: FetchOptions & { preparedDir: string },
): Promise<Map<string, string>> {
  // Loaded only here: a start with everything in place needs neither the ONNX format nor the runtime nor tar.
  const [{ withOriginals }, { transform }, { selfCheck }] = await Promise.all([
    import('./original-files.js'),
    import('./transform.js'),
    import('./self-check.js'),
  ]);
  return withOriginals(pack, models, options, async (originals) => {
    const made = new Map<string, string>();
    for (const model of models) {
      const original = originals.get(model.name) as Buffer;
      // A large model is in memory several times while it is prepared.
      originals.delete(model.name);
      try {
        const { weights, done } = transform(original, model.prepare);
        await selfCheck(model, original, weights);
        const path = await writePrepared(options.preparedDir, model.name, model, weights);
        made.set(model.name, path);
        options.log?.(
          `prepared ${model.name}, ${megabytes(weights.byteLength)}${done.map((step) => `; ${step}`).join('')}`,
        );
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        throw new ModelError(`Model "${model.name}" cannot be used: ${error.message}`);
      }
    }
    return made;
  });
}

function describe(name: string, found: Exclude<PreparedState, { state: 'valid' }>, folder: string): string {
  if (found.state === 'missing') return `The prepared weights of model "${name}" are not in ${folder}.`;
  return [
    `The prepared weights of model "${name}" are damaged: ${relative(projectRoot, found.path)}`,
    `  expected SHA-256 ${found.expected}`,
    `  found            ${found.found}`,
  ].join('\n');
}
