import { blobUrl, h, labelled } from '../dom.js';
import { prepared } from '../prepared-photo.js';
import { bar, meaning } from '../scale.js';
import { facematch, session } from '../session.js';
import { icon } from '../ui/icon.js';
import { kept, keptInput } from '../ui/kept.js';
import { verdict } from '../ui/parts.js';
import { refusalInWords, t } from '../words.js';

/** From here on the server says that two photos show one person. */
const MATCH_FROM = 0.8;

export function comparePage(main, signal) {
  const state = kept('compare', () => ({ photos: /** @type {any[]} */ ([undefined, undefined]), found: undefined }));
  const { photos } = state;
  const result = verdict();
  const detail = h('div');
  const again = h('button', { type: 'button', hidden: true, onclick: () => look() }, t('again'));
  const validate = labelled(
    t('compare.validate'),
    keptInput('compare.validate', h('input', { type: 'checkbox', onchange: () => look() })),
  );
  let turn = 0;

  const chooser = (i) => {
    const shown = h('figure', { class: 'picture' });
    draw(i, shown);
    const input = h('input', {
      type: 'file',
      accept: 'image/*,.heic,.heif,.avif',
      class: 'visually-hidden',
      onchange: () => take(i, shown, input.files[0]),
    });
    const zone = h(
      'label',
      { class: 'drop' },
      input,
      h('strong', { class: 'row' }, icon('image'), t('compare.choose', { n: i + 1 })),
    );
    // Files that miss the zone are dropped nowhere.
    zone.addEventListener('drop', (event) => take(i, shown, event.dataTransfer?.files[0]));
    return h('section', { 'aria-label': t('compare.photo', { n: i + 1 }) }, zone, shown);
  };

  main.append(
    h('p', { class: 'hint' }, t('compare.intro')),
    result.element,
    detail,
    again,
    h('div', { class: 'card' }, h('div', { class: 'pair' }, chooser(0), chooser(1)), validate.field),
  );
  if (state.found) show(state.found);
  else look();

  function take(i, shown, photo) {
    if (!photo) return undefined;
    photos[i] = photo;
    draw(i, shown);
    return look();
  }

  function draw(i, shown) {
    if (photos[i])
      shown.replaceChildren(h('img', { src: blobUrl(photos[i], signal), alt: t('compare.photo', { n: i + 1 }) }));
  }

  async function look() {
    if (photos.some((photo) => !photo)) return;
    const mine = ++turn;
    const isOld = () => signal.aborted || mine !== turn;
    state.found = undefined;
    result.say('', t('compare.looking'));
    again.hidden = true;
    detail.replaceChildren();
    try {
      const both = await Promise.all(photos.map(prepared));
      const found = await facematch(both, validate.input.checked);
      if (mine === turn) state.found = found;
      if (!isOld()) show(found);
    } catch (error) {
      if (isOld()) return;
      const why = refusalInWords(error);
      const { photo, isPassing } = /** @type {import('../session.js').Refused} */ (error);
      result.say('bad', photo ? t('compare.refused', { photo }) : t('compare.failed'), why);
      again.hidden = !isPassing;
    }
  }

  function show({ isMatch, similarity, isBothImgIDCard }) {
    const isCalibrated = session.status.similarity === 'calibrated';
    // Cut, not rounded: 79.99 is no match and must not look like one.
    const n = (Math.floor(similarity * 10) / 10).toFixed(1);
    if (isMatch) result.say('good', t('compare.match'), t('compare.similarity', { n }));
    else result.say('warn', t('compare.no-match'), t('compare.below', { n }));
    detail.replaceChildren(
      bar(similarity / 100, MATCH_FROM, isCalibrated),
      h('small', { class: 'hint' }, meaning(similarity / 100, isCalibrated)),
      isBothImgIDCard ? h('p', { class: 'hint' }, t('compare.cards')) : '',
    );
  }
}
