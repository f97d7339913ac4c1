import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { PgvectorGallery, type PgvectorGalleryParts } from '../../src/gallery/pgvector-gallery.js';
import { StoredUserDirectory } from '../../src/gallery/user-directory.js';
import { FolderObjectStore } from '../../src/persistence/photos/folder-object-store.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import type { TestDatabase } from '../support/test-database.js';
import { plainCosine } from './scales.js';

/** A gallery over an empty database, closed when the test ends; the similarity is the plain cosine. */
export async function openDatabaseGallery(database: TestDatabase, parts: Partial<PgvectorGalleryParts> = {}) {
  await database.clear();
  return anotherServer(database, await temporaryFolder(), parts);
}

/** One more gallery over the same database and folder. */
export async function anotherServer(database: TestDatabase, folder: string, parts: Partial<PgvectorGalleryParts> = {}) {
  const store = database.store();
  const photos = join(folder, 'photos');
  const objects = await FolderObjectStore.open(photos);
  const scale = plainCosine;
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const gallery = new PgvectorGallery({ store, objects, model: 'm1', scale, logger, ...parts });
  onTestFinished(async () => {
    await gallery.close();
    await store.close();
  });
  const directory = new StoredUserDirectory(store, objects);
  return { gallery, directory, store, objects, folder, photos };
}
