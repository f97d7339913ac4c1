import { accountPage } from './pages/account.js';
import { attendancePage } from './pages/attendance.js';
import { auditPage } from './pages/audit.js';
import { backupsPage } from './pages/backups.js';
import { calibrationPage } from './pages/calibration.js';
import { cameraPage } from './pages/camera.js';
import { collectionsPage } from './pages/collections.js';
import { comparePage } from './pages/compare.js';
import { duplicatesPage } from './pages/duplicates.js';
import { enrolPage } from './pages/enrol.js';
import { healthPage } from './pages/health.js';
import { identifyPage } from './pages/identify.js';
import { keysPage } from './pages/keys.js';
import { peoplePage } from './pages/people.js';
import { searchPage } from './pages/search.js';
import { settingsPage } from './pages/settings.js';
import { tryPage } from './pages/try-out.js';
import { unknownPage } from './pages/unknown.js';
import { usersPage } from './pages/users.js';
import { webhooksPage } from './pages/webhooks.js';
import { mayDo, session } from './session.js';

/**
 * A page fills `main` and stops what it began when `signal` aborts. `needs` is the permission that it is shown for,
 * `group` its place in the navigation: `daily` for people at the desk, `manage` for those who run the server.
 * @typedef {(main: any, signal: AbortSignal, page: {render: () => void}) => unknown} Show
 * @type {Record<string, {show: Show, icon: string, group: 'daily' | 'manage', needs?: string}>}
 */
export const pages = {
  people: { show: peoplePage, icon: 'users', group: 'daily', needs: 'list' },
  search: { show: searchPage, icon: 'scan-face', group: 'daily', needs: 'search' },
  identify: { show: identifyPage, icon: 'users-round', group: 'daily', needs: 'search' },
  enrol: { show: enrolPage, icon: 'user-plus', group: 'daily', needs: 'enrol' },
  camera: { show: cameraPage, icon: 'camera', group: 'daily', needs: 'search' },
  attendance: { show: attendancePage, icon: 'calendar', group: 'daily', needs: 'list' },
  compare: { show: comparePage, icon: 'columns-2', group: 'daily', needs: 'search' },
  duplicates: { show: duplicatesPage, icon: 'git-merge', group: 'daily', needs: 'list' },
  unknown: { show: unknownPage, icon: 'user-round-search', group: 'daily', needs: 'list' },
  collections: { show: collectionsPage, icon: 'folder', group: 'daily', needs: 'list' },
  account: { show: accountPage, icon: 'user-cog', group: 'manage' },
  users: { show: usersPage, icon: 'users-round', group: 'manage', needs: 'admin' },
  keys: { show: keysPage, icon: 'key-round', group: 'manage', needs: 'admin' },
  audit: { show: auditPage, icon: 'scroll-text', group: 'manage', needs: 'admin' },
  webhooks: { show: webhooksPage, icon: 'webhook', group: 'manage', needs: 'admin' },
  backups: { show: backupsPage, icon: 'database-backup', group: 'manage', needs: 'operate' },
  calibration: { show: calibrationPage, icon: 'gauge', group: 'manage', needs: 'operate' },
  settings: { show: settingsPage, icon: 'settings', group: 'manage', needs: 'operate' },
  try: { show: tryPage, icon: 'terminal', group: 'manage' },
  health: { show: healthPage, icon: 'activity', group: 'manage' },
};

export function isShown(name) {
  return mustChange() ? name === 'account' : mayDo(pages[name].needs);
}

/** Somebody else chose the password: nothing works before another one. */
function mustChange() {
  return session.me?.account?.mustChange === true;
}

/** The page that the address names, or else the first. What follows the name is for the page itself: `#/people/anna`. */
export function pageName() {
  if (mustChange()) return 'account';
  const name = location.hash.slice(2).split('/')[0];
  return Object.hasOwn(pages, name) ? name : (Object.keys(pages).find(isShown) ?? 'try');
}
