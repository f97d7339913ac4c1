import { Refused } from './session.js';

/** Bytes of the largest photo that the server takes. */
const MAX_BYTES = 5 * 1024 * 1024;
/** Pixels of the longer side of a photo that is made smaller: enough for a class of 50. */
const LONGEST = 4096;
const AS_THEY_ARE = ['image/jpeg', 'image/png'];
/** Formats whose type not every system knows by the name of the file. */
const BY_NAME = /\.(jpe?g|png|webp|avif|heic|heif|gif|bmp)$/i;

/** Whether a file may be a photo. @param {File} file */
export function isPhoto({ type, name }) {
  return type.startsWith('image/') || BY_NAME.test(name);
}

/**
 * A photo as the server takes it: JPEG or PNG of at most 5 MB. Larger ones, and other formats that this browser can
 * read (WebP and AVIF in each; HEIC in Safari), are written anew as JPEG.
 * @param {File} photo
 * @returns {Promise<File>}
 * @throws {Refused} of a format that this browser cannot read
 */
export async function prepared(photo) {
  if (AS_THEY_ARE.includes(photo.type) && photo.size <= MAX_BYTES) return photo;
  const bitmap = await decoded(photo);
  const name = photo.name.replace(/\.[^.]+$/, '.jpg');
  try {
    let longest = Math.min(LONGEST, Math.max(bitmap.width, bitmap.height));
    for (;;) {
      const blob = await jpegOf(bitmap, longest);
      if (blob.size <= MAX_BYTES) return new File([blob], name, { type: 'image/jpeg' });
      longest = Math.round(longest * 0.8);
    }
  } finally {
    bitmap.close();
  }
}

/** With the photo upright, as its EXIF data say. */
async function decoded(photo) {
  try {
    return await createImageBitmap(photo);
  } catch {
    const isHeic = /hei[cf]/i.test(`${photo.type} ${photo.name}`);
    throw new Refused('400', 'This browser cannot read the photo.', isHeic ? 'no-heic' : 'image-format');
  }
}

function jpegOf(bitmap, longest) {
  const scale = longest / Math.max(bitmap.width, bitmap.height);
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  // JPEG knows no transparency: what was clear is white, not black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
}
