import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { compareTable } from '../../../src/cli/database-migration/compare-sides.js';
import type { Side } from '../../../src/cli/database-migration/side.js';
import { tables } from '../../../src/cli/database-migration/tables.js';
import type { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { createKey } from '../../../src/persistence/keys/api-keys.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { EncryptedObjectStore } from '../../../src/persistence/photos/encrypted-object-store.js';
import { FolderObjectStore } from '../../../src/persistence/photos/folder-object-store.js';
import type { ObjectStore } from '../../../src/persistence/photos/object-store.js';
import type { Store } from '../../../src/persistence/store.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

export const staff = { tenant: 'acme', collection: 'staff' };
export const strange = { tenant: 'acmé\u{10FFFF}', collection: '' };

/** Everything that a database can hold: gaps in the numbers, odd texts, keys of all kinds, photos, what is to be erased. */
export async function fill(store: Store, objects: ObjectStore, people: number): Promise<void> {
  const random = new RandomVectors(5);
  await createKey(store, {
    tenant: 'acme',
    label: 'door "1"',
    permissions: ['search', 'list'],
    expiresAt: new Date(Date.now() + 1e9),
  });
  await createKey(store, { tenant: strange.tenant });
  await store.revokeKey(1);
  const face = (rest: { model?: string; objectKey?: string } = {}) => ({
    embedding: random.unit(512),
    model: 'm1',
    ...rest,
  });
  await store.addUserWithFace({ ...staff, collection: 'gone' }, { id: 'x', name: '' }, face());
  await store.deleteCollection({ ...staff, collection: 'gone' });
  for (const id of ['a', ' a', 'ß'.repeat(300), "'; DROP TABLE users; --", '🧑🏽‍🚀', 'a\u0000b']) {
    await store.saveUser(strange, { id, name: `name of ${id}` });
    await store.addFace(strange, id, face({ model: 'm2' }));
  }
  for (let i = 0; i < people; i++) {
    const objectKey = `faces/photo-${i}`;
    const enrols = i % 4 === 0;
    if (enrols) await objects.put(objectKey, Buffer.concat([Buffer.from(objectKey), randomBytes(500)]));
    const user = { id: `id-${i}`, name: enrols ? '' : `Person ${i}` };
    if (enrols) await store.addUserWithFace(staff, user, face({ objectKey }));
    else {
      await store.saveUser(staff, user);
      await store.addFace(staff, user.id, face());
    }
  }
  const found = (await store.listCollections()).find(({ collection }) => collection === staff.collection);
  const collectionId = found?.collectionId ?? 0;
  const members = (await store.peopleWithFaces(collectionId, 'm1', 0, 12)).map(({ personId }) => ({
    collectionId,
    personId,
  }));
  for (const build of [1, 2]) await store.saveCohort('acme', 'm1', { build, people, members });
  for (const staged of await store.staged.facesToEmbed('m3', 0, 9)) {
    await store.staged.stage(staged, 'm3', random.unit(512));
  }
  for (const data of ['{"a":1}', '{"a":2}']) await store.scales.add({ model: 'm1', data });
  const target = { url: 'https://example.com/hook', secret: 'whsec_1', events: ['deleted', 'match'] as const };
  await store.webhooks.add(staff.tenant, target);
  await store.webhooks.remove(staff.tenant, await store.webhooks.add(staff.tenant, target));
  const account = await store.accounts.add({
    tenant: staff.tenant,
    name: 'anna',
    role: 'admin',
    password: '$argon2id$',
    mustChange: true,
  });
  await store.accounts.offerTotp(account ?? 0, 'GEZDGNBVGY3TQOJQ');
  await store.accounts.confirmTotp(account ?? 0, 7, [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]);
  for (const hour of [7, 17]) {
    await store.attendance.seen(staff, 'id-1', '2027-01-31', new Date(Date.UTC(2027, 0, 31, hour)));
    await store.attendance.seen(strange, "'; DROP TABLE users; --", '2027-02-01', new Date(Date.UTC(2027, 1, 1, hour)));
  }
  await store.deleteFaces(staff, 'id-4');
  await store.deleteUser(staff, `id-${people - 1}`);
}

/** A full data folder. */
export async function fullFolder(folder: string, people: number, dataKey?: DataKey): Promise<void> {
  const store = await SqliteStore.open(join(folder, 'facesearch.sqlite'), { dataKey });
  const photos = await FolderObjectStore.open(join(folder, 'photos'));
  await fill(store, dataKey ? new EncryptedObjectStore(photos, dataKey) : photos, people);
  await store.close();
}

/** Checksums and counts of everything on a side, by table. */
export async function contentOf(side: Side): Promise<Record<string, { checksum: string; rows: number; last: number }>> {
  const content: Awaited<ReturnType<typeof contentOf>> = {};
  for (const table of tables) {
    const { checksums, rows } = await compareTable(side, side, table);
    content[table.name] = { checksum: checksums.source, rows: rows.source, last: await side.lastNumber(table) };
  }
  return content;
}
