import { h, labelled } from '../dom.js';
import { logIn } from '../session.js';
import { refusalInWords, t } from '../words.js';

export function loginPage(main, done) {
  const key = labelled(
    t('login.key'),
    h('input', { type: 'password', required: true, autocomplete: 'off', spellcheck: 'false' }),
    t('login.hint'),
  );
  const trouble = h('p', { role: 'alert', class: 'bad' });
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
          trouble.textContent = refusalInWords(error);
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
