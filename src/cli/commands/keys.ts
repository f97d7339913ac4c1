import { readConfig } from '../../config/config.js';
import { keyEntry } from '../../observability/audit/audit-entry.js';
import { AuditFile } from '../../observability/audit/audit-file.js';
import type { ApiKeyStore } from '../../persistence/keys/api-key-store.js';
import { createKey, expiryOf, hashKey } from '../../persistence/keys/api-keys.js';
import { OperatorError } from '../../util/operator-error.js';
import { UsageError } from '../../util/usage-error.js';
import { openKeys } from '../../wiring/open-store.js';
import { defineCommand } from '../command.js';

export const keys = defineCommand({
  about: 'Makes, lists and revokes API keys in DATA_DIR, or in DATABASE_URL; the server may run meanwhile.',
  operands: ['<create|list|revoke>', '[<id>]'],
  options: {
    tenant: { type: 'string', value: 'NAME', default: '', help: 'create: whose collections the key opens' },
    label: { type: 'string', value: 'TEXT', default: '', help: 'create: words to know the key by' },
    readOnly: { type: 'boolean', help: 'create: only for searching and extracting' },
    expires: {
      type: 'string',
      value: '90d|2027-01-31',
      help: 'create: until when the key is good; without this, for ever',
    },
  },
  notes: `  create --tenant NAME    prints the new key, this once
  list                    shows all about every key but the key
  revoke <id>             makes a key worthless`,
  async run({ tenant, label, readOnly, expires }, [command = '', id = '']) {
    const isComplete = { create: id === '' && tenant !== '', list: id === '', revoke: /^\d{1,15}$/.test(id) };
    if (!(command in isComplete)) throw new UsageError(`There is no "keys ${command}".`);
    if (!isComplete[command as keyof typeof isComplete]) {
      throw new UsageError('It is keys create --tenant NAME, keys list, or keys revoke <id>.');
    }
    const expiresAt = expires === undefined ? undefined : expiryOf(expires, new Date());
    const config = readConfig(process.env);
    // First of all: what cannot be audited is not done.
    const audit = config.AUDIT_LOG === undefined || command === 'list' ? undefined : new AuditFile(config.AUDIT_LOG);
    const store = await openKeys(config);
    try {
      if (command === 'create') await create(store, { tenant, label, readOnly, expiresAt }, audit);
      else if (command === 'list') await list(store);
      else await revoke(store, Number(id), audit);
    } finally {
      await store.close();
      audit?.close();
    }
  },
});

async function create(
  store: ApiKeyStore,
  options: Parameters<typeof createKey>[1],
  audit: AuditFile | undefined,
): Promise<void> {
  const key = await createKey(store, options);
  const caller = await store.findCallerByKeyHash(hashKey(key));
  if (caller) audit?.append(keyEntry('create key', caller));
  console.log(key);
}

async function revoke(store: ApiKeyStore, id: number, audit: AuditFile | undefined): Promise<void> {
  const key = (await store.listKeys()).find(({ keyId }) => keyId === id);
  if (!key || !(await store.revokeKey(id))) throw new OperatorError(`There is no key ${id} that could be revoked.`);
  audit?.append(keyEntry('revoke key', { tenant: key.tenant, keyId: String(id) }));
  console.log(`Key ${id} is revoked.`);
}

async function list(store: ApiKeyStore): Promise<void> {
  const rows = (await store.listKeys()).map(({ keyId, tenant, label, readOnly, createdAt, expiresAt, revokedAt }) => ({
    id: keyId,
    tenant,
    label,
    scope: readOnly ? 'read-only' : 'all',
    created: createdAt.toISOString(),
    expires: expiresAt?.toISOString() ?? '',
    revoked: revokedAt?.toISOString() ?? '',
  }));
  console.table(rows);
}
