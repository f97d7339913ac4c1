import { h, labelled } from '../dom.js';
import { logIn, Refused } from '../session.js';
import { refusalInWords, t } from '../words.js';

export function loginPage(main, done, said) {
  const key = labelled(
    t('login.key'),
    h('input', { type: 'password', required: true, autocomplete: 'off', spellcheck: 'false' }),
    t('login.hint'),
  );
  const trouble = h('p', { role: 'alert', class: 'bad' }, said);
  const form = h(
    'form',
    {
      class: 'card narrow',
      onsubmit: async (event) => {
        event.preventDefault();
        trouble.textContent = '';
        try {
          await logIn(key.input.value.trim());
          done();
        } catch (error) {
          const isUnknown = error instanceof Refused && error.reason === 'unknown-key';
          trouble.textContent = isUnknown ? t('login.unknown') : refusalInWords(error);
          key.input.select();
        }
      },
    },
    key.field,
    h('button', { class: 'primary' }, t('login.submit')),
    trouble,
  );
  main.append(form);
  key.input.focus();
}
