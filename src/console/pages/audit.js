import { h } from '../dom.js';
import { admin } from '../session.js';
import { listTable } from '../table.js';
import { iconButton } from '../ui/parts.js';
import { locale, refusalInWords, t } from '../words.js';

/** @type {import('../table.js').Column[]} */
const columns = [
  { text: 'audit.time', kind: 'id' },
  { text: 'audit.who' },
  { text: 'audit.call' },
  { text: 'audit.whom' },
  { text: 'audit.result' },
];

const PAGE = 50;

/** Who did what with whose data, the newest first. */
export async function auditPage(main, signal) {
  const status = h('p', { role: 'status' }, t('loading'));
  const body = h('tbody');
  const table = listTable(columns, []);
  table.querySelector('tbody').replaceWith(body);
  table.hidden = true;
  let next;
  const older = iconButton('chevron-down', t('audit.older'), { hidden: true, onclick: () => more() });
  main.append(h('p', { class: 'hint' }, t('audit.hint')), status, table, older);
  await more();

  async function more() {
    older.disabled = true;
    try {
      const page = await admin('GET', '/audit', { limit: PAGE, ...(next && { from: next }) });
      if (signal.aborted) return;
      body.append(...page.lines.map(row));
      next = page.next;
      table.hidden = body.children.length === 0;
      status.textContent = page.isKept ? (table.hidden && !next ? t('audit.none') : '') : t('audit.off');
      older.hidden = !next;
    } catch (error) {
      status.textContent = refusalInWords(error);
    }
    older.disabled = false;
  }
}

function row({ time, keyId, call, collection, userId, foundId, createdId, accountId, code, reason }) {
  const account = /^account-(\d+)$/.exec(keyId ?? '')?.[1];
  const who = account ? t('audit.account', { n: account }) : keyId ? t('audit.key', { n: keyId }) : t('audit.command');
  const whom = [
    collection && t('audit.collection', { name: collection }),
    userId,
    foundId && t('audit.found', { id: foundId }),
    createdId && t('audit.created', { id: createdId }),
    accountId && t('audit.account', { n: accountId }),
  ].filter(Boolean);
  return h(
    'tr',
    {},
    h('td', {}, new Date(time).toLocaleString(locale())),
    h('td', {}, who),
    h('td', {}, call.replace(' /admin/v1', ' ')),
    h('td', {}, h('bdi', {}, whom.join(', '))),
    h('td', { class: code === '200' ? null : 'bad' }, [code, reason].filter(Boolean).join(' ')),
  );
}
