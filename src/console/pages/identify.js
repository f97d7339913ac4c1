import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { attendanceOf, attendanceRows } from '../identify/attendance.js';
import { namedPicture } from '../identify/named-picture.js';
import { personHref } from '../people/person-card.js';
import { photoInput } from '../photo-input.js';
import { prepared } from '../prepared-photo.js';
import { admin, adminPost, base64Of, mayDo, Refused, session } from '../session.js';
import { cropOf } from '../ui/crop.js';
import { saveCsv } from '../ui/download.js';
import { kept, keptInput } from '../ui/kept.js';
import { iconButton, skeletons, tabs, verdict } from '../ui/parts.js';
import { portrait } from '../ui/portrait.js';
import { inDigits, refusalInWords, t } from '../words.js';

/** A collection of more people is no class of which somebody could be missing. */
const MAX_CLASS = 200;

/** @typedef {{photo: File, found?: any, refusal?: Refused}} Shot */

/** Everybody in one photo, or in several of the same people: the picture with names, and the list of who is there. */
export function identifyPage(main, signal) {
  const state = kept('identify', () => ({
    collection: session.collection,
    shots: /** @type {Shot[]} */ ([]),
    everybody: /** @type {any[]} */ ([]),
  }));
  const number = h('input', { type: 'number', min: '0', max: '1', step: '0.01', value: '0.85', onchange: again });
  const threshold = labelled(t('search.threshold'), keptInput('identify.threshold', number));
  const result = verdict();
  const waiting = h('div');
  const pictures = h('div', { class: 'shots' });
  const list = h('section', { 'aria-label': t('identify.list') });
  const clear = iconButton('trash', t('identify.clear'), { class: 'plain', onclick: forget });
  const csv = iconButton('download', t('identify.csv'), { onclick: save });
  const tools = h('div', { class: 'row', hidden: true }, csv, clear);
  let running = 0;

  main.append(
    h(
      'div',
      { class: 'card ask' },
      photoInput({ multiple: true, onPhotos: take, signal }),
      h('div', { class: 'toolbar' }, collectionChoice({ onChange: again }), threshold.field),
    ),
    result.element,
    tools,
    waiting,
    h('div', { class: 'identified' }, list, pictures),
  );
  if (state.collection === session.collection) show();
  else again();

  async function take(photos) {
    for (const photo of photos) state.shots.push({ photo });
    await lookAtNew();
  }

  /** Another threshold or collection: everything is asked anew. */
  async function again() {
    state.shots = state.shots.map(({ photo }) => ({ photo }));
    await lookAtNew();
  }

  /** One after the other: each keeps the server busy for a while. */
  async function lookAtNew() {
    if (running > 0) return;
    state.collection = session.collection;
    running++;
    try {
      await loadEverybody();
      for (let shot = next(); shot && !signal.aborted; shot = next()) {
        waiting.replaceChildren(...skeletons(1, 'row-high'));
        result.say('', t('search.looking'));
        await look(shot);
        show();
      }
    } finally {
      running--;
      waiting.replaceChildren();
    }
    show();
  }

  function next() {
    return state.shots.find(({ found, refusal }) => !found && !refusal);
  }

  async function look(shot) {
    try {
      shot.photo = await prepared(shot.photo);
      const body = { photo: await base64Of(shot.photo), collection: session.collection };
      shot.found = await adminPost('/identify', { ...body, threshold: Number(threshold.input.value) });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      shot.refusal = error;
    }
  }

  /** Who might be missing; nobody is where the key may not list, or there are too many. */
  async function loadEverybody() {
    state.everybody = [];
    if (!mayDo('list')) return;
    try {
      const { total, users } = await admin('GET', '/users', { collection: session.collection, limit: MAX_CLASS });
      if (total <= MAX_CLASS) state.everybody = users;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  function show() {
    if (signal.aborted) return;
    const done = state.shots.filter(({ found, refusal }) => found || refusal);
    tools.hidden = done.length === 0;
    if (next()) lookAtNew();
    if (done.length === 0) {
      list.replaceChildren();
      return pictures.replaceChildren();
    }
    const { present, unknown, missing, left } = attendanceOf(done, state.everybody);
    const all = inDigits(state.everybody.length);
    const numbers = { present: inDigits(present.length), unknown: inDigits(unknown.length), all };
    const isClass = state.everybody.length > 0;
    const notes = [
      isClass && missing.length > 0 && t('identify.missing-n', { n: inDigits(missing.length) }),
      isClass && unknown.length > 0 && t('identify.unknown-n', numbers),
      left > 0 && t('identify.left', { n: inDigits(left) }),
    ].filter(Boolean);
    const failed = done.find(({ refusal }) => refusal);
    if (failed && present.length + unknown.length === 0) {
      result.say('bad', t('search.refused'), refusalInWords(failed.refusal));
    } else if (present.length + unknown.length === 0)
      result.say('warn', t('identify.no-faces'), t('identify.no-faces-text'));
    else
      result.say(
        present.length > 0 ? 'good' : 'warn',
        t(isClass ? 'identify.of-class' : 'identify.count', numbers),
        notes.join(' · '),
      );
    pictures.replaceChildren(...done.map((shot, i) => namedPicture(shot, i, signal)));
    const views = [
      part('present', present.map(presentItem)),
      part('missing', missing.map(missingItem)),
      part('unknown', unknown.map(unknownItem)),
    ].filter((view) => view !== undefined);
    list.replaceChildren(views.length > 0 ? tabs(t('identify.list'), views) : '');
  }

  function part(name, items) {
    if (items.length === 0) return undefined;
    const text = `${t(`identify.${name}`)} (${inDigits(items.length)})`;
    return { text, panel: h('ul', { class: 'seen' }, items) };
  }

  function presentItem({ person, face, shot, number: at }) {
    return h(
      'li',
      { class: 'match' },
      cropOf(shot.photo, face.box, t('search.probe')),
      portrait(person),
      who(person),
      face.isSmall && h('span', { class: 'chip warn' }, t('identify.small')),
      h('span', { class: 'hint', title: t('identify.number', { n: at }) }, cut(person.similarity)),
    );
  }

  function unknownItem({ face, shot, number: at }) {
    const why = face.fault ? refusalInWords(new Refused('406', '', face.fault)) : t('identify.nobody');
    return h(
      'li',
      {},
      cropOf(shot.photo, face.box, t('search.probe')),
      h('span', { class: 'who' }, h('strong', {}, t('identify.number', { n: at })), h('small', {}, why)),
    );
  }

  function missingItem(person) {
    return h('li', {}, portrait(person), who(person));
  }

  function who({ id, name }) {
    const words = h('strong', {}, h('bdi', {}, name || id));
    const link = mayDo('list') ? h('a', { href: personHref(id) }, words) : words;
    return h('span', { class: 'who' }, link, h('small', { class: 'hint' }, h('bdi', {}, id)));
  }

  function save() {
    const done = state.shots.filter(({ found }) => found);
    saveCsv(attendanceRows(attendanceOf(done, state.everybody)), 'who-is-there.csv');
  }

  function forget() {
    state.shots = [];
    result.say('', '');
    show();
  }
}

/** Cut, not rounded, as on the search page. */
function cut(similarity) {
  return (Math.floor(similarity * 1000) / 1000).toFixed(3);
}
