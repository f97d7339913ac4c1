import { h } from './dom.js';
import { collectionsPage } from './pages/collections.js';
import { comparePage } from './pages/compare.js';
import { enrolPage } from './pages/enrol.js';
import { healthPage } from './pages/health.js';
import { loginPage } from './pages/login.js';
import { peoplePage } from './pages/people.js';
import { searchPage } from './pages/search.js';
import { tryPage } from './pages/try-out.js';
import { webhooksPage } from './pages/webhooks.js';
import { logOut, mayDo, session, whenKeyIsLost } from './session.js';
import { currentLanguage, languages, setLanguage, t } from './words.js';

/**
 * A page fills `main` and stops what it began when `signal` aborts. `needs` is the permission that it is shown for.
 * @type {Record<string, {show: Function, needs?: string}>}
 */
const pages = {
  collections: { show: collectionsPage, needs: 'list' },
  people: { show: peoplePage, needs: 'list' },
  enrol: { show: enrolPage, needs: 'enrol' },
  search: { show: searchPage, needs: 'search' },
  compare: { show: comparePage, needs: 'search' },
  webhooks: { show: webhooksPage, needs: 'admin' },
  try: { show: tryPage },
  health: { show: healthPage },
};

let life = new AbortController();

/** Writes the whole page anew: after a log-in, on another page, in another language. `trouble` is said at the log-in. */
function render(trouble = '') {
  life.abort();
  life = new AbortController();
  document.documentElement.lang = currentLanguage();
  const main = h('main', { id: 'main' });
  const name = pageName();
  const heading = h('h1', { tabindex: '-1' }, session.status ? t(`nav.${name}`) : t('login.title'));
  document.title = `${heading.textContent} – ${t('title')}`;
  main.append(heading);
  document.body.replaceChildren(
    h('a', { href: '#main', class: 'skip', onclick: toContent }, t('skip')),
    header(name),
    main,
  );
  if (!session.status) return loginPage(main, enter, trouble);
  if (!isShown(name)) main.append(h('p', { class: 'note' }, t('not-permitted')));
  else pages[name].show(main, life.signal, { signal: life.signal, render });
}

function enter() {
  render();
  focusHeading();
}

function focusHeading() {
  document.querySelector('h1')?.focus();
}

function pageName() {
  const name = location.hash.slice(2);
  if (name in pages || !session.status) return name in pages ? name : 'collections';
  return Object.keys(pages).find(isShown) ?? 'try';
}

function isShown(name) {
  return mayDo(pages[name].needs);
}

function header(current) {
  const languageChoice = h(
    'select',
    { 'aria-label': t('language'), onchange: (event) => inLanguage(event.target.value) },
    Object.entries(languages).map(([code, name]) =>
      h('option', { value: code, lang: code, selected: code === currentLanguage() }, name),
    ),
  );
  const links = Object.keys(pages)
    .filter((name) => session.status && isShown(name))
    .map((name) => h('a', { href: `#/${name}`, 'aria-current': name === current ? 'page' : null }, t(`nav.${name}`)));
  const out = h('button', { type: 'button', class: 'plain', onclick: leave }, t('login.out'));
  return h(
    'header',
    {},
    h('span', { class: 'brand' }, 'FaceSearch'),
    session.status && h('nav', { 'aria-label': t('nav.label') }, links),
    h('div', { class: 'row tools' }, languageChoice, session.status && out),
  );
}

function inLanguage(code) {
  setLanguage(code);
  render();
  document.querySelector('select')?.focus();
}

function leave() {
  logOut();
  render();
}

/** The address holds the page's name, so the link cannot simply lead to an anchor. */
function toContent(event) {
  event.preventDefault();
  focusHeading();
}

window.addEventListener('hashchange', enter);
// A photo that misses its place must not replace the page, which would forget the key.
for (const type of ['dragover', 'drop'])
  window.addEventListener(type, (event) => {
    if (event instanceof DragEvent && event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
whenKeyIsLost(() => render(t('login.lost')));
render();
