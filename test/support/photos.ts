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

/** Up to two people side by side on grey, 960x720: Franck (franck_01829.jpg) left and Audrey (audrey.jpg) right, by the widths of their faces in pixels. */
export async function facesOfWidths(...widths: number[]): Promise<Buffer> {
  const people = [
    { name: 'franck_01829.jpg', faceShare: 255 / 720 },
    { name: 'audrey.jpg', faceShare: 240 / 540 },
  ];
  const layers = widths.map(async (width, i) => {
    const { name, faceShare } = people[i] as (typeof people)[number];
    const side = Math.round(width / faceShare);
    const input = await sharp(photo(name)).resize({ width: side }).toBuffer();
    return { input, left: i === 0 ? 20 : 940 - side, top: 20 };
  });
  return sharp({ create: { width: 960, height: 720, channels: 3, background: 'gray' } })
    .composite(await Promise.all(layers))
    .jpeg({ quality: 95 })
    .toBuffer();
}
