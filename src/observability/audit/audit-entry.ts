/** One thing that was done, by whom, to whose data: what a line of the audit log says. Never an image, a vector or a name. */
export interface AuditEntry {
  /** Empty for what concerns all of them. */
  tenant: string;
  /**
   * Number or position of the key that called, or that a command made or revoked; never the key. `account-` and its number
   * for a console user.
   */
  keyId?: string | undefined;
  /** Name of one of the calls, such as `search`; `create key`, `revoke key`, `add webhook`, `delete webhook`, `retry webhook`, `add user`, `change user`, `remove user`, `write scale`, `revert scale`, `switch model` or `retention`. */
  call: string;
  requestId?: string | undefined;
  collection?: string | undefined;
  /** The console user that was made or changed. */
  accountId?: number | undefined;
  /** Whom the request named. */
  userId?: string | undefined;
  /** Whom a search found. */
  foundId?: string | undefined;
  /** The id of an auto-created user. */
  createdId?: string | undefined;
  /** As in the body of the reply. */
  code?: string | undefined;
  /** As in the body of a reply that is no success. */
  reason?: string | undefined;
  /** What a photo would have been refused for, had the request not overruled it. */
  overruled?: readonly string[] | undefined;
  /** Milliseconds. */
  ms?: number | undefined;
}

/** For a key that a command, or the first start, made or revoked. */
export function keyEntry(
  call: 'create key' | 'revoke key',
  { tenant, keyId }: { tenant: string; keyId: string },
): AuditEntry {
  return { tenant, keyId, call, code: '200' };
}

/** For the scale of similarities that a command changed, of all tenants. */
export function scaleEntry(call: 'write scale' | 'revert scale'): AuditEntry {
  return { tenant: '', call, code: '200' };
}

/** For a webhook that a command changed. */
export function webhookEntry(call: 'add webhook' | 'delete webhook' | 'retry webhook', tenant: string): AuditEntry {
  return { tenant, call, code: '200' };
}

/** For a console user that a command made or changed. */
export function accountEntry(
  call: 'add user' | 'change user' | 'remove user',
  { tenant, accountId }: { tenant: string; accountId: number },
): AuditEntry {
  return { tenant, call, accountId, code: '200' };
}

/** For the model that a command moved the faces of all tenants to. */
export function modelEntry(): AuditEntry {
  return { tenant: '', call: 'switch model', code: '200' };
}

/** The line of an entry, with its end. */
export function auditLine(entry: AuditEntry, now: Date): string {
  return `${JSON.stringify({ time: now.toISOString(), ...entry })}\n`;
}
