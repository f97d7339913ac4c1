import sharp from 'sharp';

/** Pixels of the longer side; twice what a page shows, for screens of high density. */
const SIDE = 256;
const MAX_PIXELS = 100_000_000;

/** A small picture of a photo as a data URI; undefined where the file shows none. */
export async function thumbnail(file: string): Promise<string | undefined> {
  try {
    const small = await sharp(file, { failOn: 'none', limitInputPixels: MAX_PIXELS })
      .rotate()
      .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#fff' })
      .jpeg({ quality: 70 })
      .toBuffer();
    return `data:image/jpeg;base64,${small.toString('base64')}`;
  } catch {
    return undefined;
  }
}
