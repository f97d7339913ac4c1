import { h } from '../dom.js';
import { admin } from '../session.js';
import { actions, listTable } from '../table.js';
import { confirmed } from '../ui/dialog.js';
import { toastRefusal } from '../ui/toast.js';
import { inDigits, locale, refusalInWords, t } from '../words.js';

/** @type {import('../table.js').Column[]} */
const webhookColumns = [
  { text: 'webhooks.url' },
  { text: 'webhooks.events' },
  { text: 'webhooks.waiting', kind: 'count' },
  { text: 'webhooks.dead', kind: 'count' },
  { text: 'collections.actions', kind: 'actions' },
];

/** @type {import('../table.js').Column[]} */
const letterColumns = [
  { text: 'webhooks.number', kind: 'count' },
  { text: 'webhooks.event' },
  { text: 'webhooks.when' },
  { text: 'webhooks.tries', kind: 'count' },
  { text: 'webhooks.error' },
];

/** Where events go, and what was given up. Webhooks are added by the API or the command line, which show the secret. */
export async function webhooksPage(main, signal) {
  const status = h('p', { role: 'status' }, t('loading'));
  const list = h('div');
  const letters = h('div');
  main.append(h('p', { class: 'hint' }, t('webhooks.hint')), status, list, letters);
  await show();

  async function show() {
    try {
      const webhooks = await admin('GET', '/webhooks');
      const dead = await admin('GET', '/dead-letters');
      if (signal.aborted) return;
      status.textContent = webhooks.length === 0 ? t('webhooks.none') : '';
      list.replaceChildren(webhooks.length > 0 ? listTable(webhookColumns, webhooks.map(row)) : '');
      letters.replaceChildren(
        ...(dead.length > 0 ? [h('h2', {}, t('webhooks.letters')), listTable(letterColumns, dead.map(letterRow))] : []),
      );
    } catch (error) {
      status.textContent = refusalInWords(error);
    }
  }

  function row({ webhook, url, events, waiting, dead }) {
    const change = async (method, path) => {
      await admin(method, path).catch(toastRefusal);
      await show();
    };
    const remove = async () => {
      if (await confirmed(t('webhooks.delete?', { url }), { yes: t('delete'), danger: true }))
        await change('DELETE', `/webhooks/${webhook}`);
    };
    const retry = () => change('POST', `/webhooks/${webhook}/retry`);
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('bdi', {}, `${webhook}: ${url}`)),
      h('td', {}, events.join(', ')),
      h('td', { class: 'number' }, inDigits(waiting)),
      h('td', { class: 'number' }, inDigits(dead)),
      actions([
        ...(dead > 0 ? [{ text: t('webhooks.retry'), label: `${t('webhooks.retry')}: ${url}`, onclick: retry }] : []),
        { text: t('delete'), label: `${t('delete')}: ${url}`, danger: true, onclick: remove },
      ]),
    );
  }
}

function letterRow({ webhook, type, time, attempts, error }) {
  return h(
    'tr',
    {},
    h('td', { class: 'number' }, inDigits(webhook)),
    h('td', {}, type),
    h('td', {}, new Date(time).toLocaleString(locale())),
    h('td', { class: 'number' }, inDigits(attempts)),
    h('td', {}, h('bdi', {}, error)),
  );
}
