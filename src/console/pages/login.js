import { h, labelled } from '../dom.js';
import { forget, logIn, Refused } from '../session.js';
import { openDialog } from '../ui/dialog.js';
import { refusalInWords, t } from '../words.js';

/** Where the browser remembers how somebody logged in last: by a name, or by a key. */
const KEPT_AS = 'facesearch-login';

/** @param {() => void} done */
export function loginPage(main, done, said) {
  const login = loginFields();
  const trouble = h('p', { role: 'alert', class: 'bad' }, said);
  const onsubmit = async (event) => {
    event.preventDefault();
    trouble.textContent = '';
    try {
      await login.send();
      done();
    } catch (error) {
      trouble.textContent = loginTrouble(error);
    }
  };
  const submit = h('button', { class: 'primary' }, t('login.submit'));
  main.append(h('form', { class: 'card narrow', onsubmit }, login.fields, h('div', { class: 'row' }, submit), trouble));
  login.focus();
}

/**
 * Asks for a log-in over the page, which stays as it is.
 * @param {(trouble?: string) => void} render writes the page anew
 * @returns {Promise<boolean>} true when the same one has logged in again
 */
export function loginDialog(render) {
  return new Promise((resolve) => {
    const login = loginFields();
    let isSame = false;
    const { dialog } = openDialog({
      title: t('login.again'),
      content: [h('p', {}, t('login.lost')), login.fields],
      submit: t('login.submit'),
      onsubmit: async () => {
        try {
          isSame = await login.send();
        } catch (error) {
          if (error instanceof Refused) throw new Refused(error.code, loginTrouble(error), '');
          throw error;
        }
      },
      onclose: () => {
        const isDone = dialog.returnValue === 'done';
        if (!isDone) forget();
        // Somebody else must not see what the page shows.
        if (!isSame) render(isDone ? '' : t('login.lost'));
        resolve(isSame);
      },
    });
    login.focus();
  });
}

/** A name with its password, or a key; the code of a second factor when the server asks for it. */
function loginFields() {
  const fields = h('div');
  let isByName = localStorage.getItem(KEPT_AS) === 'name';
  let secrets = () => ({});
  let code;
  const fill = () => {
    const other = h(
      'button',
      { type: 'button', class: 'plain', onclick: turn },
      t(isByName ? 'login.by-key' : 'login.by-name'),
    );
    fields.replaceChildren(...(isByName ? nameFields() : keyField()), h('div', { class: 'row' }, other));
  };
  const turn = () => {
    isByName = !isByName;
    fill();
    focus();
  };
  const focus = () => fields.querySelector('input')?.focus();

  function keyField() {
    const input = h('input', { type: 'password', required: true, autocomplete: 'off', spellcheck: 'false' });
    secrets = () => ({ key: input.value.trim() });
    return [labelled(t('login.key'), input, t('login.hint')).field];
  }

  function nameFields() {
    const plain = { required: true, spellcheck: 'false', autocapitalize: 'none' };
    const user = h('input', { ...plain, autocomplete: 'username' });
    const password = h('input', { type: 'password', required: true, autocomplete: 'current-password' });
    code = labelled(
      t('login.code'),
      h('input', { autocomplete: 'one-time-code', spellcheck: 'false' }),
      t('login.code-hint'),
    );
    code.field.hidden = true;
    secrets = () => ({
      user: user.value.trim(),
      password: password.value,
      ...(code.input.value.trim() && { code: code.input.value }),
    });
    return [
      labelled(t('login.user'), user, t('login.user-hint')).field,
      labelled(t('login.password'), password).field,
      code.field,
    ];
  }

  async function send() {
    try {
      const isSame = await logIn(secrets());
      if (isByName) localStorage.setItem(KEPT_AS, 'name');
      else localStorage.removeItem(KEPT_AS);
      return isSame;
    } catch (error) {
      if (error instanceof Refused && error.reason === 'code-needed') {
        code.field.hidden = false;
        code.input.focus();
      } else fields.querySelector('input[type=password]')?.select();
      throw error;
    }
  }

  fill();
  return { fields, send, focus };
}

function loginTrouble(error) {
  const isUnknown = error instanceof Refused && error.reason === 'unknown-key';
  return isUnknown ? t('login.unknown') : refusalInWords(error);
}
