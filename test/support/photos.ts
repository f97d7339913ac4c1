import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { projectRoot } from '../../src/util/paths.js';

const packages = JSON.parse(readFileSync(join(projectRoot, 'test', 'photos.json'), 'utf8')) as {
  package: string;
  photos: Record<string, string>;
}[];

/** Names of all test photos. */
export const photoNames: readonly string[] = packages.flatMap(({ photos }) => Object.keys(photos));

/** The bytes of a test photo (a JPEG) by its file name, for example `audrey.jpg`; test/photos.json lists them. */
export function photo(name: string): Buffer {
  const holder = packages.find(({ photos }) => Object.hasOwn(photos, name));
  if (!holder) throw new Error(`test/photos.json lists no photo ${name}`);
  const path = join(projectRoot, '.cache', 'test-photos', holder.package, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`node dist/scripts/fetch-test-photos.js\``);
  return readFileSync(path);
}

/** Franck (franck_01829.jpg) large on the left, and Audrey (audrey.jpg) small in the middle. */
export async function twoPeople(): Promise<Buffer> {
  const small = await sharp(photo('audrey.jpg')).resize({ height: 288 }).toBuffer();
  return sharp({ create: { width: 1440, height: 576, channels: 3, background: 'gray' } })
    .composite([
      { input: photo('franck_01829.jpg'), left: 0, top: 0 },
      { input: small, left: 700, top: 150 },
    ])
    .jpeg()
    .toBuffer();
}
