import { resolve } from 'node:path';
import { preparePack } from '../../models/pack.js';
import { defaultManifestPath } from '../../util/paths.js';
import { showProgress } from '../../util/progress.js';
import { defineCommand } from '../command.js';

export const models = defineCommand({
  about:
    'Fetches and prepares the weights of the pack MODEL_PACK of MODEL_MANIFEST where they are missing. Silent when there is nothing to do. A download that was cut or killed goes on where it was. See models/README.md.',
  notes: `  ACCEPT_LICENCE       names of restricted licences that you accept, with commas between them
  MODELS_TARBALL_DIR   folder with files put in place by hand (default: models/tarballs)
  MODELS_MIRROR        https address of a folder that is asked for downloads first
  HTTPS_PROXY, NO_PROXY are followed`,
  async run() {
    const manifest = process.env.MODEL_MANIFEST;
    await preparePack(manifest ? resolve(manifest) : defaultManifestPath, process.env.MODEL_PACK || 'default', {
      log: console.log,
      progress: showProgress,
    });
  },
});
