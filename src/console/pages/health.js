import { h, svg } from '../dom.js';
import { admin, request, session } from '../session.js';
import { refusalInWords, t } from '../words.js';

const LOOKS = 60;
const PAUSE_MS = 2000;

export function healthPage(main, signal) {
  const state = h('p', { role: 'status', class: 'verdict' }, t('loading'));
  const about = h('dl', { class: 'facts' });
  const counts = h('dl', { class: 'facts' });
  const chart = h('div');
  const times = [];
  const countCard = h('section', { class: 'card' }, h('h2', {}, t('health.counts')), counts);
  main.append(
    state,
    h(
      'div',
      { class: 'columns' },
      h('section', { class: 'card' }, h('h2', {}, t('health.about')), about),
      h(
        'div',
        {},
        session.status.readOnly ? null : countCard,
        h('section', { class: 'card' }, h('h2', {}, t('health.times')), chart),
      ),
    ),
  );
  watch();

  async function watch() {
    for (let look = 0; !signal.aborted; look++) {
      await ask();
      // Counting reads the whole index, so it is asked for less often.
      if (look % 5 === 0) await showFacts();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async function ask() {
    const from = performance.now();
    let name = 'health.down';
    try {
      const response = await request('GET', '/ready');
      name = response.ok ? 'health.ready' : 'health.not-ready';
      times.push(performance.now() - from);
      if (times.length > LOOKS) times.shift();
    } catch {
      // No answer: the name says it.
    }
    const isReady = name === 'health.ready';
    const text = `${isReady ? '✓' : '✗'} ${t(name)}`;
    // Written only when it changes, so that screen readers do not repeat it.
    if (state.textContent !== text) state.textContent = text;
    state.className = `verdict ${isReady ? 'good' : 'bad'}`;
    chart.replaceChildren(...drawing(times));
  }

  async function showFacts() {
    try {
      const status = await admin('GET', '/status');
      about.replaceChildren(...facts(serverFacts(status)));
      if (status.readOnly) return;
      const collections = await admin('GET', '/collections');
      const sum = (name) => collections.reduce((total, one) => total + one[name], 0).toLocaleString();
      counts.replaceChildren(
        ...facts([
          [t('health.collections'), collections.length.toLocaleString()],
          [t('collections.users'), sum('users')],
          [t('collections.faces'), sum('faces')],
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

/** The last times as bars, the newest on the right. */
function drawing(times) {
  if (times.length === 0) return [];
  const most = Math.max(...times);
  const words = t('health.last', { ms: Math.round(times.at(-1)), most: Math.round(most) });
  const bars = times.map((ms, i) => {
    const height = Math.max(1, (38 * ms) / most);
    return svg('rect', { x: (LOOKS - times.length + i) * 5, y: 40 - height, width: 4, height });
  });
  return [
    svg('svg', { viewBox: `0 0 ${LOOKS * 5} 40`, class: 'chart', role: 'img', 'aria-label': words }, ...bars),
    h('p', { class: 'hint' }, words),
  ];
}
