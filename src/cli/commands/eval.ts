import { resolve } from 'node:path';
import { readConfig } from '../../config/config.js';
import { evaluationOptions } from '../../evaluation/options.js';
import { runEvaluation } from '../../evaluation/run-evaluation.js';
import { preparePack } from '../../models/pack.js';
import { defaultManifestPath } from '../../util/paths.js';
import { defineCommand } from '../command.js';

export const evaluate = defineCommand({
  about:
    'Measures face recognition and the gates on a folder that holds manifest.csv (path,identity[,set][,label][,expect]) and, if there are any, pair lists pairs*.csv (a,b,same) and aliases.csv (name,is). See docs/evaluation.md.',
  operands: ['<folder>'],
  options: evaluationOptions,
  async run(values, [folder = '']) {
    const config = readConfig(process.env);
    const { pack = config.MODEL_PACK, workers = config.WORKERS } = values;
    const manifest = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
    // `facesearch models` prepared the environment's pack; --pack may name another one.
    const prepared = await preparePack(manifest, pack, { log: console.error });
    await runEvaluation(
      { ...values, folder: resolve(folder), pack, workers },
      {
        pack: prepared,
        maxPixels: config.MAX_PIXELS,
        print: (text) => process.stdout.write(text),
      },
    );
  },
});
