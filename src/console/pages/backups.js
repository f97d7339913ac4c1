import { h } from '../dom.js';
import { admin } from '../session.js';
import { listTable } from '../table.js';
import { confirmed } from '../ui/dialog.js';
import { emptyState, iconButton, skeletons, verdict } from '../ui/parts.js';
import { toast, toastRefusal } from '../ui/toast.js';
import { inDigits, locale, refusalInWords, t } from '../words.js';

/** Milliseconds between two looks at a backup that runs. */
const PAUSE = 1000;

/** @type {import('../table.js').Column[]} */
const columns = [
  { text: 'backups.name' },
  { text: 'backups.made' },
  { text: 'backups.size', kind: 'count' },
  { text: 'collections.actions', kind: 'actions' },
];

/** Backups of the whole server: begin one, see how it goes, download it, delete it. */
export function backupsPage(main, signal) {
  const start = iconButton('database-backup', t('backups.start'), { class: 'primary', onclick: () => begin() });
  const progress = h('progress', { max: 1, hidden: true, 'aria-label': t('backups.progress') });
  const state = h('p', { role: 'status', class: 'hint' });
  const result = verdict();
  const list = h('div', {}, skeletons(2, 'row-high'));
  let turn = 0;
  let wasRunning = false;
  main.append(
    h('p', { class: 'hint' }, t('backups.hint')),
    h('div', { class: 'toolbar' }, start),
    h('div', { class: 'progress' }, progress, state),
    result.element,
    list,
  );
  show();

  async function begin() {
    start.disabled = true;
    result.say('', '');
    try {
      await admin('POST', '/backups');
      wasRunning = true;
    } catch (error) {
      toastRefusal(error);
    }
    await show();
  }

  async function show() {
    const mine = ++turn;
    try {
      const { run, backups } = await admin('GET', '/backups');
      if (signal.aborted || mine !== turn) return;
      sayRun(run);
      list.replaceChildren(
        backups.length > 0
          ? listTable(columns, backups.map(row))
          : run?.state === 'running'
            ? ''
            : emptyState('database-backup', t('backups.none')),
      );
      if (run?.state === 'running') setTimeout(() => !signal.aborted && mine === turn && show(), PAUSE);
    } catch (error) {
      if (signal.aborted || mine !== turn) return;
      start.disabled = true;
      list.replaceChildren();
      result.say('warn', refusalInWords(error));
    }
  }

  function sayRun(run) {
    const isRunning = run?.state === 'running';
    start.disabled = isRunning;
    progress.hidden = !isRunning;
    state.textContent = '';
    if (!run) return;
    const { done, total, missing, backup, fault } = run;
    if (isRunning) {
      wasRunning = true;
      progress.max = Math.max(1, total);
      progress.value = done;
      state.textContent =
        total === 0 ? t('backups.copying') : t('backups.photos', { done: inDigits(done), total: inDigits(total) });
    } else if (fault) result.say('bad', t('backups.failed'), t(`backups.fault-${fault}`));
    else if (wasRunning) {
      const isWhole = missing === 0;
      const about = isWhole ? '' : t('backups.missing', { n: inDigits(missing) });
      result.say(isWhole ? 'good' : 'warn', t('backups.done', { name: backup }), about);
    }
  }

  function row({ backup, created, bytes }) {
    const remove = async () => {
      const asked = { text: t('backups.delete-text'), yes: t('delete'), danger: true, typed: backup };
      if (!(await confirmed(t('backups.delete?'), asked))) return;
      await admin('DELETE', `/backups/${encodeURIComponent(backup)}`).then(
        () => toast(t('backups.deleted'), { kind: 'good' }),
        toastRefusal,
      );
      await show();
    };
    const label = (text) => `${text}: ${backup}`;
    // A link: the browser writes the file as it comes, however large it is.
    const link = h(
      'a',
      {
        class: 'button',
        href: `/admin/v1/backups/${encodeURIComponent(backup)}/file`,
        download: backup,
        'aria-label': label(t('backups.download')),
      },
      t('backups.download'),
    );
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('bdi', {}, backup)),
      h(
        'td',
        {},
        h(
          'time',
          { datetime: created },
          new Date(created).toLocaleString(locale(), { dateStyle: 'short', timeStyle: 'short' }),
        ),
      ),
      h('td', { class: 'number' }, size(bytes)),
      h(
        'td',
        { class: 'row' },
        link,
        h(
          'button',
          { type: 'button', class: 'danger', 'aria-label': label(t('delete')), onclick: remove },
          t('delete'),
        ),
      ),
    );
  }
}

/** As the file manager of a computer says it. */
function size(bytes) {
  const mb = bytes / 1e6;
  return mb < 1000
    ? t('backups.mb', { n: inDigits(mb < 10 ? Math.ceil(mb * 10) / 10 : Math.round(mb)) })
    : t('backups.gb', { n: inDigits(mb / 1000) });
}
