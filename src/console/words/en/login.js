/** @type {Record<string, string>} */
export const words = {
  'login.title': 'Log in',
  'login.key': 'API key',
  'login.hint':
    'You stay logged in until you log out. The browser does not keep the key. The server showed its first key when it started.',
  'login.unknown':
    'The server does not know this key. `npx facesearch keys list`, on the server, shows which there are; `npx facesearch keys create --tenant default` makes one.',
  'login.again': 'Log in again',
  'login.lost': 'Your session has ended. Log in again to go on where you were.',
  'login.submit': 'Log in',
  'login.out': 'Log out',
};
