import { h } from './dom.js';
import { isShown, pages } from './pages.js';
import { logOut, session } from './session.js';
import { icon } from './ui/icon.js';
import { currentTheme, setTheme, themes } from './ui/theme.js';
import { currentLanguage, languages, setLanguage, t } from './words.js';

/** Pages that a narrow screen shows in its bar; the others are behind its last button. */
const IN_BAR = 4;
const themeIcons = { system: 'sun-moon', light: 'sun', dark: 'moon' };

/**
 * What stands beside every page: the way to the others, language, colours and the way out.
 * @param {string} current name of the page
 * @param {() => void} render writes the page anew
 */
export function shell(current, render) {
  const language = h(
    'select',
    { id: 'language', 'aria-label': t('language'), onchange: (event) => inLanguage(event.target.value) },
    Object.entries(languages).map(([code, name]) =>
      h('option', { value: code, lang: code, selected: code === currentLanguage() }, name),
    ),
  );
  const inLanguage = (code) => {
    setLanguage(code);
    render();
    document.getElementById('language')?.focus();
  };
  const theme = h('button', { type: 'button', class: 'plain icon-only', onclick: () => nextTheme() });
  const nextTheme = () => {
    setTheme(themes[(themes.indexOf(currentTheme()) + 1) % themes.length]);
    sayTheme();
  };
  const sayTheme = () => {
    const label = t('theme', { theme: t(`theme.${currentTheme()}`) });
    theme.setAttribute('aria-label', label);
    theme.title = label;
    theme.replaceChildren(icon(themeIcons[currentTheme()]));
  };
  const leave = async () => {
    await logOut();
    render();
  };
  sayTheme();
  const words = h('span', { class: 'words' }, t('login.out'));
  const out = h(
    'button',
    { type: 'button', class: 'plain', 'aria-label': t('login.out'), onclick: leave },
    icon('log-out'),
    words,
  );
  return h(
    'header',
    { class: session.status ? 'shell' : 'shell out' },
    h('span', { class: 'brand' }, h('img', { src: '/console/icon.svg', alt: '' }), 'FaceSearch'),
    session.status && navigation(current),
    h('div', { class: 'tools' }, h('div', { class: 'row' }, language, theme), session.status && out),
  );
}

function navigation(current) {
  const names = Object.keys(pages).filter(isShown);
  const link = (name) => {
    const isBehind = names.indexOf(name) >= IN_BAR;
    const props = { href: `#/${name}`, class: isBehind ? 'behind' : null };
    const words = h('span', {}, t(`nav.${name}`));
    return h('a', { ...props, 'aria-current': name === current ? 'page' : null }, icon(pages[name].icon), words);
  };
  const of = (group) => names.filter((name) => pages[name].group === group).map(link);
  const more = h(
    'button',
    {
      type: 'button',
      class: names.indexOf(current) >= IN_BAR ? 'more current' : 'more',
      'aria-expanded': 'false',
      onclick: () => {
        const isOpen = nav.classList.toggle('open');
        more.setAttribute('aria-expanded', String(isOpen));
      },
    },
    icon('ellipsis'),
    h('span', {}, t('nav.more')),
  );
  const managing = of('manage');
  const nav = h(
    'nav',
    { 'aria-label': t('nav.label') },
    of('daily'),
    managing.length > 0 && h('p', { class: 'behind', 'aria-hidden': 'true' }, t('nav.manage')),
    managing,
    names.length > IN_BAR && more,
  );
  return nav;
}
