import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { photoInput } from '../photo-input.js';
import { picture, verdicts } from '../picture.js';
import { bar, legend, meaning } from '../scale.js';
import { adminPost, base64Of, Refused, refuseTooLarge, session } from '../session.js';
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
  const again = h('button', { type: 'button', hidden: true, onclick: () => look() }, t('again'));
  const shown = h('div', { class: 'shown' });
  const found = h('section', { class: 'found', 'aria-label': t('search.candidates') });
  const checks = h('section', { class: 'checks', 'aria-label': t('check.title') });
  const result = h('div', { class: 'result' }, shown, found, checks);
  let photo;
  let candidates;
  let turn = 0;

  main.append(
    h(
      'div',
      { class: 'card' },
      collectionChoice({ onChange: () => look() }),
      photoInput({ multiple: false, onPhotos: take, signal }),
      h(
        'details',
        {},
        h('summary', {}, t('search.options')),
        h('div', { class: 'form-row' }, threshold.field, h('div', {}, card.field, largest.field, lenient.field)),
      ),
    ),
    status,
    again,
    result,
    legend(isCalibrated),
  );

  function take(photos) {
    [photo] = photos;
    return look();
  }

  async function look() {
    if (!photo) return;
    const mine = ++turn;
    say('', t('search.looking'));
    again.hidden = true;
    result.classList.remove('refused');
    for (const part of [shown, found, checks]) part.replaceChildren();
    candidates = undefined;
    const isOld = () => signal.aborted || mine !== turn;
    try {
      refuseTooLarge(photo);
      const body = {
        photo: await base64Of(photo),
        allow_id_card: card.input.checked,
        only_largest_face: largest.input.checked,
        disable_validation: lenient.input.checked,
      };
      const report = await adminPost('/analyse', body);
      if (isOld()) return;
      shown.replaceChildren(picture(photo, report, signal));
      checks.replaceChildren(verdicts(report));
      if (report.refusal) throw new Refused(report.refusal.code, report.refusal.data, report.refusal.reason);
      const nearest = await adminPost('/candidates', { ...body, collection: session.collection, k: 10 });
      if (isOld()) return;
      candidates = nearest;
      showCandidates();
    } catch (error) {
      if (!isOld()) refuse(error);
    }
  }

  function refuse(refusal) {
    const why = refusalInWords(refusal);
    say('bad', `✗ ${t(refusal.isPassing ? 'search.failed' : 'search.refused', { why })}`);
    again.hidden = !refusal.isPassing;
    result.classList.add('refused');
  }

  function say(kind, text) {
    status.className = `verdict ${kind}`;
    status.textContent = text;
  }

  function showCandidates() {
    if (!candidates) return;
    const least = Number(threshold.input.value);
    sayWho(least);
    if (candidates.length === 0) return found.replaceChildren();
    found.replaceChildren(
      h('h2', {}, t('search.candidates')),
      h(
        'ol',
        { class: 'candidates' },
        candidates.map((one) => candidate(one, least)),
      ),
    );
  }

  /** What a search with this threshold answers. */
  function sayWho(least) {
    const [best] = candidates;
    if (!best) return say('', t('search.nobody'));
    const who = best.name && best.name !== best.id ? `${best.name} (${best.id})` : best.id;
    const values = { who, n: cut(best.similarity), threshold: least };
    if (best.similarity >= least) say('good', `✓ ${t('search.found', values)}`);
    else say('', `✗ ${t('search.not-found', values)}`);
  }

  function candidate({ id, name, similarity }, least) {
    const isMatch = similarity >= least;
    return h(
      'li',
      { class: isMatch ? 'match' : '' },
      h(
        'div',
        { class: 'row' },
        h('strong', {}, h('bdi', {}, name || id)),
        name && name !== id ? h('span', { class: 'hint' }, h('bdi', {}, id)) : null,
        h('span', { class: isMatch ? 'tag good' : 'tag' }, t(isMatch ? 'search.match' : 'search.no-match')),
        h('span', { class: 'similarity' }, t('search.similarity', { n: cut(similarity) })),
      ),
      bar(similarity, least, isCalibrated),
      h('small', { class: 'hint' }, meaning(similarity, isCalibrated)),
    );
  }
}

/** Cut, not rounded: 0.8499 is no match at 0.85 and must not look like one. */
function cut(similarity) {
  return (Math.floor(similarity * 1000) / 1000).toFixed(3);
}
