import { resolve } from 'node:path';
import { preparePack } from '../src/models/pack.js';
import { defaultManifestPath } from '../src/models/paths.js';
import { runScript } from './run-script.js';

/**
 * `npm run models`: fetches and prepares the weights of the pack MODEL_PACK of MODEL_MANIFEST
 * where they are missing. Silent when there is nothing to do.
 */
await runScript(async () => {
  const manifest = process.env.MODEL_MANIFEST;
  await preparePack(manifest ? resolve(manifest) : defaultManifestPath, process.env.MODEL_PACK || 'default', {
    log: console.log,
  });
});
