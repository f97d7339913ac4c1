import { resolve } from 'node:path';
import { readConfig } from '../../config/config.js';
import { calibrationOptions, parseCalibrationOptions } from '../../evaluation/calibration/options.js';
import { runCalibration } from '../../evaluation/calibration/run-calibration.js';
import { preparePack } from '../../models/pack.js';
import { defaultManifestPath } from '../../util/paths.js';
import { defineCommand } from '../command.js';

export const calibrate = defineCommand({
  about:
    'Computes the cosines that the scale of similarities rests on, from a folder that holds manifest.csv (path,identity[,set]). See docs/evaluation.md.',
  operands: ['<folder>'],
  options: calibrationOptions,
  async run(values, [folder = '']) {
    const config = readConfig(process.env);
    const defaults = { pack: config.MODEL_PACK, workers: config.WORKERS };
    const options = parseCalibrationOptions(values, folder, defaults);
    const manifestPath = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
    await runCalibration(options, {
      pack: await preparePack(manifestPath, options.pack, { log: console.error }),
      manifestPath,
      maxPixels: config.MAX_PIXELS,
      print: (text) => process.stdout.write(text),
    });
  },
});
