import { h } from './dom.js';
import { loginDialog, loginPage } from './pages/login.js';
import { isShown, pageName, pages } from './pages.js';
import { resume, session, whenSessionEnds } from './session.js';
import { shell } from './shell.js';
import { applyTheme } from './ui/theme.js';
import { toastShelf } from './ui/toast.js';
import { currentLanguage, refusalInWords, t } from './words.js';

let life = new AbortController();

/** Writes the whole page anew: after a log-in, on another page, in another language. `trouble` is said at the log-in. */
function render(trouble = '') {
  life.abort();
  life = new AbortController();
  document.documentElement.lang = currentLanguage();
  const main = h('main', { id: 'main' });
  const name = session.status ? pageName() : '';
  const heading = h('h1', { tabindex: '-1' }, session.status ? t(`nav.${name}`) : t('login.title'));
  document.title = `${heading.textContent} – ${t('title')}`;
  main.append(heading);
  const skip = h('a', { href: '#main', class: 'skip', onclick: toContent }, t('skip'));
  document.body.replaceChildren(skip, shell(name, render), main, toastShelf());
  if (!session.status) return loginPage(main, enter, trouble);
  if (!isShown(name)) main.append(h('p', { class: 'note' }, t('not-permitted')));
  else pages[name].show(main, life.signal, { render });
}

function enter() {
  render();
  focusHeading();
}

function focusHeading() {
  document.querySelector('h1')?.focus();
}

/** The address holds the page's name, so the link cannot simply lead to an anchor. */
function toContent(event) {
  event.preventDefault();
  focusHeading();
}

window.addEventListener('hashchange', enter);
// A photo that misses its place must not replace the page, which would lose what is on it.
for (const type of ['dragover', 'drop'])
  window.addEventListener(type, (event) => {
    if (event instanceof DragEvent && event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
whenSessionEnds(() => loginDialog(render));
applyTheme();
render(await resume().then(() => '', refusalInWords));
