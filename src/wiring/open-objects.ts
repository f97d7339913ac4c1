import { join } from 'node:path';
import { type Config, dataKeyOf, s3Of } from '../config/config.js';
import { PHOTOS } from '../persistence/data-folder/data-folder.js';
import { EncryptedObjectSource, EncryptedObjectStore } from '../persistence/photos/encrypted-object-store.js';
import { FolderObjectStore } from '../persistence/photos/folder-object-store.js';
import type { ObjectSource, ObjectStore } from '../persistence/photos/object-store.js';
import { S3ObjectStore } from '../persistence/photos/s3/s3-object-store.js';

export interface OpenObjects {
  /** As the server writes and reads them: encrypted where there is a data key. */
  objects: ObjectStore;
  /** Throws a StoreError when objects cannot be written and erased there, or not now. */
  check: () => Promise<void>;
}

/** The photos of the server with this configuration, which may run meanwhile: nothing is made or removed. */
export function openObjectSource(config: Config): ObjectSource {
  const s3 = s3Of(config);
  const dataKey = dataKeyOf(config);
  const raw = s3 ? new S3ObjectStore(s3) : FolderObjectStore.readOnly(join(config.DATA_DIR, PHOTOS));
  return dataKey ? new EncryptedObjectSource(raw, dataKey) : raw;
}

/**
 * The photos of the server with this configuration.
 * @throws StoreError when they lie in a folder that cannot be used
 */
export async function openObjects(config: Config): Promise<OpenObjects> {
  const s3 = s3Of(config);
  const dataKey = dataKeyOf(config);
  const bucket = s3 && new S3ObjectStore(s3);
  const raw =
    bucket ??
    (await FolderObjectStore.open(join(config.DATA_DIR, PHOTOS), { shared: config.DATABASE_URL !== undefined }));
  const objects = dataKey ? new EncryptedObjectStore(raw, dataKey) : raw;
  return { objects, check: async () => bucket?.check() };
}
