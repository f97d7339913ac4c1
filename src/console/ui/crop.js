import { h } from '../dom.js';

/** Pixels of each side of a crop. */
const SIZE = 320;
/** Of the side of the face: with hair and chin. */
const MARGIN = 1.7;

/** Photos that are being decoded, with how many crops wait for each: thirty faces of one photo decode it once. */
const decoding = new Map();

/**
 * One face of a photo as a square picture of its own.
 * @param {Blob} photo
 * @param {{x: number, y: number, width: number, height: number}} box in pixels of the upright photo
 * @param {string} label what the picture shows, for those who do not see it
 */
export function cropOf(photo, { x, y, width, height }, label) {
  const canvas = h('canvas', { width: SIZE, height: SIZE, class: 'crop', role: 'img', 'aria-label': label });
  const side = Math.max(width, height) * MARGIN;
  const from = [x + width / 2 - side / 2, y + height / 2 - side / 2];
  const decoded = decoding.get(photo) ?? { bitmap: createImageBitmap(photo), waiting: 0 };
  decoded.waiting++;
  decoding.set(photo, decoded);
  const draw = (bitmap) => canvas.getContext('2d').drawImage(bitmap, ...from, side, side, 0, 0, SIZE, SIZE);
  decoded.bitmap
    .then(draw, () => canvas.remove())
    .finally(() => {
      if (--decoded.waiting > 0) return;
      decoding.delete(photo);
      decoded.bitmap.then(
        (bitmap) => bitmap.close(),
        () => {},
      );
    });
  return canvas;
}
