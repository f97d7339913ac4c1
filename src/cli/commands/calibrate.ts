import { resolve } from 'node:path';
import { readConfig } from '../../config/config.js';
import { calibrationOptions, checkGroups } from '../../evaluation/calibration/options.js';
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
    const { pack = config.MODEL_PACK, workers = config.WORKERS } = values;
    checkGroups(values);
    const manifestPath = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
    const options = { ...values, folder: resolve(folder), pack, workers };
    await runCalibration(options, {
      pack: await preparePack(manifestPath, pack, { log: console.error }),
      manifestPath,
      maxPixels: config.MAX_PIXELS,
      print: (text) => process.stdout.write(text),
    });
  },
});
