import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { EncryptedObjectStore } from '../../../src/persistence/photos/encrypted-object-store.js';
import { FolderObjectStore } from '../../../src/persistence/photos/folder-object-store.js';
import type { ObjectStore } from '../../../src/persistence/photos/object-store.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

export const staff = { tenant: 'acme', collection: 'staff' };

/** Store and photos of a data folder, as the server opens them. */
export async function openFolder(folder: string, dataKey?: DataKey) {
  const store = await SqliteStore.open(join(folder, 'facesearch.sqlite'), { dataKey });
  const photos = await FolderObjectStore.open(join(folder, 'photos'));
  const objects: ObjectStore = dataKey ? new EncryptedObjectStore(photos, dataKey) : photos;
  return { store, objects };
}

/** A data folder of so many people, each with a face and every second with a photo. */
export async function fillFolder(folder: string, people: number, dataKey?: DataKey): Promise<void> {
  const { store, objects } = await openFolder(folder, dataKey);
  const random = new RandomVectors(3);
  for (let i = 0; i < people; i++) {
    const objectKey = i % 2 === 0 ? `faces/photo-${i}` : undefined;
    if (objectKey) await objects.put(objectKey, Buffer.concat([Buffer.from(objectKey), randomBytes(1000)]));
    const face = { embedding: random.unit(512), model: 'm1', ...(objectKey && { objectKey }) };
    await store.addUserWithFace(staff, { id: `id-${i}`, name: `Person ${i}` }, face);
  }
  await store.scales.add({ model: 'm1', data: '{"made":"here"}' });
  await store.close();
}

/** All that a data folder holds, to be compared. */
export async function contentOf(folder: string, dataKey?: DataKey) {
  const { store, objects } = await openFolder(folder, dataKey);
  const users = await store.listUsers(staff);
  const faces: unknown[] = [];
  const found = await store.findCollection(staff);
  if (found) for await (const page of store.facesOf(found.collectionId, 'm1')) faces.push(...page);
  const photos: Record<string, string | undefined> = {};
  for (let i = 0; i < users.length; i += 2) {
    const key = `faces/photo-${i}`;
    photos[key] = (await objects.get(key))?.toString('base64');
  }
  const scales = await store.scales.list();
  await store.close();
  return { users, faces, photos, scales };
}
