import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from '../../src/cli/run-script.js';
import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import { unitVector } from '../../src/core/unit-vector.js';
import { DATABASE } from '../../src/persistence/data-folder/data-folder.js';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { SqliteTransfer } from '../../src/persistence/people/sqlite/sqlite-transfer.js';

/**
 * `npm run bench:encryption`: seconds to read 100,000 faces from the store, as a start does, and to list as many users,
 * plain and encrypted. Both take turns, so that a busy moment of the machine strikes both, and the best round is shown.
 */
const FACES = 100_000;
const ROUNDS = 3;
const collection = { tenant: 'bench', collection: '' };
const model = 'bench';

await runScript(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'facesearch-bench-'));
  try {
    const stores = [];
    for (const dataKey of [undefined, new DataKey(randomBytes(32))]) {
      const file = join(folder, dataKey ? 'encrypted' : 'plain', DATABASE);
      fill(file, dataKey);
      stores.push(await SqliteStore.open(file, { dataKey }));
    }
    const best = stores.map(() => ({ faces: Number.POSITIVE_INFINITY, users: Number.POSITIVE_INFINITY }));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, store] of stores.entries()) {
        const times = await read(store);
        const record = best[i] as typeof times;
        record.faces = Math.min(record.faces, times.faces);
        record.users = Math.min(record.users, times.users);
      }
    }
    for (const store of stores) await store.close();
    const [plain, encrypted] = best as [(typeof best)[0], (typeof best)[0]];
    console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${FACES} rows, best of ${ROUNDS} rounds`);
    for (const what of ['faces', 'users'] as const) {
      const ratio = encrypted[what] / plain[what];
      console.log(
        `${what}: plain ${plain[what].toFixed(2)} s, encrypted ${encrypted[what].toFixed(2)} s, ratio ${ratio.toFixed(1)}`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function fill(file: string, dataKey: DataKey | undefined): void {
  const target = SqliteTransfer.open(file, dataKey, collection, model);
  for (let i = 0; i < FACES; ) {
    target.write(() => {
      for (const end = i + 1000; i < end; i++) {
        target.saveUser({ id: `user-${i}`, name: `Name of user ${i}` });
        const numbers = Float32Array.from({ length: EMBEDDING_LENGTH }, () => Math.random() - 0.5);
        target.addFace(`user-${i}`, unitVector(numbers));
      }
    });
  }
  target.close();
}

/** Seconds. */
async function read(store: SqliteStore): Promise<{ faces: number; users: number }> {
  const collectionId = (await store.findCollection(collection))?.collectionId ?? 0;
  const start = performance.now();
  for await (const _page of store.facesOf(collectionId, model));
  const middle = performance.now();
  await store.listUsers(collection);
  return { faces: (middle - start) / 1000, users: (performance.now() - middle) / 1000 };
}
