import { greeter } from '../camera/greeter.js';
import { enterKiosk } from '../camera/kiosk.js';
import { recognise } from '../camera/recogniser.js';
import { cameraSettings, keepCameraSettings } from '../camera/settings.js';
import { listCameras, openStream } from '../camera/stream.js';
import { collectionChoice } from '../collection-choice.js';
import { h, labelled, svg } from '../dom.js';
import { mayDo, session } from '../session.js';
import { kept } from '../ui/kept.js';
import { iconButton } from '../ui/parts.js';
import { locale, t } from '../words.js';

/** People that the list beside the picture has at most. */
const RECENT = 12;

export function cameraPage(main, signal) {
  const state = kept('camera', () => ({ isRunning: false, recent: /** @type {any[]} */ ([]) }));
  const settings = cameraSettings();
  let life = new AbortController();
  signal.addEventListener('abort', () => life.abort());

  const video = h('video', { autoplay: true, playsinline: true, 'aria-label': t('camera.picture') });
  video.muted = true;
  const greeting = greeter();
  const view = h('div', { class: 'camera-view idle' }, video, oval(), greeting.element);
  const cameras = labelled(
    t('camera.device'),
    h('select', { onchange: () => change({ camera: cameras.input.value }) }),
  );
  const check = (name, hint) => {
    const onchange = ({ target }) => change({ [name]: target.checked }, false);
    const one = labelled(t(`camera.${name}`), h('input', { type: 'checkbox', onchange }), hint);
    one.input.checked = settings[name];
    return one.field;
  };
  const startButton = iconButton('play', t('camera.start'), { class: 'primary', onclick: () => start() });
  const stopButton = iconButton('x', t('camera.stop'), { onclick: () => stop() });
  const kioskButton = iconButton('maximize', t('camera.kiosk'), { onclick: () => enterKiosk(life.signal) });
  const recent = h('ol', { class: 'camera-recent' });
  main.append(
    h(
      'div',
      { class: 'camera' },
      view,
      h(
        'aside',
        { class: 'camera-side' },
        h('div', { class: 'row' }, startButton, stopButton, kioskButton),
        h('section', { 'aria-labelledby': 'recent' }, h('h2', { id: 'recent' }, t('camera.recent')), recent),
        h(
          'div',
          { class: 'card' },
          collectionChoice({ onChange: () => {} }),
          cameras.field,
          check('attendance', t('camera.attendance-hint')),
          check('challenge', t('camera.challenge-hint')),
          mayDo('list') && h('a', { href: '#/attendance' }, t('camera.to-attendance')),
        ),
      ),
    ),
  );
  showRunning();
  showRecent();
  showCameras([]);
  listCameras().then(showCameras, () => undefined);
  if (state.isRunning) start();
  else greeting.say('', t('camera.press-start'));

  async function start() {
    life.abort();
    life = new AbortController();
    const { signal: mine } = life;
    if (signal.aborted) return;
    greeting.say('', t('camera.opening'));
    try {
      const stream = await openStream(settings.camera);
      const end = () => {
        for (const track of stream.getTracks()) track.stop();
      };
      if (mine.aborted) return end();
      mine.addEventListener('abort', end);
      video.srcObject = stream;
      await video.play();
    } catch {
      if (mine.aborted) return;
      state.isRunning = false;
      showRunning();
      return greeting.say('bad', t(globalThis.isSecureContext ? 'photo.webcam-refused' : 'photo.webcam-insecure'));
    }
    if (mine.aborted) return;
    state.isRunning = true;
    showRunning();
    greeting.say('', t('camera.hint.no-face'));
    listCameras().then(showCameras, () => undefined);
    const wanted = () => {
      const { attendance, challenge, looks } = settings;
      return { collection: session.collection, attendance, challenge, looks };
    };
    await recognise({ video, signal: mine, wanted, onResult: show, onTrouble: greeting.trouble });
  }

  function stop() {
    life.abort();
    state.isRunning = false;
    video.srcObject = null;
    greeting.say('', t('camera.press-start'));
    showRunning();
  }

  function show(result) {
    greeting.show(result);
    if (!result.isNews) return;
    state.recent = [{ at: new Date(), person: result.person }, ...state.recent].slice(0, RECENT);
    showRecent();
  }

  function change(changed, restarts = true) {
    Object.assign(settings, changed);
    keepCameraSettings(settings);
    if (restarts && state.isRunning) start();
  }

  function showRunning() {
    view.classList.toggle('idle', !state.isRunning);
    startButton.hidden = state.isRunning;
    stopButton.hidden = !state.isRunning;
    kioskButton.disabled = !state.isRunning;
  }

  function showCameras(found) {
    const option = ({ id, name }) => h('option', { value: id, selected: id === settings.camera }, name);
    cameras.input.replaceChildren(
      h('option', { value: '' }, t('camera.any')),
      ...found.filter(({ id }) => id).map(option),
    );
  }

  function showRecent() {
    const line = ({ at, person }) => {
      const time = at.toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit', second: '2-digit' });
      const who = person ? h('bdi', {}, person.name || person.id) : t('camera.unknown-short');
      return h('li', { class: person ? null : 'unknown' }, h('time', {}, time), h('span', {}, who));
    };
    recent.replaceChildren(...state.recent.map(line));
    if (state.recent.length === 0) recent.append(h('li', { class: 'hint' }, t('camera.nobody-yet')));
  }
}

/** Where the face should be. */
function oval() {
  return svg(
    'svg',
    { class: 'camera-oval', viewBox: '0 0 100 100', preserveAspectRatio: 'xMidYMid meet', 'aria-hidden': 'true' },
    svg('ellipse', { cx: 50, cy: 46, rx: 25, ry: 34 }),
  );
}
