import { h, labelled } from '../dom.js';
import { admin, adminPost, session } from '../session.js';
import { actions, listTable } from '../table.js';
import { confirmed, openDialog } from '../ui/dialog.js';
import { chip, iconButton } from '../ui/parts.js';
import { toast, toastRefusal } from '../ui/toast.js';
import { locale, refusalInWords, t } from '../words.js';

/** @type {import('../table.js').Column[]} */
const columns = [
  { text: 'keys.number', kind: 'count' },
  { text: 'keys.label' },
  { text: 'health.permissions' },
  { text: 'keys.used' },
  { text: 'keys.expires' },
  { text: 'collections.actions', kind: 'actions' },
];

const DAY = 86_400_000;

/** API keys of the tenant: for programs, doors and cameras. */
export async function keysPage(main, signal) {
  const status = h('p', { role: 'status' }, t('loading'));
  const list = h('div');
  const add = iconButton('plus', t('keys.add'), { class: 'primary', onclick: () => addKey(show) });
  main.append(h('p', { class: 'hint' }, t('keys.hint')), h('div', { class: 'toolbar' }, add), status, list);
  await show();

  async function show() {
    try {
      const keys = (await admin('GET', '/keys')).filter(({ revoked }) => !revoked);
      if (signal.aborted) return;
      status.textContent = keys.length === 0 ? t('keys.none') : '';
      list.replaceChildren(keys.length > 0 ? listTable(columns, keys.map(row)) : '');
    } catch (error) {
      status.textContent = refusalInWords(error);
    }
  }

  function row({ key, label, permissions, lastUsed, expires }) {
    const named = label || String(key);
    const revoke = async () => {
      const text = session.me.keyId === String(key) ? t('keys.own') : t('keys.revoke-text');
      if (!(await confirmed(t('keys.revoke?', { label: named }), { text, yes: t('keys.revoke'), danger: true })))
        return;
      await admin('DELETE', `/keys/${key}`).catch(toastRefusal);
      await show();
    };
    const isOver = expires && new Date(expires) <= new Date();
    return h(
      'tr',
      {},
      h('td', { class: 'number' }, String(key)),
      h('th', { scope: 'row' }, h('bdi', {}, label)),
      h('td', {}, permissions.map((name) => t(`permission.${name}`)).join(', ')),
      h('td', {}, lastUsed ? new Date(lastUsed).toLocaleString(locale()) : t('users.never')),
      h(
        'td',
        {},
        expires ? new Date(expires).toLocaleDateString(locale()) : t('users.never'),
        isOver && [' ', chip(t('keys.expired'), 'bad')],
      ),
      actions([{ text: t('keys.revoke'), label: `${t('keys.revoke')}: ${named}`, danger: true, onclick: revoke }]),
    );
  }
}

function addKey(show) {
  const label = labelled(t('keys.label'), h('input', { maxlength: 200, autocomplete: 'off' }), t('keys.label-hint'));
  const days = labelled(
    t('keys.days'),
    h('input', { type: 'number', min: 1, max: 3650, inputmode: 'numeric' }),
    t('keys.days-hint'),
  );
  // Nobody can give more than they have.
  const choices = session.me.permissions.map((name) => ({
    name,
    ...labelled(t(`permission.${name}`), h('input', { type: 'checkbox', checked: name === 'search' })),
  }));
  openDialog({
    title: t('keys.add'),
    content: [
      label.field,
      h('fieldset', {}, h('legend', {}, t('health.permissions')), ...choices.map(({ field }) => field)),
      days.field,
    ],
    submit: t('keys.add'),
    onsubmit: async () => {
      const permissions = choices.filter(({ input }) => input.checked).map(({ name }) => name);
      const until = days.input.valueAsNumber;
      const expires = Number.isNaN(until) ? {} : { expires: new Date(Date.now() + until * DAY).toISOString() };
      const { secret } = await adminPost('/keys', { label: label.input.value, permissions, ...expires });
      showKey(secret);
      await show();
    },
  });
}

function showKey(secret) {
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    toast(t('try.copied'));
  };
  openDialog({
    title: t('keys.made'),
    content: [
      h('p', {}, t('keys.once')),
      h('pre', {}, secret),
      // Browsers allow it over HTTPS and on localhost only.
      navigator.clipboard && iconButton('copy', t('try.copy'), { onclick: copy }),
    ],
  });
}
