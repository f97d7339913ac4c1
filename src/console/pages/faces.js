import { blobUrl, h } from '../dom.js';
import { admin, facePhoto, session } from '../session.js';
import { confirmed } from '../ui/dialog.js';
import { toastRefusal } from '../ui/toast.js';
import { locale, refusalInWords, t } from '../words.js';

/** Shows the faces of a person in a row of the table of people. */
export async function facesOf({ id, name }, row, signal, changed) {
  const collection = session.collection;
  const cell = h('td', { colspan: '4' }, t('loading'));
  row.replaceChildren(cell);
  try {
    const faces = await admin('GET', '/faces', { collection, id });
    const list = h('ul', { class: 'faces', 'aria-label': t('faces.title', { name: name || id }) }, faces.map(item));
    const areKept = faces.every(({ hasPhoto }) => hasPhoto);
    const why = areKept ? [] : [h('p', { class: 'hint' }, t('faces.why-no-photo'))];
    cell.replaceChildren(...(faces.length > 0 ? [list, ...why] : [t('faces.none')]));
  } catch (error) {
    cell.textContent = refusalInWords(error);
  }

  function item({ face, model, created, hasPhoto }) {
    const when = new Date(created).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
    const picture = h('div', { class: 'thumb' }, hasPhoto ? '' : h('span', {}, t('faces.no-photo')));
    if (hasPhoto) {
      facePhoto(collection, id, face).then(
        (blob) => picture.append(h('img', { src: blobUrl(blob, signal), alt: t('faces.photo', { name: name || id }) })),
        () => picture.append(t('faces.no-photo')),
      );
    }
    const remove = async () => {
      if (!(await confirmed(t('faces.delete?'), { yes: t('delete'), danger: true }))) return;
      await admin('DELETE', `/faces/${face}`, { collection, id }).catch(toastRefusal);
      await changed();
    };
    return h(
      'li',
      {},
      picture,
      h('span', { title: model }, `#${face}, ${t('faces.added', { when })}`),
      h(
        'button',
        { type: 'button', class: 'danger', 'aria-label': t('faces.delete.of', { n: face }), onclick: remove },
        t('delete'),
      ),
    );
  }
}
