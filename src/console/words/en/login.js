/** @type {Record<string, string>} */
export const words = {
  'login.title': 'Log in',
  'login.key': 'API key',
  'login.hint': 'It stays in this page only; a reload forgets it. The server showed its first key when it started.',
  'login.unknown':
    'The server does not know this key. `npx facesearch keys list`, on the server, shows which there are; `npx facesearch keys create --tenant default` makes one.',
  'login.lost': 'The server does not take this key any more: it was revoked, or has expired. Log in with another one.',
  'login.submit': 'Log in',
  'login.out': 'Log out',
};
