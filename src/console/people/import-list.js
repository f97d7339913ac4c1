import { collectionTitle } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { adminPost, base64Of, Refused, session } from '../session.js';
import { openDialog } from '../ui/dialog.js';
import { inDigits, refusalInWords, t } from '../words.js';

/** Lines that failed and are shown; the others are counted. */
const SHOWN = 50;

/** Takes a list of people as CSV or XLSX: shows what it would do first. `done` gets what was done, in words. */
export function importList(done) {
  let list = '';
  const outcome = h('div', { role: 'status' });
  const file = labelled(
    t('people.list-file'),
    h('input', { type: 'file', accept: '.csv,.xlsx', required: true, onchange: check }),
    t('people.list-hint'),
  );
  const { submit } = openDialog({
    title: t('people.import-into', { collection: collectionTitle(session.collection) }),
    content: [file.field, outcome],
    submit: t('people.import-go'),
    onsubmit: async () => {
      const counts = await send(false);
      await done(inWords(counts));
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
      const counts = await send(true);
      const failed = counts.rows.filter(({ result }) => result === 'failed');
      outcome.replaceChildren(h('p', {}, inWords(counts)), failedRows(failed));
      submit.disabled = counts.created + counts.renamed === 0;
    } catch (error) {
      outcome.replaceChildren(h('p', { class: 'bad' }, refusalInWords(error)));
    }
  }

  function send(isCheck) {
    return adminPost('/users/import', { collection: session.collection, file: list, check: isCheck });
  }
}

/** Only what there is: a row of zeros says little. */
function inWords(counts) {
  const kinds = ['created', 'renamed', 'unchanged', 'failed'].filter((kind) => counts[kind] > 0);
  if (kinds.length === 0) return t('people.import-nobody');
  return kinds.map((kind) => t(`people.import-${kind}`, { n: inDigits(counts[kind]) })).join(' · ');
}

function failedRows(rows) {
  const why = ({ reason = '', message = '' }) => refusalInWords(new Refused('400', message, reason));
  return h(
    'ul',
    { class: 'bad' },
    rows.slice(0, SHOWN).map((one) => h('li', {}, t('people.row', { row: one.row, id: one.id, why: why(one) }))),
  );
}
