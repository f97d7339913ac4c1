import { h, labelled } from '../dom.js';
import { forget, logIn, Refused } from '../session.js';
import { openDialog } from '../ui/dialog.js';
import { refusalInWords, t } from '../words.js';

/** @param {() => void} done */
export function loginPage(main, done, said) {
  const { fields, send } = loginFields();
  const trouble = h('p', { role: 'alert', class: 'bad' }, said);
  const onsubmit = async (event) => {
    event.preventDefault();
    trouble.textContent = '';
    try {
      await send();
      done();
    } catch (error) {
      trouble.textContent = loginTrouble(error);
      fields.querySelector('input')?.select();
    }
  };
  const submit = h('button', { class: 'primary' }, t('login.submit'));
  main.append(h('form', { class: 'card narrow', onsubmit }, fields, submit, trouble));
  fields.querySelector('input')?.focus();
}

/**
 * Asks for a log-in over the page, which stays as it is.
 * @param {(trouble?: string) => void} render writes the page anew
 * @returns {Promise<boolean>} true when the same one has logged in again
 */
export function loginDialog(render) {
  return new Promise((resolve) => {
    const { fields, send } = loginFields();
    let isSame = false;
    const { dialog } = openDialog({
      title: t('login.again'),
      content: [h('p', {}, t('login.lost')), fields],
      submit: t('login.submit'),
      onsubmit: async () => {
        try {
          isSame = await send();
        } catch (error) {
          throw error instanceof Refused
            ? new Refused(error.code, loginTrouble(error), error.reason === 'unknown-key' ? '' : error.reason)
            : error;
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
  });
}

function loginFields() {
  const key = labelled(
    t('login.key'),
    h('input', { type: 'password', required: true, autocomplete: 'off', spellcheck: 'false' }),
    t('login.hint'),
  );
  return { fields: h('div', {}, key.field), send: () => logIn({ key: key.input.value.trim() }) };
}

function loginTrouble(error) {
  const isUnknown = error instanceof Refused && error.reason === 'unknown-key';
  return isUnknown ? t('login.unknown') : refusalInWords(error);
}
