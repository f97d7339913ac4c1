import { h } from '../dom.js';
import { Refused } from '../session.js';
import { icon } from '../ui/icon.js';
import { locale, refusalInWords, t } from '../words.js';
import { portraitOf } from './portraits.js';

/** Milliseconds for which a greeting or a refusal stays, so that it can be read. */
const STAYS = 2500;

/**
 * What is said to the person before the camera, one thing at a time: who it is, that nobody is known, or what to do.
 * @returns {{element: any, say: (kind: string, text: string) => void, show: (result: any) => void, trouble: (refusal: Refused) => void}}
 */
export function greeter() {
  const element = h('div', { class: 'greeting', role: 'status' });
  let shown = '';
  let until = 0;

  /** Writes only what changed: a screen reader says it again otherwise. */
  function write(kind, key, ...parts) {
    if (key === shown) return;
    shown = key;
    element.className = `greeting ${kind}`;
    element.replaceChildren(...parts);
  }

  function say(kind, text) {
    until = 0;
    write(kind, `${kind} ${text}`, ...(text ? [h('p', {}, text)] : []));
  }

  function show(result) {
    const { decision, person, hint, refusal, challenge } = result;
    if (decision === 'recognised') return greet(person);
    if (decision === 'unknown') return refuse('unknown', t('camera.unknown'), t('camera.unknown-what'));
    if (decision === 'refused') return refuse('refused', t('camera.refused'), words(refusal));
    if (Date.now() < until) return;
    if (challenge?.step && result.face) return ask(challenge);
    if (hint) return say('', t(`camera.hint.${hint}`));
    say('', refusal ? words(refusal) : t('camera.looking'));
  }

  async function greet({ id, name }) {
    until = Date.now() + STAYS;
    const picture = h('span', { class: 'greeting-picture' }, icon('circle-check'));
    const time = new Date().toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' });
    const title = h('strong', {}, t('camera.hello'), ' ', h('bdi', {}, name || id));
    write('good', `hello ${id}`, picture, h('div', {}, title, h('p', {}, t('camera.seen-at', { time }))));
    const url = await portraitOf(id);
    if (url && shown === `hello ${id}`) picture.replaceChildren(h('img', { src: url, alt: '' }));
  }

  function refuse(key, title, text) {
    until = Date.now() + STAYS;
    const picture = h('span', { class: 'greeting-picture' }, icon('circle-x'));
    write('bad', key, picture, h('div', {}, h('strong', {}, title), h('p', {}, text)));
  }

  function ask({ step, done, of }) {
    const progress = h('progress', { max: of, value: done, 'aria-label': t('camera.challenge-progress') });
    write('ask', `${step} ${done}`, h('div', {}, h('strong', {}, t(`camera.step.${step}`)), progress));
  }

  return { element, say, show, trouble: (refusal) => say('bad', refusalInWords(refusal)) };
}

function words({ code, data, reason }) {
  return refusalInWords(new Refused(code, data, reason));
}
