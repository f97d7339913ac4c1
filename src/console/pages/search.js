import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { photoInput } from '../photo-input.js';
import { picture, verdicts } from '../picture.js';
import { bar, legend, meaning } from '../scale.js';
import { adminPost, base64Of, Refused, session } from '../session.js';
import { refusalInWords, t } from '../words.js';

export function searchPage(main, signal) {
  const isCalibrated = session.status.similarity === 'calibrated';
  const check = (name) => labelled(t(name), h('input', { type: 'checkbox', onchange: () => look() }));
  const card = check('search.card');
  const largest = check('search.largest');
  const lenient = check('search.lenient');
  const threshold = labelled(
    t('search.threshold'),
    h('input', { type: 'number', min: '0', max: '1', step: '0.01', value: '0.85', onchange: () => showCandidates() }),
  );
  const status = h('p', { role: 'status', class: 'verdict' });
  const seen = h('section', { 'aria-label': t('check.title') });
  const found = h('section', { 'aria-label': t('search.candidates') });
  let photo;
  let candidates;
  let turn = 0;

  main.append(
    h(
      'div',
      { class: 'card' },
      collectionChoice(() => look()),
      photoInput({ multiple: false, onPhotos: take, signal }),
      h(
        'details',
        {},
        h('summary', {}, t('search.options')),
        h('div', { class: 'form-row' }, threshold.field, h('div', {}, card.field, largest.field, lenient.field)),
      ),
    ),
    status,
    h('div', { class: 'columns' }, seen, found),
    legend(isCalibrated),
  );

  function take(photos) {
    [photo] = photos;
    return look();
  }

  async function look() {
    if (!photo) return;
    const mine = ++turn;
    status.className = 'verdict';
    status.textContent = t('search.looking');
    found.replaceChildren();
    seen.replaceChildren();
    candidates = undefined;
    const isOld = () => signal.aborted || mine !== turn;
    try {
      const body = {
        photo: await base64Of(photo),
        allow_id_card: card.input.checked,
        only_largest_face: largest.input.checked,
        disable_validation: lenient.input.checked,
      };
      const report = await adminPost('/analyse', body);
      if (isOld()) return;
      seen.replaceChildren(picture(photo, report, signal), verdicts(report));
      if (report.refusal) throw new Refused(report.refusal.code, report.refusal.data, report.refusal.reason);
      const nearest = await adminPost('/candidates', { ...body, collection: session.collection, k: 10 });
      if (isOld()) return;
      candidates = nearest;
      status.className = 'verdict good';
      status.textContent = `✓ ${t('search.accepted')}`;
      showCandidates();
    } catch (error) {
      if (!isOld()) refuse(error);
    }
  }

  function refuse(refusal) {
    status.className = 'verdict bad';
    status.textContent = `✗ ${t('search.refused', { why: refusalInWords(refusal) })}`;
  }

  function showCandidates() {
    if (!candidates) return;
    const least = Number(threshold.input.value);
    found.replaceChildren(
      h('h2', {}, t('search.candidates')),
      candidates.length === 0
        ? h('p', {}, t('search.nobody'))
        : h(
            'ol',
            { class: 'candidates' },
            candidates.map((one) => candidate(one, least)),
          ),
    );
  }

  function candidate({ id, name, similarity }, least) {
    const isMatch = similarity >= least;
    // Cut, not rounded: 0.8499 is no match at 0.85 and must not look like one.
    const shown = (Math.floor(similarity * 1000) / 1000).toFixed(3);
    return h(
      'li',
      { class: isMatch ? 'match' : '' },
      h(
        'div',
        { class: 'row' },
        h('strong', {}, h('bdi', {}, name || id)),
        name && name !== id ? h('span', { class: 'hint' }, h('bdi', {}, id)) : null,
        h('span', { class: isMatch ? 'tag good' : 'tag' }, t(isMatch ? 'search.match' : 'search.no-match')),
        h('span', { class: 'similarity' }, t('search.similarity', { n: shown })),
      ),
      bar(similarity, least, isCalibrated),
      h('small', { class: 'hint' }, meaning(similarity, isCalibrated)),
    );
  }
}
