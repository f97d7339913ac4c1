import { h, labelled, svg } from '../dom.js';
import { qrCode } from '../qr.js';
import { adminPost, Refused, refreshMe, session } from '../session.js';
import { openDialog } from '../ui/dialog.js';
import { chip, iconButton } from '../ui/parts.js';
import { toast } from '../ui/toast.js';
import { locale, refusalInWords, t } from '../words.js';

/** Who is logged in, the own password and the own second factor. */
export function accountPage(main, _signal, { render }) {
  const { tenant, keyId, account, permissions, session: begun } = session.me;
  if (account?.mustChange) return main.append(firstPassword(render));
  const facts = [
    ['account.user', account ? h('bdi', {}, account.name) : t('account.by-key', { n: keyId })],
    account && ['account.role', t(`role.${account.role}`)],
    ['account.permissions', permissions.map((name) => t(`permission.${name}`)).join(', ') || t('account.none')],
    ['health.tenant', h('bdi', {}, tenant)],
    ['account.until', new Date(begun.expires).toLocaleString(locale())],
  ].filter(Boolean);
  main.append(
    h('dl', { class: 'card' }, ...facts.flatMap(([name, value]) => [h('dt', {}, t(name)), h('dd', {}, value)])),
  );
  if (!account) return main.append(h('p', { class: 'hint' }, t('account.key-hint')));
  if (account.needsTotp) main.append(h('p', { class: 'note', role: 'alert' }, t('account.needs-totp')));
  const changed = async () => {
    await refreshMe();
    render();
  };
  main.append(
    h('h2', {}, t('account.secrets')),
    h(
      'div',
      { class: 'row' },
      chip(t(account.hasTotp ? 'account.totp-on' : 'account.totp-off'), account.hasTotp ? 'good' : 'warn'),
    ),
    h(
      'div',
      { class: 'row' },
      iconButton('shield-check', t(account.hasTotp ? 'account.totp-anew' : 'account.totp-begin'), {
        class: account.hasTotp ? null : 'primary',
        onclick: () => beginTotp(changed),
      }),
      account.hasTotp &&
        iconButton('x', t('account.totp-remove'), { class: 'danger', onclick: () => removeTotp(changed) }),
      iconButton('lock', t('account.password'), { onclick: changePassword }),
    ),
  );
}

/** An input for the password that somebody has. */
function passwordField(text = t('login.password')) {
  return labelled(text, h('input', { type: 'password', required: true, autocomplete: 'current-password' }));
}

/** A form, for it is all that the user can do here. */
function firstPassword(render) {
  const old = passwordField(t('account.first-old'));
  const next = newPasswordField();
  const again = labelled(
    t('account.again'),
    h('input', { type: 'password', required: true, maxlength: 128, autocomplete: 'new-password' }),
  );
  const trouble = h('p', { role: 'alert', class: 'bad' });
  const submit = h('button', { class: 'primary' }, t('save'));
  const onsubmit = async (event) => {
    event.preventDefault();
    trouble.textContent = '';
    if (next.input.value !== again.input.value) {
      trouble.textContent = t('account.not-same');
      return;
    }
    submit.disabled = true;
    try {
      await adminPost('/me/password', { old: old.input.value, password: next.input.value });
      await refreshMe();
      location.hash = '#/';
      render();
      toast(t('account.password-done'), { kind: 'good' });
    } catch (error) {
      trouble.textContent = passwordTrouble(error);
      submit.disabled = false;
    }
  };
  return h(
    'form',
    { class: 'card narrow', onsubmit },
    h('h2', {}, t('account.first')),
    h('p', {}, t('account.first-hint')),
    old.field,
    next.field,
    again.field,
    trouble,
    h('div', { class: 'row' }, submit),
  );
}

/** The server says which field is wrong and why; of other fields a sentence for all of them is enough. */
function passwordTrouble(error) {
  const text = refusalInWords(error);
  if (!(error instanceof Refused) || error.reason !== 'field-value') return text;
  const known = { 'is wrong': 'wrong', 'must be another one': 'another', 'must not contain the name': 'has-name' };
  const name = known[error.message.replace('password ', '')];
  return name ? t(`account.password-${name}`) : t('users.password-hint');
}

function newPasswordField() {
  return labelled(
    t('account.new'),
    h('input', { type: 'password', required: true, minlength: 10, maxlength: 128, autocomplete: 'new-password' }),
    t('users.password-hint'),
  );
}

function changePassword() {
  const old = passwordField(t('account.old'));
  const next = newPasswordField();
  openDialog({
    title: t('account.password'),
    content: [old.field, next.field],
    submit: t('save'),
    onsubmit: async () => {
      try {
        await adminPost('/me/password', { old: old.input.value, password: next.input.value });
      } catch (error) {
        throw error instanceof Refused ? new Refused(error.code, passwordTrouble(error), '') : error;
      }
      toast(t('account.password-done'));
    },
  });
}

function removeTotp(changed) {
  const password = passwordField();
  openDialog({
    title: t('account.totp-remove'),
    content: [password.field],
    submit: t('account.totp-remove'),
    danger: true,
    onsubmit: async () => {
      await adminPost('/me/totp/remove', { password: password.input.value });
      await changed();
    },
  });
}

function beginTotp(changed) {
  const password = passwordField();
  openDialog({
    title: t('account.totp-begin'),
    content: [password.field],
    submit: t('account.next'),
    onsubmit: async () => {
      const offered = await adminPost('/me/totp', { password: password.input.value });
      confirmTotp(offered, changed);
    },
  });
}

function confirmTotp({ secret, url }, changed) {
  const code = labelled(
    t('login.code'),
    h('input', { required: true, inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 7 }),
  );
  openDialog({
    title: t('account.totp-begin'),
    content: [
      h('p', {}, t('account.scan')),
      drawing(qrCode(url)),
      h('p', {}, t('account.by-hand'), ' ', h('code', {}, secret.match(/.{1,4}/g)?.join(' '))),
      code.field,
    ],
    submit: t('account.totp-confirm'),
    onsubmit: async () => {
      const { recoveryCodes } = await adminPost('/me/totp/confirm', { code: code.input.value });
      showCodes(recoveryCodes, changed);
    },
  });
}

function showCodes(codes, changed) {
  openDialog({
    title: t('account.codes'),
    content: [h('p', {}, t('account.codes-hint')), h('pre', {}, codes.join('\n'))],
    onclose: changed,
  });
}

/** Dark modules on white, in any colours of the page: scanners read it so. */
function drawing(rows) {
  const size = rows.length + 8;
  const path = rows
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])))
    .join('');
  return svg(
    'svg',
    { viewBox: `0 0 ${size} ${size}`, class: 'qr', role: 'img', 'aria-label': t('account.qr') },
    svg('rect', { width: size, height: size, fill: 'white' }),
    svg('path', { d: path, fill: 'black' }),
  );
}
