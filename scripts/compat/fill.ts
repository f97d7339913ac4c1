import { randomUUID } from 'node:crypto';
import type { Gallery } from '../../src/gallery/gallery.js';
import type { ApiKeyStore } from '../../src/persistence/keys/api-key-store.js';
import { hashKey } from '../../src/persistence/keys/api-keys.js';
import { allPermissions } from '../../src/persistence/keys/permissions.js';
import type { Storage } from '../../src/wiring/storage.js';
import { type CompatContents, type CompatKey, fromBase64 } from './contents.js';

const FAR_AHEAD = new Date('2999-01-01');

/**
 * Puts contents into an empty storage, as the server would.
 * @param gallery over the storage
 */
export async function fill(
  { store, objects }: Pick<Storage, 'store' | 'objects'>,
  gallery: Gallery,
  { model, keys, webhooks = [], attendance = [], collections, staged }: CompatContents,
): Promise<void> {
  for (const key of keys) await addKey(store, key);
  for (const { tenant, ...target } of webhooks) await store.webhooks.add(tenant, target);
  for (const { people, tenant, collection } of collections) {
    const where = { tenant, collection };
    for (const { id, name, faces, photo, kept } of people) {
      if (photo === undefined) {
        await gallery.saveUser(where, { id, name });
        for (const [i, face] of faces.entries()) {
          await gallery.addFace(where, id, fromBase64(face), i === 0 && kept ? Buffer.from(kept, 'base64') : undefined);
        }
        continue;
      }
      // As the gallery does it for a new person, whose id would be random.
      const objectKey = `faces/${randomUUID()}`;
      await store.reserveObject(objectKey);
      await objects.put(objectKey, Buffer.from(photo, 'base64'));
      for (const face of faces) {
        await store.addUserWithFace(where, { id, name }, { embedding: fromBase64(face), model, objectKey });
      }
    }
  }
  for (const { id, day, at, ...where } of attendance) await store.attendance.seen(where, id, day, new Date(at));
  if (!staged) return;
  // As `re-embed` leaves it when it is stopped halfway; the numbers are those that the faces have.
  for (const face of await store.staged.facesToEmbed(staged.model, 0, staged.faces)) {
    await store.staged.stage(face, staged.model, fromBase64(collections[0]?.people[0]?.faces[0] ?? ''));
  }
}

async function addKey(store: ApiKeyStore, { key, tenant, readOnly, end }: CompatKey): Promise<void> {
  const expiresAt = end === 'expired' ? new Date(0) : readOnly ? FAR_AHEAD : undefined;
  await store.addKey({
    tenant,
    sha256: hashKey(key),
    label: key,
    permissions: readOnly ? ['search'] : allPermissions,
    expiresAt,
  });
  if (end !== 'revoked') return;
  const stored = (await store.listKeys()).find(({ label }) => label === key);
  if (stored) await store.revokeKey(stored.keyId);
}
