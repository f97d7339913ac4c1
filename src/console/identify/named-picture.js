import { blobUrl, h, svg } from '../dom.js';
import { openDialog } from '../ui/dialog.js';
import { refusalInWords, t } from '../words.js';

/** Width of a letter in heights of the text, on the average. */
const LETTER = 0.58;

/**
 * A photo with a box and a name for each face; strangers have a number. `index` is that of the photo.
 * @param {{photo: File, found?: any, refusal?: any}} shot
 */
export function namedPicture({ photo, found, refusal }, index, signal) {
  const caption = h('figcaption', { class: 'hint' }, photo.name);
  if (refusal) {
    const why = h('p', { class: 'bad' }, refusalInWords(refusal));
    return h(
      'figure',
      { class: 'picture refused' },
      h('img', { src: blobUrl(photo, signal), alt: photo.name }),
      why,
      caption,
    );
  }
  const alt = t('picture.alt', { n: found.faces.length });
  const marked = () => [h('img', { src: blobUrl(photo, signal), alt }), drawn(found)];
  const enlarge = () =>
    openDialog({ title: photo.name, full: true, content: [h('div', { class: 'picture' }, marked())] });
  const button = h(
    'button',
    { type: 'button', class: 'enlarge', 'aria-label': t('identify.enlarge', { name: photo.name }), onclick: enlarge },
    marked(),
  );
  return h('figure', { class: 'picture', 'data-photo': index + 1 }, button, caption);
}

/** Boxes with names. A name takes no more space than there is to the next face beside it. */
function drawn({ width, height, faces }) {
  const thick = Math.max(width, height) / 350;
  const drawing = svg('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', class: 'marks' });
  for (const [i, { box, people, fault }] of faces.entries()) {
    const [person] = people;
    const kind = person ? 'good' : fault ? 'bad' : 'aside';
    const middle = box.x + box.width / 2;
    const lines = person ? linesOf(person.name || person.id) : [`${i + 1}`];
    const letters = Math.max(...lines.map((line) => [...line].length));
    const space = Math.min(spaceBeside(box, faces), 2 * middle, 2 * (width - middle));
    const size = Math.min(box.width / 3, thick * 9, space / (letters * LETTER));
    const high = size * lines.length;
    // In the picture, also above a face at its edge: below it, the name would lie on that of the next row.
    const y = Math.max(size, box.y - thick * 2 - high + size);
    const line = (words, j) => svg('tspan', { x: middle, y: y + j * size }, words);
    drawing.append(
      svg('rect', { ...box, rx: thick * 2, class: `box ${kind}`, 'stroke-width': thick }),
      svg('text', { 'font-size': size, 'text-anchor': 'middle', class: 'number' }, lines.map(line)),
    );
  }
  return drawing;
}

/** To the middle of the nearest face whose name could stand on the same height. */
function spaceBeside(box, faces) {
  const [x, y] = [box.x + box.width / 2, box.y];
  const distances = faces
    .filter(({ box: other }) => other !== box && Math.abs(other.y - y) < box.height)
    .map(({ box: other }) => Math.abs(other.x + other.width / 2 - x));
  return Math.max(box.width, Math.min(4 * box.width, ...distances));
}

/** A name of several words in two lines of about the same length. */
function linesOf(name) {
  const words = name.split(' ');
  if (words.length < 2 || name.length < 8) return [name];
  const splits = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(' '), words.slice(i + 1).join(' ')]);
  const longest = (lines) => Math.max(...lines.map(({ length }) => length));
  return splits.reduce((best, lines) => (longest(lines) < longest(best) ? lines : best));
}
