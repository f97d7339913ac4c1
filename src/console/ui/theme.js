const KEPT_AS = 'facesearch-theme';
/** The first is that of the system. */
export const themes = ['system', 'light', 'dark'];

export function currentTheme() {
  const kept = localStorage.getItem(KEPT_AS) ?? '';
  return themes.includes(kept) ? kept : 'system';
}

/** Shows the colours that were chosen. */
export function applyTheme() {
  document.documentElement.dataset.theme = currentTheme();
}

/** Remembered by the browser, like the language. */
export function setTheme(chosen) {
  if (chosen === 'system') localStorage.removeItem(KEPT_AS);
  else localStorage.setItem(KEPT_AS, chosen);
  applyTheme();
}
