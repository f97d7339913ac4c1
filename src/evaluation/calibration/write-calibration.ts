import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Calibration, calibrationSchema } from '../../models/calibration.js';
import { writeAtomically } from '../../models/files.js';
import { readManifest } from '../../models/manifest.js';
import { OperatorError } from '../../util/operator-error.js';

/**
 * Writes the calibration of one model into the file that the manifest names. Where the manifest has the calibration inside,
 * it goes to a file of its own, and the manifest is written anew to name that file.
 * @param manifestPath of the manifest
 * @param name of the model
 * @returns path of the calibration's file
 * @throws OperatorError when the manifest has no such embedder; ModelError when the manifest is not valid
 */
export async function writeCalibration(manifestPath: string, name: string, calibration: Calibration): Promise<string> {
  const { models } = await readManifest(manifestPath);
  const model = Object.hasOwn(models, name) ? models[name] : undefined;
  if (model?.role !== 'embedder') throw new OperatorError(`${manifestPath} has no embedder "${name}".`);
  const isInside = typeof model.calibration !== 'string';
  const file = isInside ? `calibration/${name}.json` : String(model.calibration);
  const path = resolve(dirname(manifestPath), file);
  await writeJson(path, calibrationSchema.parse(calibration));
  if (isInside) {
    const manifest = JSON.parse(await readFile(manifestPath, 'utf8'));
    manifest.models[name].calibration = file;
    await writeJson(manifestPath, manifest);
  }
  return path;
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeAtomically(path, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
}
