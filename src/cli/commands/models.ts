import { resolve } from 'node:path';
import { preparePack } from '../../models/pack.js';
import { defaultManifestPath } from '../../util/paths.js';
import { defineCommand } from '../command.js';

export const models = defineCommand({
  about:
    'Fetches and prepares the weights of the pack MODEL_PACK of MODEL_MANIFEST where they are missing. Silent when there is nothing to do. See models/README.md.',
  async run() {
    const manifest = process.env.MODEL_MANIFEST;
    await preparePack(manifest ? resolve(manifest) : defaultManifestPath, process.env.MODEL_PACK || 'default', {
      log: console.log,
    });
  },
});
