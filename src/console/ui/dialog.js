import { h, labelled } from '../dom.js';
import { refusalInWords, t } from '../words.js';

/**
 * A dialog over the page, which keeps the focus inside, closes on Escape and gives the focus back.
 * @param {object} options
 * @param {string} options.title
 * @param {any[]} options.content
 * @param {string} [options.submit] text of the button that does it; without one there is only the button to close
 * @param {boolean} [options.danger] whether it deletes
 * @param {boolean} [options.wide]
 * @param {boolean} [options.full] as large as the window allows
 * @param {() => unknown} [options.onsubmit] closes the dialog when it is done; a refusal is said inside
 * @param {() => void} [options.onclose]
 * @returns {{dialog: any, submit: any}}
 */
export function openDialog({ title, content, submit, danger = false, wide = false, full = false, onsubmit, onclose }) {
  const trouble = h('p', { role: 'alert', class: 'bad' });
  const go = h('button', { class: danger ? 'danger solid' : 'primary' }, submit ?? '');
  const send = async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    trouble.textContent = '';
    go.disabled = true;
    try {
      await onsubmit?.();
      dialog.close('done');
    } catch (error) {
      trouble.textContent = refusalInWords(error);
    }
    go.disabled = false;
  };
  const cancel = h('button', { type: 'button', onclick: () => dialog.close() }, t(submit ? 'cancel' : 'close'));
  const ended = () => {
    dialog.remove();
    onclose?.();
  };
  const heading = h('h2', { id: 'dialog-title' }, title);
  const dialog = h(
    'dialog',
    { class: full ? 'full' : wide ? 'wide' : null, 'aria-labelledby': 'dialog-title', onclose: ended },
    h('form', { onsubmit: send }, heading, content, trouble, h('div', { class: 'row end' }, cancel, submit && go)),
  );
  document.body.append(dialog);
  dialog.showModal();
  // What only reads the text, or would lose something by a press of Enter, begins at the harmless button.
  if (danger || !submit) dialog.querySelector('input, select, textarea') ?? cancel.focus();
  return { dialog, submit: go };
}

/**
 * Asks before something happens.
 * @param {string} title
 * @param {{text?: string, yes: string, danger?: boolean, typed?: string | undefined}} options `typed` is what must be typed first,
 *   where there is no undo
 * @returns {Promise<boolean>}
 */
export function confirmed(title, { text = '', yes, danger = false, typed }) {
  return new Promise((resolve) => {
    const { field, input } = labelled(
      t('dialog.type', { what: typed ?? '' }),
      h('input', { autocomplete: 'off', spellcheck: 'false', oninput: () => check() }),
    );
    const { dialog, submit } = openDialog({
      title,
      content: [text && h('p', {}, text), typed !== undefined && field],
      submit: yes,
      danger,
      onclose: () => resolve(dialog.returnValue === 'done'),
    });
    const check = () => {
      submit.disabled = typed !== undefined && input.value.trim() !== typed;
    };
    check();
  });
}
