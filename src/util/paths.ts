import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the project, whether this runs from src/ or, compiled, from dist/. */
export const projectRoot: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('No package.json above the code: cannot tell where the project is.');
    folder = parent;
  }
  return folder;
})();

/** The manifest that is used unless MODEL_MANIFEST names another one. */
export const defaultManifestPath: string = join(projectRoot, 'models', 'manifest.json');

/** Where prepared weights are kept unless the caller says otherwise. */
export const defaultPreparedDir: string = join(projectRoot, 'models', 'prepared');

/** Where downloads of weights are while they are not complete. */
export const defaultDownloadDir: string = join(defaultPreparedDir, 'downloads');

/** Where tarballs, archives and weights put in place by hand are looked for, before anything is fetched. */
export function defaultTarballDir(): string {
  return process.env.MODELS_TARBALL_DIR || join(projectRoot, 'models', 'tarballs');
}
