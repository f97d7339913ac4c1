import { collectionTitle } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { curlOf, loadEndpoints } from '../endpoints.js';
import { formOf, request, session } from '../session.js';
import { confirmed } from '../ui/dialog.js';
import { refusalInWords, t, tOr } from '../words.js';

export async function tryPage(main, signal, page) {
  const status = h('p', { role: 'status' }, t('loading'));
  main.append(status);
  try {
    const endpoints = await loadEndpoints();
    if (signal.aborted) return;
    status.remove();
    show(main, endpoints);
  } catch (error) {
    if (signal.aborted) return;
    status.textContent = refusalInWords(error);
    main.append(h('button', { type: 'button', onclick: () => page.render() }, t('again')));
  }
}

/** @param {import('../endpoints.js').Endpoint[]} endpoints */
function show(main, endpoints) {
  const choice = labelled(
    t('try.call'),
    h(
      'select',
      { onchange: () => choose() },
      endpoints.map(({ method, name, words, summary }, i) =>
        h('option', { value: i }, `${method} ${name}: ${tOr(words, summary)}`),
      ),
    ),
  );
  const empty = labelled(t('try.empty'), h('input', { type: 'checkbox' }));
  const form = h('form', { class: 'card', oninput: () => showCurl(), onsubmit: send });
  const curl = h('code');
  const copied = h('span', { role: 'status' });
  const copy = async () => {
    await navigator.clipboard?.writeText(curl.textContent);
    copied.textContent = t('try.copied');
  };
  const took = h('p', { role: 'status' });
  const answer = h('pre', { tabindex: '0', 'aria-label': t('try.answer') });
  const result = h('section', { hidden: true }, h('h2', {}, t('try.answer')), took, answer);
  let endpoint = endpoints[0];
  let inputs = new Map();

  main.append(
    h('p', { class: 'hint' }, h('a', { href: '/docs', target: '_blank', rel: 'noreferrer' }, t('try.docs'))),
    choice.field,
    form,
    h(
      'section',
      {},
      h('h2', {}, t('try.curl')),
      h('pre', { tabindex: '0', 'aria-label': t('try.curl') }, curl),
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'button', onclick: copy }, t('try.copy')),
        h('span', { class: 'hint' }, t('try.curl-hint')),
        copied,
      ),
    ),
    result,
  );
  choose();

  function choose() {
    endpoint = endpoints[Number(choice.input.value)];
    const made = endpoint.fields.map((field) => [field, labelled(labelOf(field), inputOf(field))]);
    inputs = new Map(made.map(([field, { input }]) => [field, input]));
    form.replaceChildren(
      endpoint.deletes ? h('p', { class: 'note' }, t('try.danger')) : '',
      ...made.map(([, { field }]) => field),
      empty.field,
      h('button', { class: endpoint.deletes ? 'danger' : 'primary' }, t('try.send')),
    );
    result.hidden = true;
    showCurl();
  }

  /** Those with a value, and where it is wished the others that could have one; the header apart. */
  function values() {
    const fields = [];
    const headers = {};
    for (const [{ name, kind, inHeader }, input] of inputs) {
      if (kind === 'files') {
        for (const file of input.files) fields.push([name, file]);
        continue;
      }
      const value = kind === 'flag' ? (input.checked ? 'true' : '') : kind === 'file' ? input.files[0] : input.value;
      if (!value && (!empty.input.checked || kind === 'flag' || kind === 'choice')) continue;
      if (inHeader) headers[name] = value;
      else fields.push([name, value ?? '']);
    }
    return { fields, headers };
  }

  function showCurl() {
    const { fields, headers } = values();
    curl.textContent = curlOf(endpoint, location.origin + endpoint.path, fields, headers);
    copied.textContent = '';
  }

  /** A whole collection goes only to those who type its name. */
  function isSure(fields) {
    const title = `${endpoint.method} ${endpoint.name}`;
    const asked = { text: t('try.danger'), yes: t('try.send'), danger: true };
    if (!endpoint.name.endsWith('/delete_collection')) return confirmed(title, asked);
    const [, collection = ''] = fields.find(([name]) => name === 'collection') ?? [];
    return confirmed(title, { ...asked, typed: collectionTitle(collection) });
  }

  async function send(event) {
    event.preventDefault();
    const { fields, headers } = values();
    if (endpoint.deletes && !(await isSure(fields))) return;
    const { method, path } = endpoint;
    const url = path + (method === 'GET' ? `?${new URLSearchParams(fields)}` : '');
    const body = method === 'GET' ? null : formOf(fields);
    const from = performance.now();
    try {
      const response = await request(method, url, { headers, body });
      const text = await response.text();
      took.textContent = t('try.took', { status: response.status, ms: Math.round(performance.now() - from) });
      answer.textContent = text.length > 2000 ? `${text.slice(0, 2000)} …` : text;
    } catch (error) {
      took.textContent = refusalInWords(error);
      answer.textContent = '';
    }
    result.hidden = false;
  }
}

function labelOf({ name, required }) {
  return required ? `${name} (${t('try.required')})` : name;
}

// Nothing is required of the browser: what the server answers to a missing field is worth seeing, too.
function inputOf({ name, kind, placeholder, values }) {
  if (kind === 'flag') return h('input', { type: 'checkbox' });
  if (kind === 'file' || kind === 'files')
    return h('input', { type: 'file', accept: 'image/jpeg,image/png', multiple: kind === 'files' });
  if (kind === 'vector') return h('textarea', { rows: 3, placeholder: '[0.0123, …]', spellcheck: 'false' });
  if (kind === 'number') return h('input', { type: 'number', min: 0, max: 1, step: 0.01, placeholder });
  if (kind === 'choice')
    return h(
      'select',
      {},
      ['', ...values].map((value) => h('option', {}, value)),
    );
  return h('input', { autocomplete: 'off', value: name === 'collection' ? session.collection : '' });
}
