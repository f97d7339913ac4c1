import { h } from '../dom.js';
import { admin, adminPost } from '../session.js';
import { listTable } from '../table.js';
import { confirmed } from '../ui/dialog.js';
import { chip, iconButton, skeletons, verdict } from '../ui/parts.js';
import { toast, toastRefusal } from '../ui/toast.js';
import { locale, refusalInWords, t, wholeNumber } from '../words.js';

/** Milliseconds between two looks at a calibration that runs. */
const PAUSE = 1500;

/** What is rarer cannot be told from the people of any gallery. */
const RAREST = 1e-8;

/** Which scale holds and what it says about strangers; a new one from the own people, and the way back. */
export function calibrationPage(main, signal) {
  const start = iconButton('gauge', t('calibration.start'), { class: 'primary', onclick: () => begin() });
  const back = iconButton('undo-2', t('calibration.revert'), { hidden: true, onclick: () => revert() });
  const progress = h('progress', { hidden: true, 'aria-label': t('calibration.progress') });
  const state = h('p', { role: 'status', class: 'hint' }, t('calibration.start-hint'));
  const result = verdict();
  const fresh = h('div');
  const holding = h('div', {}, skeletons(3, 'row-high'));
  const history = h('div');
  let turn = 0;
  /** @type {any} */
  let known = { active: null, scales: [] };
  main.append(
    h('p', { class: 'hint' }, t('calibration.hint')),
    h('div', { class: 'toolbar' }, start, back),
    h('div', { class: 'progress' }, progress, state),
    result.element,
    fresh,
    holding,
    history,
  );
  show();

  async function show() {
    const mine = ++turn;
    try {
      const [scale, scales] = await Promise.all([admin('GET', '/scale'), admin('GET', '/scales')]);
      if (signal.aborted || mine !== turn) return;
      known = scales;
      sayRun(scales.run);
      back.hidden = scales.active === null;
      holding.replaceChildren(holdingCard(scale, scales));
      history.replaceChildren(...historyOf(scales));
      if (scales.run?.state === 'running') setTimeout(() => !signal.aborted && mine === turn && show(), PAUSE);
    } catch (error) {
      if (signal.aborted || mine !== turn) return;
      start.disabled = true;
      holding.replaceChildren();
      state.textContent = '';
      result.say('warn', refusalInWords(error));
    }
  }

  function sayRun(run) {
    const isRunning = run?.state === 'running';
    start.disabled = isRunning;
    progress.hidden = !isRunning;
    state.textContent = t(isRunning ? 'calibration.running' : 'calibration.start-hint');
    if (run?.fault) result.say('bad', t('calibration.failed'), t(`calibration.fault-${run.fault}`));
    else result.say('', '');
    fresh.replaceChildren(run?.state === 'done' ? freshCard(run.result) : '');
  }

  async function begin() {
    await admin('POST', '/scales/calibrate').catch(toastRefusal);
    await show();
  }

  async function use() {
    const asked = { text: t('calibration.use-text'), yes: t('calibration.use') };
    if (!(await confirmed(t('calibration.use?'), asked))) return;
    await admin('POST', '/scales/write').then(() => toast(t('calibration.used'), { kind: 'good' }), toastRefusal);
    await show();
  }

  async function revert() {
    const { active, scales } = known;
    const before = scales[scales.findIndex(({ scale }) => scale === active) + 1];
    const text = before
      ? t('calibration.revert-to', { scale: before.scale, date: dateOf(before.made) })
      : t('calibration.revert-to-model');
    if (!(await confirmed(t('calibration.revert?'), { text, yes: t('calibration.revert'), danger: true }))) return;
    await adminPost('/scales/revert', { from: active }).then(
      () => toast(t('calibration.reverted'), { kind: 'good' }),
      toastRefusal,
    );
    await show();
  }

  function freshCard(numbers) {
    return h(
      'section',
      { class: 'card' },
      h('h2', {}, t('calibration.result')),
      h('p', {}, t('calibration.result-text', counts(numbers))),
      numbers.isRough && h('p', { class: 'note' }, t('calibration.rough')),
      numbers.suspects > 0 &&
        h('p', { class: 'note' }, t('calibration.suspects', { n: wholeNumber(numbers.suspects) })),
      ratesTable(numbers.rates),
      h('div', { class: 'row' }, iconButton('check', t('calibration.use'), { class: 'primary', onclick: use })),
    );
  }
}

function holdingCard({ origin, meanings }, { active, scales }) {
  const one = scales.find(({ scale }) => scale === active);
  const text = one
    ? t('calibration.gallery-text', { scale: one.scale, date: dateOf(one.made), ...counts(one.numbers) })
    : t(`calibration.${origin}-text`);
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, t('calibration.holds')),
    h(
      'p',
      {},
      h('strong', {}, t(`calibration.${origin}`)),
      ' ',
      origin === 'provisional' && chip(t('calibration.estimated'), 'warn'),
    ),
    h('p', {}, text),
    ratesTable(one ? one.numbers.rates : meanings),
  );
}

/** What each threshold says about strangers: one in so many pairs. */
function ratesTable(rates) {
  const hasModel = rates.some(({ onModelScale }) => typeof onModelScale === 'number');
  const columns = /** @type {any[]} */ ([
    { text: 'calibration.threshold', kind: 'count' },
    { text: 'calibration.strangers' },
    ...(hasModel ? [{ text: 'calibration.on-model' }] : []),
  ]);
  const rows = rates.map(({ similarity, rate, isExtrapolated, onModelScale }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row', class: 'number' }, similarity.toFixed(2)),
      h('td', {}, oneIn(rate), isExtrapolated && [' ', chip(t('calibration.estimated'))]),
      hasModel && h('td', {}, onModelScale ? oneIn(onModelScale) : '–'),
    ),
  );
  const isEstimated = rates.some(({ isExtrapolated }) => isExtrapolated);
  return h(
    'div',
    {},
    listTable(columns, rows),
    isEstimated && h('p', { class: 'hint' }, t('calibration.estimated-hint')),
  );
}

function historyOf({ scales }) {
  if (scales.length === 0) return [];
  const columns = /** @type {any[]} */ ([
    { text: 'calibration.number', kind: 'count' },
    { text: 'calibration.made' },
    { text: 'calibration.people', kind: 'count' },
  ]);
  const rows = scales.map(({ scale, made, isActive, numbers }) =>
    h(
      'tr',
      {},
      h('td', { class: 'number' }, String(scale)),
      h(
        'td',
        {},
        h('time', { datetime: made }, shortTime(made)),
        ' ',
        numbers ? isActive && chip(t('calibration.active'), 'good') : chip(t('calibration.unusable'), 'warn'),
      ),
      h('td', { class: 'number' }, numbers ? wholeNumber(numbers.people) : '–'),
    ),
  );
  return [h('h2', {}, t('calibration.history')), listTable(columns, rows)];
}

function oneIn(rate) {
  if (rate < RAREST) return t('calibration.rarer', { n: wholeNumber(1 / RAREST) });
  return t('calibration.one-in', { n: wholeNumber(twoDigits(1 / rate)) });
}

/** Two digits are known of what was counted, at the most. */
function twoDigits(n) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(n)) - 1);
  return Math.round(n / unit) * unit;
}

function counts({ people, faces, pairs }) {
  return { people: wholeNumber(people), faces: wholeNumber(faces), pairs: wholeNumber(pairs) };
}

function dateOf(time) {
  return new Date(time).toLocaleDateString(locale(), { dateStyle: 'medium' });
}

function shortTime(time) {
  return new Date(time).toLocaleString(locale(), { dateStyle: 'short', timeStyle: 'short' });
}
