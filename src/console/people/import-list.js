import { h, labelled } from '../dom.js';
import { adminPost, base64Of, Refused, session } from '../session.js';
import { openDialog } from '../ui/dialog.js';
import { toast } from '../ui/toast.js';
import { refusalInWords, t } from '../words.js';

/** Lines that failed and are shown; the others are counted. */
const SHOWN = 50;

/** Takes a list of people as CSV or XLSX: shows what it would do first. `done` follows when people were made. */
export function importList(done) {
  let list = '';
  const outcome = h('div', { role: 'status' });
  const file = labelled(
    t('people.list-file'),
    h('input', { type: 'file', accept: '.csv,.xlsx', required: true, onchange: check }),
    t('people.list-hint'),
  );
  const { submit } = openDialog({
    title: t('people.import'),
    content: [file.field, outcome],
    submit: t('people.import-go'),
    onsubmit: async () => {
      const { created, renamed, failed } = await send(false);
      toast(t('people.imported', { created, renamed, failed }), { kind: failed > 0 ? 'bad' : 'good' });
      await done();
    },
  });
  submit.disabled = true;

  async function check() {
    submit.disabled = true;
    const [chosen] = file.input.files;
    if (!chosen) return;
    outcome.textContent = t('loading');
    try {
      list = await base64Of(chosen);
      const { created, renamed, unchanged, failed, rows } = await send(true);
      outcome.replaceChildren(
        h('p', {}, t('people.would-import', { created, renamed, unchanged, failed })),
        failedRows(rows.filter(({ result }) => result === 'failed')),
      );
      submit.disabled = created + renamed === 0;
    } catch (error) {
      outcome.replaceChildren(h('p', { class: 'bad' }, refusalInWords(error)));
    }
  }

  function send(isCheck) {
    return adminPost('/users/import', { collection: session.collection, file: list, check: isCheck });
  }
}

function failedRows(rows) {
  const why = ({ reason = '', message = '' }) => refusalInWords(new Refused('400', message, reason));
  return h(
    'ul',
    { class: 'bad' },
    rows.slice(0, SHOWN).map((one) => h('li', {}, t('people.row', { row: one.row, id: one.id, why: why(one) }))),
  );
}
