import { blobUrl, h, svg } from '../dom.js';
import { refusalInWords, t } from '../words.js';

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
  const { width, height, faces } = found;
  const thick = Math.max(width, height) / 350;
  const drawing = svg('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', class: 'marks' });
  for (const [i, { box, people, fault }] of faces.entries()) {
    const [person] = people;
    const kind = person ? 'good' : fault ? 'bad' : 'aside';
    const words = person ? person.name || person.id : `${i + 1}`;
    // As wide as the space between two faces allows.
    const size = Math.max(thick * 5, Math.min(box.width / 4, thick * 9));
    const y = box.y - thick * 2 > size ? box.y - thick * 2 : box.y + box.height + size;
    drawing.append(
      svg('rect', { ...box, rx: thick * 2, class: `box ${kind}`, 'stroke-width': thick }),
      svg('text', { x: box.x + box.width / 2, y, 'font-size': size, 'text-anchor': 'middle', class: 'number' }, words),
    );
  }
  const alt = t('picture.alt', { n: faces.length });
  return h(
    'figure',
    { class: 'picture', 'data-photo': index + 1 },
    h('img', { src: blobUrl(photo, signal), alt }),
    drawing,
    caption,
  );
}
