import { h } from '../dom.js';
import { liveCharts } from '../live-charts.js';
import { admin, request, session } from '../session.js';
import { refusalInWords, t } from '../words.js';

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
      session.status.readOnly ? null : h('section', { class: 'card' }, h('h2', {}, t('health.counts')), counts),
    ),
    h('h2', {}, t('chart.title')),
    h('p', { class: 'hint' }, t('chart.hint')),
    charts.panels,
  );
  watch();

  async function watch() {
    for (let look = 0; !signal.aborted; look++) {
      // Counting reads the whole index, so it is asked for less often.
      if (look % 5 === 0) await showFacts();
      await ask();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async function ask() {
    const from = performance.now();
    let name = 'health.down';
    try {
      const response = await request('GET', '/ready');
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
  }

  async function showFacts() {
    try {
      const status = await admin('GET', '/status');
      about.replaceChildren(...facts(serverFacts(status)));
      if (status.readOnly) return;
      const collections = await admin('GET', '/collections');
      const sum = (name) => collections.reduce((total, one) => total + one[name], 0);
      faces = sum('faces');
      counts.replaceChildren(
        ...facts([
          [t('health.collections'), collections.length.toLocaleString()],
          [t('collections.users'), sum('users').toLocaleString()],
          [t('collections.faces'), sum('faces').toLocaleString()],
        ]),
      );
    } catch (error) {
      about.replaceChildren(...facts([[t('health.about'), refusalInWords(error)]]));
    }
  }
}

function serverFacts({ version, node, model, uptime, tenant, readOnly, similarity, minResolution, minFaceWidth }) {
  const minutes = Math.floor(uptime / 60);
  const running = { d: Math.floor(minutes / 1440), h: Math.floor(minutes / 60) % 24, m: minutes % 60 };
  return [
    [t('health.version'), `${version}, Node ${node}`],
    [t('health.model'), model],
    [t('health.uptime'), t('health.uptime-value', running)],
    [t('health.tenant'), tenant],
    [t('health.rights'), t(readOnly ? 'health.rights-read' : 'health.rights-all')],
    [t('health.similarity'), t(`health.${similarity}`)],
    [t('health.resolution'), minResolution ? `${minResolution.width} × ${minResolution.height}` : t('health.any')],
    [t('health.face-width'), `${minFaceWidth} px`],
  ];
}

function facts(pairs) {
  return pairs.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, h('bdi', {}, value))]);
}
