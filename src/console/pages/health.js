import { h } from '../dom.js';
import { liveCharts } from '../live-charts.js';
import { admin, mayDo, Refused, request } from '../session.js';
import { inDigits, locale, t, wholeNumber } from '../words.js';

const PAUSE_MS = 2000;

export function healthPage(main, signal) {
  const state = h('p', { role: 'status', class: 'verdict' }, t('loading'));
  const about = h('dl', { class: 'facts' });
  const counts = h('dl', { class: 'facts' });
  const charts = liveCharts();
  /** @type {number | undefined} */
  let faces;
  main.append(
    state,
    h(
      'div',
      { class: 'columns' },
      h('section', { class: 'card' }, h('h2', {}, t('health.about')), about),
      mayDo('list') ? h('section', { class: 'card' }, h('h2', {}, t('health.counts')), counts) : null,
    ),
    h('h2', {}, t('chart.title')),
    h('p', { class: 'hint' }, t('chart.hint')),
    charts.panels,
  );
  watch();

  async function watch() {
    let isReady = false;
    for (let look = 0; !signal.aborted; look++) {
      const wasReady = isReady;
      isReady = await ask();
      // Counting reads the whole index, so it is asked for less often; at once of a server that is back.
      if (isReady && (look % 5 === 0 || !wasReady)) await showFacts();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async function ask() {
    const from = performance.now();
    let name = 'health.down';
    try {
      const response = await request('GET', '/ready');
      // Read to its end: the browser keeps the connection of an answer that nobody has read.
      await response.text();
      name = response.ok ? 'health.ready' : 'health.not-ready';
      const ms = performance.now() - from;
      const load = await admin('GET', '/load').catch(() => undefined);
      charts.add({ at: performance.now(), ms, load, faces });
    } catch {
      // No answer: the name says it.
    }
    const isReady = name === 'health.ready';
    const text = `${isReady ? '✓' : '✗'} ${t(name)}`;
    // Written only when it changes, so that screen readers do not repeat it.
    if (state.textContent !== text) state.textContent = text;
    state.className = `verdict ${isReady ? 'good' : 'bad'}`;
    return isReady;
  }

  async function showFacts() {
    try {
      const status = await admin('GET', '/status');
      const scale = await admin('GET', '/scale');
      about.replaceChildren(...facts([...serverFacts(status), ...scaleFacts(scale)]));
      if (!mayDo('list')) return;
      const collections = await admin('GET', '/collections');
      const sum = (name) => collections.reduce((total, one) => total + one[name], 0);
      faces = sum('faces');
      counts.replaceChildren(
        ...facts([
          [t('health.collections'), inDigits(collections.length)],
          [t('collections.users'), inDigits(sum('users'))],
          [t('collections.faces'), inDigits(sum('faces'))],
        ]),
      );
    } catch (error) {
      // What was known stays; whether the server answers is said above.
      if (!(error instanceof Refused)) throw error;
    }
  }
}

function serverFacts({ version, node, model, uptime, tenant, permissions, similarity, minResolution, minFaceWidth }) {
  return [
    [t('health.version'), `${version}, Node ${node}`],
    [t('health.model'), model],
    [t('health.uptime'), running(uptime)],
    [t('health.tenant'), tenant],
    [t('health.permissions'), permissions.map((name) => t(`permission.${name}`)).join(', ')],
    [t('health.similarity'), t(`health.${similarity}`)],
    [t('health.resolution'), minResolution ? `${minResolution.width} × ${minResolution.height}` : t('health.any')],
    [t('health.face-width'), `${minFaceWidth} px`],
  ];
}

/** From whom the scale was made, and what its similarities mean here. */
function scaleFacts({ origin, madeAt, meanings }) {
  if (origin === 'cosine') return [];
  const date = madeAt ? new Date(madeAt).toLocaleDateString(locale(), { dateStyle: 'medium' }) : '';
  return [
    [t('health.scale'), t(`health.scale-${origin}`, { date })],
    ...meanings.map(({ similarity, rate, isExtrapolated }) => [
      similarity.toFixed(2),
      t(isExtrapolated ? 'health.scale-estimated' : 'health.scale-rate', { n: wholeNumber(Math.round(1 / rate)) }),
    ]),
  ];
}

/** The two largest units that are not zero: 3 d 2 h, 5 h 12 min, 4 min. */
function running(seconds) {
  const minutes = Math.floor(seconds / 60);
  const units = { d: Math.floor(minutes / 1440), h: Math.floor(minutes / 60) % 24, m: minutes % 60 };
  const name = units.d > 0 ? 'days' : units.h > 0 ? 'hours' : 'minutes';
  return t(`health.uptime-${name}`, units);
}

function facts(pairs) {
  return pairs.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, h('bdi', {}, value))]);
}
