import { resolve } from 'node:path';
import { readConfig } from '../src/config.js';
import { CALIBRATION_USAGE, parseCalibrationOptions } from '../src/evaluation/calibration/options.js';
import { runCalibration } from '../src/evaluation/calibration/run-calibration.js';
import { preparePack } from '../src/models/pack.js';
import { defaultManifestPath } from '../src/models/paths.js';
import { runScript } from './run-script.js';

/** `npm run calibrate -- <folder> [options]`: computes the scale of similarities of a model; see docs/evaluation.md. */
await runScript(async () => {
  const config = readConfig(process.env);
  const defaults = { pack: config.MODEL_PACK, workers: config.WORKERS };
  const options = parseCalibrationOptions(process.argv.slice(2), defaults);
  if (!options) {
    console.log(CALIBRATION_USAGE);
    return;
  }
  const manifestPath = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
  await runCalibration(options, {
    pack: await preparePack(manifestPath, options.pack, { log: console.error }),
    manifestPath,
    maxPixels: config.MAX_PIXELS,
    print: (text) => process.stdout.write(text),
  });
});
