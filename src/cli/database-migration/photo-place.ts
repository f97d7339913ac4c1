import { resolve } from 'node:path';
import { type Config, ConfigError, s3Of } from '../../config/config.js';
import type { DataKey } from '../../persistence/encryption/data-key.js';
import { EncryptedObjectSource, EncryptedObjectStore } from '../../persistence/photos/encrypted-object-store.js';
import { FolderObjectStore } from '../../persistence/photos/folder-object-store.js';
import type { ObjectSource, ObjectStore } from '../../persistence/photos/object-store.js';
import { S3ObjectStore } from '../../persistence/photos/s3/s3-object-store.js';

/** Photos, and where they are. */
export interface PhotoPlace {
  /** Tells places apart. */
  name: string;
  photos: ObjectStore;
}

/**
 * @param place `s3`, or a folder, which is made where there is none
 * @throws ConfigError when there is no such place; StoreError when it cannot be used
 */
export async function openPlace(place: string, config: Config, key: DataKey | undefined): Promise<PhotoPlace> {
  const bucket = bucketOf(place, config);
  await bucket?.check();
  const photos = bucket ?? (await FolderObjectStore.open(place));
  return { name: nameOf(place), photos: key ? new EncryptedObjectStore(photos, key) : photos };
}

/** The same to read from; nothing is made, removed or checked there. */
export function openSourcePlace(
  place: string,
  config: Config,
  key: DataKey | undefined,
): { name: string; photos: ObjectSource } {
  const photos = bucketOf(place, config) ?? FolderObjectStore.readOnly(place);
  return { name: nameOf(place), photos: key ? new EncryptedObjectSource(photos, key) : photos };
}

function bucketOf(place: string, config: Config): S3ObjectStore | undefined {
  if (place !== 's3') return undefined;
  const s3 = s3Of(config);
  if (!s3) throw new ConfigError(['S3_ENDPOINT and the like: must say which bucket the place s3 is']);
  return new S3ObjectStore(s3);
}

function nameOf(place: string): string {
  return place === 's3' ? place : resolve(place);
}
