import type { CallerStore } from '../persistence/keys/api-key-store.js';
import { Accounts } from './accounts.js';
import { LogIn } from './log-in.js';
import { Passwords } from './passwords.js';
import { type SessionKeys, type SessionRules, Sessions } from './sessions.js';
import { TenantKeys } from './tenant-keys.js';

/** Everything about who logs in to the console. */
export interface Logins {
  sessions: Sessions;
  accounts: Accounts;
  logIn: LogIn;
  keys: TenantKeys;
  /** Ends the thread that hashes passwords. */
  close(): Promise<void>;
}

/** @param workerUrl the compiled worker that hashes passwords, where it does not lie beside its source */
export function openLogins(store: CallerStore, keys: SessionKeys, rules: SessionRules, workerUrl?: URL): Logins {
  const sessions = new Sessions(store, keys, rules);
  const passwords = new Passwords(workerUrl);
  return {
    sessions,
    accounts: new Accounts(store, passwords),
    logIn: new LogIn(store, sessions, passwords),
    keys: new TenantKeys(store),
    close: () => passwords.close(),
  };
}
