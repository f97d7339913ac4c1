import { blobUrl, h } from '../dom.js';
import { picture, verdicts } from '../picture.js';
import { admin, adminPost, base64Of, facePhoto, mayDo, session } from '../session.js';
import { confirmed, openDialog } from '../ui/dialog.js';
import { emptyState, skeletons } from '../ui/parts.js';
import { portrait, why } from '../ui/portrait.js';
import { toast, toastRefusal } from '../ui/toast.js';
import { locale, refusalInWords, t } from '../words.js';

/** The faces of a person, each with picture and date; a press shows the photo and what the server thinks of it. */
export function faceGrid(person, faces, signal, changed) {
  const { id, name } = person;
  const collection = session.collection;
  if (faces.length === 0) return emptyState('image-off', t('faces.none'));
  const areKept = faces.every(({ hasPhoto }) => hasPhoto);
  return h(
    'section',
    { 'aria-label': t('faces.title', { name: name || id }) },
    h('ul', { class: 'faces' }, faces.map(item)),
    areKept ? null : h('p', { class: 'hint' }, why()),
  );

  function item({ face, model, created, hasPhoto }) {
    const when = new Date(created).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
    const remove = async () => {
      if (!(await confirmed(t('faces.delete?'), { text: t('people.no-undo'), yes: t('delete'), danger: true }))) return;
      try {
        await admin('DELETE', `/faces/${face}`, { collection, id });
        toast(t('faces.deleted'), { kind: 'good' });
      } catch (error) {
        toastRefusal(error);
      }
      changed();
    };
    const look = () => showPhoto({ collection, id, name, face, when }, signal);
    const shown = portrait({ id, name, portrait: hasPhoto ? face : null }, 'huge');
    const erase = h(
      'button',
      { type: 'button', class: 'plain danger', 'aria-label': t('faces.delete.of', { n: face }), onclick: remove },
      t('delete'),
    );
    return h(
      'li',
      { class: 'card' },
      hasPhoto
        ? h(
            'button',
            { type: 'button', class: 'plain look', onclick: look, 'aria-label': t('faces.look', { n: face }) },
            shown,
          )
        : shown,
      h('small', { class: 'hint', title: model }, hasPhoto ? when : `${when} · ${t('faces.no-photo')}`),
      mayDo('delete') && erase,
    );
  }
}

/** The photo that was kept, with what each check measures in it. */
async function showPhoto({ collection, id, name, face, when }, signal) {
  const place = h('div', {}, skeletons(1, 'picture'));
  openDialog({
    title: t('faces.photo', { name: name || id }),
    wide: true,
    content: [h('p', { class: 'hint' }, when), place],
  });
  try {
    const photo = await facePhoto(collection, id, face);
    place.replaceChildren(h('img', { src: blobUrl(photo, signal), alt: t('faces.photo', { name: name || id }) }));
    if (!mayDo('search')) return;
    const report = await adminPost('/analyse', {
      photo: await base64Of(photo),
      disable_validation: true,
      only_largest_face: true,
      allow_id_card: true,
    });
    place.replaceChildren(h('div', { class: 'columns' }, picture(photo, report, signal), verdicts(report)));
  } catch (error) {
    // A crop may be smaller than photos must be: the picture stays, without the checks.
    place.append(h('p', { class: 'hint' }, refusalInWords(error)));
  }
}
