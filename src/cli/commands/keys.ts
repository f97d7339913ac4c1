import { keyEntry } from '../../observability/audit/audit-entry.js';
import { AuditFile } from '../../observability/audit/audit-file.js';
import type { ApiKeyStore, StoredKey } from '../../persistence/keys/api-key-store.js';
import { createKey, expiryOf, hashKey, type KeyWish } from '../../persistence/keys/api-keys.js';
import {
  allPermissions,
  type Permission,
  parsePermissions,
  tenantPermissions,
} from '../../persistence/keys/permissions.js';
import { OperatorError } from '../../util/operator-error.js';
import { UsageError } from '../../util/usage-error.js';
import { openKeys } from '../../wiring/open-store.js';
import { defineCommand } from '../command.js';
import { readServerConfig } from '../server-config.js';
import { textTable } from '../text-table.js';

export const keys = defineCommand({
  about: 'Makes, lists and revokes API keys in DATA_DIR, or in DATABASE_URL; the server may run meanwhile.',
  operands: ['<create|list|revoke>', '[<id>]'],
  options: {
    tenant: { type: 'string', value: 'NAME', default: '', help: 'create: whose collections the key opens' },
    label: { type: 'string', value: 'TEXT', default: '', help: 'create: words to know the key by' },
    permissions: {
      type: 'string',
      value: 'LIST',
      help: `create: what the key may do, of ${allPermissions.join(', ')}, with commas between them; all is those but operate, as is a key without this`,
      read: permissionList,
    },
    readOnly: { type: 'boolean', help: 'create: the same as --permissions search' },
    expires: {
      type: 'string',
      value: '90d|2027-01-31',
      help: 'create: until when the key is good; without this, for ever',
    },
  },
  notes: `  create --tenant NAME    prints the new key, this once, and its id
  list                    shows all about every key but the key
  revoke <id>             makes a key worthless`,
  async run({ tenant, label, permissions, readOnly, expires }, [command = '', id = '']) {
    const isComplete = { create: id === '' && tenant !== '', list: id === '', revoke: /^\d{1,15}$/.test(id) };
    if (!(command in isComplete)) throw new UsageError(`There is no "keys ${command}".`);
    if (!isComplete[command as keyof typeof isComplete]) {
      throw new UsageError('It is keys create --tenant NAME, keys list, or keys revoke <id>.');
    }
    if (readOnly && permissions) throw new UsageError('Give --permissions or --read-only, not both.');
    const expiresAt = expires === undefined ? undefined : expiryOf(expires, new Date());
    const config = readServerConfig();
    // First of all: what cannot be audited is not done.
    const audit = config.AUDIT_LOG === undefined || command === 'list' ? undefined : new AuditFile(config.AUDIT_LOG);
    const store = await openKeys(config);
    try {
      const wish = { tenant, label, permissions: readOnly ? (['search'] as const) : permissions, expiresAt };
      if (command === 'create') await create(store, wish, audit);
      else if (command === 'list') await list(store);
      else await revoke(store, Number(id), audit);
    } finally {
      await store.close();
      audit?.close();
    }
  },
});

function permissionList(text: string, option: string): Permission[] {
  try {
    return parsePermissions(text);
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}.`);
  }
}

async function create(store: ApiKeyStore, wish: KeyWish, audit: AuditFile | undefined): Promise<void> {
  const key = await createKey(store, wish);
  const caller = await store.findCallerByKeyHash(hashKey(key));
  if (caller) audit?.append(keyEntry('create key', caller));
  // Beside standard output, which holds nothing but the key.
  console.error(
    `Key ${caller?.keyId} of the tenant "${wish.tenant}" (${shownPermissions(wish.permissions ?? tenantPermissions)}). It is shown only now:`,
  );
  console.log(key);
}

async function revoke(store: ApiKeyStore, id: number, audit: AuditFile | undefined): Promise<void> {
  const key = (await store.listKeys()).find(({ keyId }) => keyId === id);
  if (!key || !(await store.revokeKey(id))) throw new OperatorError(`There is no key ${id} that could be revoked.`);
  audit?.append(keyEntry('revoke key', { tenant: key.tenant, keyId: String(id) }));
  console.log(`Key ${id} is revoked.`);
}

async function list(store: ApiKeyStore): Promise<void> {
  const all = await store.listKeys();
  if (all.length === 0) {
    console.log('There is no key yet. The keys of API_KEYS are not listed.');
    return;
  }
  const rows = all.map((key) => [
    String(key.keyId),
    key.label,
    key.tenant,
    shownPermissions(key.permissions),
    key.expiresAt ? shownTime(key.expiresAt) : 'never',
    key.lastUsedAt ? shownTime(key.lastUsedAt) : 'never',
    stateOf(key),
  ]);
  console.log(textTable(['id', 'name', 'tenant', 'permissions', 'expires', 'last used', 'state'], rows));
}

function shownPermissions(permissions: readonly Permission[]): string {
  const hasAll = tenantPermissions.every((permission) => permissions.includes(permission));
  if (!hasAll) return permissions.join(' ');
  return permissions.includes('operate') ? 'all operate' : 'all';
}

function stateOf({ revokedAt, expiresAt }: StoredKey): string {
  if (revokedAt) return `revoked ${shownTime(revokedAt)}`;
  return expiresAt && expiresAt <= new Date() ? 'expired' : 'good';
}

/** To the minute, in UTC. */
function shownTime(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
