import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { personHref } from '../people/person-card.js';
import { photoInput } from '../photo-input.js';
import { picture, verdicts } from '../picture.js';
import { prepared } from '../prepared-photo.js';
import { bar, legend, meaning } from '../scale.js';
import { adminPost, base64Of, mayDo, Refused, session } from '../session.js';
import { cropOf } from '../ui/crop.js';
import { kept, keptInput } from '../ui/kept.js';
import { skeletons, verdict } from '../ui/parts.js';
import { portrait } from '../ui/portrait.js';
import { refusalInWords, t } from '../words.js';

/**
 * Who is this? What was asked and answered is kept, so that it is there again after a look at another page.
 * @typedef {{photo?: File | undefined, collection?: string, report?: any, candidates?: any[] | undefined, refusal?: Refused | undefined}} State
 */
export function searchPage(main, signal) {
  const isCalibrated = session.status.similarity === 'calibrated';
  const state = kept('search', () => /** @type {State} */ ({}));
  const check = (name) => labelled(t(name), keptInput(name, h('input', { type: 'checkbox', onchange: () => look() })));
  const card = check('search.card');
  const largest = check('search.largest');
  const lenient = check('search.lenient');
  const number = h('input', {
    type: 'number',
    min: '0',
    max: '1',
    step: '0.01',
    value: '0.85',
    onchange: () => show(),
  });
  const threshold = labelled(t('search.threshold'), keptInput('search.threshold', number));
  const result = verdict();
  const again = h('button', { type: 'button', hidden: true, onclick: () => look() }, t('again'));
  const pair = h('div', { class: 'faces-pair' });
  const shown = h('div', { class: 'shown' });
  const found = h('section', { class: 'found', 'aria-label': t('search.candidates') });
  const checks = h('section', { class: 'checks', 'aria-label': t('check.title') });
  const outcome = h('div', { class: 'outcome' }, pair, h('div', {}, result.element, again));
  const below = h('div', { class: 'result' }, shown, found, checks);
  let turn = 0;

  main.append(
    h(
      'div',
      { class: 'card ask' },
      photoInput({ multiple: false, onPhotos: take, signal }),
      h(
        'div',
        { class: 'toolbar' },
        collectionChoice({ onChange: () => look() }),
        threshold.field,
        h('details', {}, h('summary', {}, t('search.options')), card.field, largest.field, lenient.field),
      ),
    ),
    outcome,
    below,
    legend(isCalibrated),
  );
  const isOfHere = state.collection === session.collection;
  if (isOfHere && (state.candidates || state.refusal)) show();
  else look();

  function take(photos) {
    state.photo = photos[0];
    return look();
  }

  async function look() {
    if (!state.photo) return;
    const mine = ++turn;
    state.collection = session.collection;
    Object.assign(state, { report: undefined, candidates: undefined, refusal: undefined });
    clear();
    result.say('', t('search.looking'));
    shown.replaceChildren(...skeletons(1, 'picture'));
    try {
      const photo = await prepared(state.photo);
      if (mine !== turn) return;
      state.photo = photo;
      const body = {
        photo: await base64Of(photo),
        allow_id_card: card.input.checked,
        only_largest_face: largest.input.checked,
        disable_validation: lenient.input.checked,
      };
      const report = await adminPost('/analyse', body);
      if (mine !== turn) return;
      state.report = report;
      if (report.refusal) throw new Refused(report.refusal.code, report.refusal.data, report.refusal.reason);
      const candidates = await adminPost('/candidates', { ...body, collection: session.collection, k: 10 });
      if (mine !== turn) return;
      state.candidates = candidates;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine !== turn) return;
      state.refusal = error;
    }
    // Kept for the next time where the page is gone.
    if (!signal.aborted) show();
  }

  function clear() {
    again.hidden = true;
    below.classList.remove('refused');
    for (const part of [pair, shown, found, checks]) part.replaceChildren();
  }

  /** Draws what is known. */
  function show() {
    const { photo, report, candidates, refusal } = state;
    if (!photo || !(candidates || refusal)) return;
    clear();
    if (report) {
      shown.replaceChildren(picture(photo, report, signal));
      checks.replaceChildren(folded(verdicts(report), Boolean(refusal)));
    }
    if (refusal) return showRefusal(refusal);
    showCandidates();
  }

  function showRefusal(refusal) {
    result.say('bad', t(refusal.isPassing ? 'search.failed' : 'search.refused'), refusalInWords(refusal));
    again.hidden = !refusal.isPassing;
    below.classList.add('refused');
    const faces = state.report?.faces.filter(({ isPerson }) => isPerson) ?? [];
    if (faces.length === 1) {
      pair.replaceChildren(cropOf(/** @type {File} */ (state.photo), faces[0].box, t('search.probe')));
      const advice = faces[0].quality.advice.map((one) => h('li', {}, t(`advice.${one}`)));
      if (advice.length > 0) found.replaceChildren(h('h2', {}, t('search.what-to-change')), h('ul', {}, advice));
    }
  }

  function showCandidates() {
    const { photo, report, candidates = [] } = state;
    const least = Number(threshold.input.value);
    const [best] = candidates;
    const face = report.faces.find(({ isPerson }) => isPerson) ?? report.faces[0];
    const probe = figure(t('search.probe'), cropOf(/** @type {File} */ (photo), face.box, t('search.probe')));
    if (!best) {
      pair.replaceChildren(probe);
      return result.say('warn', t('search.nobody-title'), t('search.nobody'));
    }
    const isMatch = best.similarity >= least;
    pair.replaceChildren(probe, figure(t('search.reference'), portrait(best, 'huge')));
    const who = best.name || best.id;
    const values = { who, id: best.id, n: cut(best.similarity), threshold: least };
    if (isMatch) result.say('good', t('search.found', values), t('search.found-text', values));
    else result.say('', t('search.not-found'), t('search.not-found-text', values));
    found.replaceChildren(
      h('h2', {}, t('search.candidates')),
      h(
        'ol',
        { class: 'candidates' },
        candidates.map((one) => candidate(one, least)),
      ),
    );
  }

  function candidate(one, least) {
    const { id, name, similarity } = one;
    const isMatch = similarity >= least;
    const who = h('strong', {}, h('bdi', {}, name || id));
    return h(
      'li',
      { class: isMatch ? 'match' : '' },
      portrait(one),
      h(
        'div',
        {},
        h(
          'div',
          { class: 'row' },
          mayDo('list') ? h('a', { href: personHref(id) }, who) : who,
          name && name !== id ? h('span', { class: 'hint' }, h('bdi', {}, id)) : null,
          h('span', { class: isMatch ? 'chip good' : 'chip' }, t(isMatch ? 'search.match' : 'search.no-match')),
          h('span', { class: 'similarity' }, t('search.similarity', { n: cut(similarity) })),
        ),
        bar(similarity, least, isCalibrated),
        h('small', { class: 'hint' }, meaning(similarity, isCalibrated)),
      ),
    );
  }
}

function figure(caption, shown) {
  return h('figure', {}, shown, h('figcaption', { class: 'hint' }, caption));
}

/** The checks are of interest where one of them refuses. */
function folded(table, isOpen) {
  return h('details', { open: isOpen }, h('summary', {}, t('check.title')), table);
}

/** Cut, not rounded: 0.8499 is no match at 0.85 and must not look like one. */
function cut(similarity) {
  return (Math.floor(similarity * 1000) / 1000).toFixed(3);
}
