import { h } from './dom.js';
import { admin } from './session.js';
import { t, wholeNumber } from './words.js';

/** Similarities and how many pairs of strangers reach each: one in so many. */
export const steps = [
  { similarity: 0.7, strangers: 100 },
  { similarity: 0.75, strangers: 1_000 },
  { similarity: 0.8, strangers: 10_000 },
  { similarity: 0.85, strangers: 100_000 },
  { similarity: 0.9, strangers: 1_000_000 },
];

/** The scale begins where similarities begin to mean something. */
const LEAST = 0.5;

function position(similarity) {
  return `${100 * Math.max(0, Math.min(1, (similarity - LEAST) / (1 - LEAST)))}%`;
}

/** What each step of the calibrated scale means, and whose people it was made from. */
export function legend(isCalibrated) {
  if (!isCalibrated) return h('p', { class: 'hint' }, t('scale.cosine'));
  const origin = h('p', { class: 'hint' });
  admin('GET', '/scale').then(
    (scale) => origin.append(t(`scale.origin-${scale.origin}`)),
    // The steps say enough without it.
    () => origin.remove(),
  );
  return h(
    'details',
    { class: 'legend', open: true },
    h('summary', {}, t('scale.title')),
    h(
      'dl',
      {},
      steps
        .slice(2)
        .flatMap(({ similarity, strangers }) => [
          h('dt', {}, similarity.toFixed(2)),
          h('dd', {}, t(`scale.${similarity}`, { n: wholeNumber(strangers) })),
        ]),
    ),
    origin,
  );
}

/** One similarity as a bar, with the threshold marked. */
export function bar(similarity, threshold, isCalibrated) {
  const fill = h('div', { class: similarity >= threshold ? 'fill match' : 'fill' });
  fill.style.width = position(similarity);
  const ticks = (isCalibrated ? steps.slice(2) : []).map((step) => {
    const tick = h('span', { class: 'tick' });
    tick.style.insetInlineStart = position(step.similarity);
    tick.append(h('span', {}, step.similarity.toFixed(2).slice(1)));
    return tick;
  });
  const mark = h('span', { class: 'threshold' });
  mark.style.insetInlineStart = position(threshold);
  return h('div', { class: 'scale', 'aria-hidden': 'true' }, fill, ticks, mark);
}

/** In words, for those who do not see the bar and those who do not know the scale. */
export function meaning(similarity, isCalibrated) {
  if (!isCalibrated) return '';
  if (similarity >= 0.99999) return t('scale.same');
  const reached = steps.filter((step) => similarity >= step.similarity).at(-1);
  return reached ? t('scale.reached', { n: wholeNumber(reached.strangers) }) : t('scale.low');
}
