import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { deletePeople } from '../people/actions.js';
import { personHref } from '../people/person-card.js';
import { admin, adminPost, mayDo, session } from '../session.js';
import { openDialog } from '../ui/dialog.js';
import { keptInput } from '../ui/kept.js';
import { emptyState, iconButton, skeletons } from '../ui/parts.js';
import { portrait } from '../ui/portrait.js';
import { toast } from '../ui/toast.js';
import { inDigits, locale, refusalInWords, t } from '../words.js';

/** Pictures of a group that are shown. */
const SHOWN = 8;
/** Strangers that the server names in one step. */
const MAX_NAMED = 50;

/** Strangers whom searches enrolled, in groups of one person each: they get a name, or are deleted. */
export function unknownPage(main, signal) {
  const number = h('input', {
    type: 'number',
    min: '0.5',
    max: '1',
    step: '0.01',
    value: '0.8',
    onchange: () => show(),
  });
  const least = labelled(t('unknown.least'), keptInput('unknown.least', number));
  const status = h('p', { role: 'status', class: 'hint' });
  const list = h('div', { class: 'groups' }, skeletons(3, 'row-high'));
  let turn = 0;
  main.append(
    h('p', { class: 'hint' }, t('unknown.intro')),
    h('div', { class: 'toolbar' }, collectionChoice({ onChange: () => show() }), least.field),
    status,
    list,
  );
  show();

  async function show() {
    const mine = ++turn;
    try {
      const query = { collection: session.collection, least: least.input.value };
      const { people, groups, isPartial } = await admin('GET', '/unknown-people', query);
      if (signal.aborted || mine !== turn) return;
      const words = people > 0 ? t('unknown.count', { n: inDigits(people), groups: inDigits(groups.length) }) : '';
      status.textContent = isPartial ? `${words} ${t('unknown.partial')}` : words;
      const none = emptyState('user-round-search', t('unknown.none'));
      list.replaceChildren(...(groups.length > 0 ? groups.map(groupCard) : [none]));
    } catch (error) {
      if (signal.aborted || mine !== turn) return;
      status.textContent = refusalInWords(error);
      list.replaceChildren();
    }
  }

  function groupCard({ ids, faces, first, last, portraits }) {
    const when = (time) => new Date(time).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
    const times = first === last ? when(first) : t('unknown.times', { first: when(first), last: when(last) });
    const seen = ids.length === 1 ? t('unknown.once') : t('unknown.group', { n: inDigits(ids.length) });
    const strangers = ids.map((id) => ({ id, name: '' }));
    const pictures = portraits
      .slice(0, SHOWN)
      .map(({ id, face }) => portrait({ id, name: id, portrait: face }, 'large'));
    return h(
      'section',
      { class: 'card', 'aria-label': seen },
      h(
        'div',
        { class: 'row' },
        pictures.length > 0 ? pictures : portrait({ id: ids[0], name: '?', portrait: null }, 'large'),
      ),
      h(
        'p',
        {},
        h('strong', {}, seen),
        ' ',
        h(
          'span',
          { class: 'hint' },
          faces === 1 ? t('people.one-face') : t('people.n-faces', { n: inDigits(faces) }),
          ' · ',
          times,
        ),
      ),
      h(
        'div',
        { class: 'row' },
        mayDo('enrol') &&
          mayDo('delete') &&
          iconButton('user-plus', t('unknown.name'), { class: 'primary', onclick: () => nameThem(ids, portraits) }),
        mayDo('delete') &&
          iconButton('trash', t('delete'), { class: 'danger', onclick: () => deletePeople(strangers, show) }),
      ),
    );
  }

  function nameThem(ids, portraits) {
    const id = labelled(
      t('people.id'),
      h('input', { required: true, maxlength: '1024', autocomplete: 'off' }),
      t('unknown.id-hint'),
    );
    const name = labelled(
      t('people.name'),
      h('input', { maxlength: '1024', autocomplete: 'off' }),
      t('enrol.name-hint'),
    );
    const pictures = portraits.slice(0, SHOWN).map((one) => portrait({ id: one.id, name: one.id, portrait: one.face }));
    openDialog({
      title: t('unknown.who'),
      content: [h('div', { class: 'row' }, pictures), id.field, name.field],
      submit: t('save'),
      onsubmit: async () => {
        const body = {
          collection: session.collection,
          ids: ids.slice(0, MAX_NAMED),
          id: id.input.value,
          name: name.input.value,
        };
        const named = await adminPost('/unknown-people/name', body);
        const open = () => {
          location.hash = personHref(named.id);
        };
        const words = t('unknown.named', { name: named.name || named.id, n: inDigits(named.faces) });
        toast(words, { kind: 'good', action: { text: t('duplicates.open'), onclick: open } });
        show();
      },
    });
  }
}
