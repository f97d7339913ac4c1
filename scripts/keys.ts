import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.js';
import { createKey } from '../src/store/api-keys.js';
import { SqliteStore } from '../src/store/sqlite-store.js';

const usage = `Makes, lists and revokes API keys in DATA_DIR; the server may run meanwhile.
  npm run keys -- create <tenant> [--label text]   prints the new key, this once
  npm run keys -- list
  npm run keys -- revoke <number>`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { label: { type: 'string', default: '' } },
});
const [command, argument] = positionals;
const store = await SqliteStore.openForApiKeys(join(readConfig(process.env).DATA_DIR, 'facesearch.sqlite'));
try {
  if (command === 'create' && argument) console.log(await createKey(store, argument, values.label));
  else if (command === 'list') console.table(await store.listKeys());
  else if (command === 'revoke' && /^\d+$/.test(argument ?? '')) await revoke(Number(argument));
  else fail(usage);
} finally {
  await store.close();
}

async function revoke(keyId: number): Promise<void> {
  if (await store.revokeKey(keyId)) console.log(`Key ${keyId} is revoked.`);
  else fail(`There is no key ${keyId} that could be revoked.`);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
