import { resolve } from 'node:path';
import { type Config, ConfigError, s3Of } from '../config.js';
import type { DataKey } from '../store/data-key.js';
import { FolderObjectStore } from '../store/folder-object-store.js';
import type { ObjectSource, ObjectStore } from '../store/object-store.js';
import { S3ObjectStore } from '../store/s3/s3-object-store.js';
import { SealedObjectSource, SealedObjectStore } from '../store/sealed-object-store.js';

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
  return { name: nameOf(place), photos: key ? new SealedObjectStore(photos, key) : photos };
}

/** The same to read from; nothing is made, removed or checked there. */
export function openSourcePlace(
  place: string,
  config: Config,
  key: DataKey | undefined,
): { name: string; photos: ObjectSource } {
  const photos = bucketOf(place, config) ?? FolderObjectStore.readOnly(place);
  return { name: nameOf(place), photos: key ? new SealedObjectSource(photos, key) : photos };
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
