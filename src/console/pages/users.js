import { h, labelled } from '../dom.js';
import { admin, adminPost, mayDo, session } from '../session.js';
import { actions, listTable } from '../table.js';
import { confirmed, openDialog } from '../ui/dialog.js';
import { chip, iconButton } from '../ui/parts.js';
import { toast, toastRefusal } from '../ui/toast.js';
import { locale, refusalInWords, t } from '../words.js';

/** @type {import('../table.js').Column[]} */
const columns = [
  { text: 'users.name' },
  { text: 'users.role' },
  { text: 'users.totp' },
  { text: 'users.last' },
  { text: 'collections.actions', kind: 'actions' },
];

/** Who logs in to the console. */
export async function usersPage(main, signal) {
  const status = h('p', { role: 'status' }, t('loading'));
  const list = h('div');
  const add = iconButton('user-plus', t('users.add'), { class: 'primary', onclick: () => addUser(show) });
  main.append(h('p', { class: 'hint' }, t('users.hint')), h('div', { class: 'toolbar' }, add), status, list);
  await show();

  async function show() {
    try {
      const users = await admin('GET', '/accounts');
      if (signal.aborted) return;
      status.textContent = users.length === 0 ? t('users.none') : '';
      list.replaceChildren(users.length > 0 ? listTable(columns, users.map(row)) : '');
    } catch (error) {
      status.textContent = refusalInWords(error);
    }
  }

  function row(user) {
    const { account, name, role, hasTotp, mustChange, lastLogin, disabled } = user;
    const change = async (body) => {
      await adminPost(`/accounts/${account}/change`, body).catch(toastRefusal);
      await show();
    };
    const remove = async () => {
      if (!(await confirmed(t('users.remove?', { name }), { yes: t('users.remove'), danger: true }))) return;
      await admin('DELETE', `/accounts/${account}`).catch(toastRefusal);
      await show();
    };
    const label = (text) => ({ text: t(text), label: `${t(text)}: ${name}` });
    const isOwn = session.me.account?.name === name;
    return h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        h('bdi', {}, name),
        disabled && [' ', chip(t('users.disabled'), 'bad')],
        mustChange && [' ', chip(t('users.first'))],
      ),
      h('td', {}, t(`role.${role}`)),
      h('td', {}, t(hasTotp ? 'users.yes' : 'users.no')),
      h('td', {}, lastLogin ? new Date(lastLogin).toLocaleString(locale()) : t('users.never')),
      isOwn
        ? h('td', {}, h('a', { href: '#/account' }, t('nav.account')))
        : actions([
            { ...label('users.edit'), onclick: () => editUser(user, show) },
            { ...label(disabled ? 'users.enable' : 'users.disable'), onclick: () => change({ disabled: !disabled }) },
            ...(hasTotp ? [{ ...label('users.reset'), onclick: () => change({ resetTotp: true }) }] : []),
            { ...label('users.remove'), danger: true, onclick: remove },
          ]),
    );
  }
}

function roleChoice(chosen) {
  const names = ['clerk', 'manager', 'admin', ...(mayDo('operate') ? ['operator'] : [])];
  const options = names.map((name) => h('option', { value: name, selected: name === chosen }, t(`role.${name}`)));
  return labelled(t('users.role'), h('select', {}, options), t('users.role-hint'));
}

function passwordField(isNeeded) {
  return labelled(
    t(isNeeded ? 'login.password' : 'users.new-password'),
    h('input', { type: 'password', required: isNeeded, minlength: 10, maxlength: 128, autocomplete: 'new-password' }),
    t('users.password-hint'),
  );
}

function addUser(show) {
  const name = labelled(
    t('login.user'),
    h('input', { required: true, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', maxlength: 64 }),
    t('users.name-hint'),
  );
  const role = roleChoice('clerk');
  const password = passwordField(true);
  openDialog({
    title: t('users.add'),
    content: [name.field, role.field, password.field],
    submit: t('users.add'),
    onsubmit: async () => {
      await adminPost('/accounts', { name: name.input.value, role: role.input.value, password: password.input.value });
      toast(t('users.added', { name: name.input.value }));
      await show();
    },
  });
}

function editUser({ account, name, role: present }, show) {
  const role = roleChoice(present);
  const password = passwordField(false);
  openDialog({
    title: t('users.edit-of', { name }),
    content: [role.field, password.field],
    submit: t('save'),
    onsubmit: async () => {
      const next = password.input.value;
      await adminPost(`/accounts/${account}/change`, { role: role.input.value, ...(next && { password: next }) });
      await show();
    },
  });
}
