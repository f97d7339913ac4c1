import { h } from '../dom.js';
import { admin } from '../session.js';
import { chip } from '../ui/parts.js';
import { refusalInWords, t } from '../words.js';

/** What the server is set to, without secrets; for those who run the installation. The environment sets it. */
export async function settingsPage(main, signal) {
  const status = h('p', { role: 'status' }, t('loading'));
  main.append(h('p', { class: 'hint' }, t('settings.hint')), status);
  try {
    const groups = await admin('GET', '/settings');
    if (signal.aborted) return;
    status.textContent = '';
    main.append(...groups.map(group));
  } catch (error) {
    status.textContent = refusalInWords(error);
  }
}

function group({ title, settings }) {
  const rows = settings.map(({ name, value, isSecret, isSet, description }) =>
    h(
      'tr',
      { title: description },
      h('th', { scope: 'row' }, h('code', {}, name)),
      h(
        'td',
        {},
        isSecret ? chip(t(isSet ? 'settings.secret' : 'settings.unset')) : (value ?? chip(t('settings.unset'))),
      ),
    ),
  );
  return h('section', {}, h('h2', {}, title), h('table', { class: 'list' }, h('tbody', {}, rows)));
}
