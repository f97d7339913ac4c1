import { resolve } from 'node:path';
import { readConfig } from '../src/config.js';
import { parseOptions, USAGE } from '../src/evaluation/options.js';
import { runEvaluation } from '../src/evaluation/run-evaluation.js';
import { preparePack } from '../src/models/pack.js';
import { defaultManifestPath } from '../src/models/paths.js';
import { runScript } from './run-script.js';

/** `npm run eval -- <folder> [options]`: measures face recognition on a labelled folder; see docs/evaluation.md. */
await runScript(async () => {
  const config = readConfig(process.env);
  const options = parseOptions(process.argv.slice(2), { pack: config.MODEL_PACK, workers: config.WORKERS });
  if (!options) {
    console.log(USAGE);
    return;
  }
  const manifest = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
  // `npm run models` prepared the environment's pack; --pack may name another one.
  const pack = await preparePack(manifest, options.pack, { log: console.error });
  await runEvaluation(options, {
    pack,
    maxPixels: config.MAX_PIXELS,
    print: (text) => process.stdout.write(text),
  });
});
