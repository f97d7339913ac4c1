import { parseArgs } from 'node:util';
import { keyEntry } from '../src/audit/audit-entry.js';
import { AuditFile } from '../src/audit/audit-file.js';
import { readConfig } from '../src/config.js';
import { openKeys } from '../src/storage/open-keys.js';
import { createKey, expiryOf, hashKey, KeyError } from '../src/store/api-keys.js';
import type { ApiKeyStore } from '../src/store/store.js';
import { runScript } from './run-script.js';

const usage = `Makes, lists and revokes API keys in DATA_DIR, or in DATABASE_URL; the server may run meanwhile.
  npm run keys -- create --tenant name [--label text] [--read-only] [--expires 90d | 2027-01-31]
                                prints the new key, this once
  npm run keys -- list          shows all about every key but the key
  npm run keys -- revoke <id>`;

await runScript(async () => {
  const { command, id, ...options } = readArguments();
  const config = readConfig(process.env);
  // First of all: what cannot be audited is not done.
  const audit = config.AUDIT_LOG === undefined || command === 'list' ? undefined : new AuditFile(config.AUDIT_LOG);
  const store = await openKeys(config);
  try {
    if (command === 'create') await create(store, options, audit);
    else if (command === 'list') await list(store);
    else await revoke(store, id, audit);
  } finally {
    await store.close();
    audit?.close();
  }
});

function readArguments() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        tenant: { type: 'string', default: '' },
        label: { type: 'string', default: '' },
        'read-only': { type: 'boolean', default: false },
        expires: { type: 'string' },
      },
    });
    const [command = '', id = '', ...rest] = positionals;
    const isComplete = { create: id === '' && values.tenant !== '', list: id === '', revoke: /^\d{1,15}$/.test(id) };
    if (rest.length > 0 || isComplete[command as keyof typeof isComplete] !== true) throw new KeyError(usage);
    return {
      command,
      id: Number(id),
      tenant: values.tenant,
      label: values.label,
      readOnly: values['read-only'],
      expiresAt: values.expires === undefined ? undefined : expiryOf(values.expires, new Date()),
    };
  } catch (error) {
    // An option that does not exist.
    if (error instanceof TypeError) throw new KeyError(`${error.message}\n${usage}`);
    throw error;
  }
}

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
  if (!key || !(await store.revokeKey(id))) throw new KeyError(`There is no key ${id} that could be revoked.`);
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
