import { chart, LOOKS } from './chart.js';
import { h } from './dom.js';
import { session } from './session.js';
import { inDigits, reasonInWords, t } from './words.js';

/**
 * One look at the server.
 * @typedef {{at: number, ms: number, faces?: number | undefined, load?: any}} Look `at` and `ms` are milliseconds
 */

/** Outlives the page, so that it shows what happened on others in between; but not the log-in. @type {Look[]} */
let looks = [];
let seenBy = null;

/** What the console remembers of the server, as charts. */
export function liveCharts() {
  if (seenBy !== session.status) {
    looks = [];
    seenBy = session.status;
  }
  const panels = h('div', { class: 'charts' });

  /** @param {Look} look */
  function add(look) {
    looks.push(look);
    // One more than is shown, from which the first difference is taken.
    if (looks.length > LOOKS + 1) looks.shift();
    panels.replaceChildren(...drawn());
  }

  function drawn() {
    const latest = looks.slice(-LOOKS);
    const withLoad = latest.filter(({ load }) => load);
    const one = (name, values) => new Map([[name, values]]);
    const milliseconds = (value) => t('chart.ms', { n: Math.round(value) });
    const plain = (value) => inDigits(value);
    const perSecond = (value) => t('chart.per-second', { n: inDigits(value) });
    const mebibytes = (value) => t('chart.mib', { n: inDigits(Math.round(value / 1024 / 1024)) });
    const workers = withLoad.at(-1)?.load.workers ?? 0;
    const faces = latest.flatMap((look) => look.faces ?? []);
    const of = (name) => withLoad.map(({ load }) => load[name]);
    return [
      chart(t('chart.requests'), steps('requests', true), perSecond, totals('requests')),
      chart(t('chart.refusals'), steps('refusals', false), plain, totals('refusals')),
      chart(t('chart.queue', { workers }), one('queued', of('queued')), plain),
      chart(
        t('health.times'),
        one(
          'ms',
          latest.map(({ ms }) => ms),
        ),
        milliseconds,
      ),
      chart(t('chart.loop'), one('loop', of('loopDelay')), milliseconds),
      chart(t('chart.memory'), one('memory', of('memory')), mebibytes),
      faces.length > 0 && chart(t('chart.faces'), one('faces', faces), plain),
    ].filter(Boolean);
  }

  /** By how much each counter grew from look to look. A server that was started again counts from 0. */
  function steps(name, asRate) {
    const counted = looks.filter(({ load }) => load);
    const names = [...new Set(counted.flatMap(({ load }) => Object.keys(load[name])))].sort();
    const growth = (key) =>
      counted.slice(1).map(({ at, load }, i) => {
        const before = counted[i];
        const grown = Math.max(0, (load[name][key] ?? 0) - (before.load[name][key] ?? 0));
        return asRate ? (1000 * grown) / (at - before.at) : grown;
      });
    return new Map(names.map((key) => [key, growth(key)]));
  }

  /** Since the server started, in the order of the steps. */
  function totals(name) {
    const counts = looks.findLast(({ load }) => load)?.load[name] ?? {};
    return Object.keys(counts)
      .sort()
      .map((key) => t('chart.in-all', { name: reasonInWords(key), n: inDigits(counts[key]) }));
  }

  return { panels, add };
}
