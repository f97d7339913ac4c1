import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { noCrowding } from '../../src/gallery/crowding.js';
import { DatabaseGallery, type DatabaseGalleryParts } from '../../src/gallery/database-gallery.js';
import { PeopleCatalogue } from '../../src/gallery/people-catalogue.js';
import { FolderObjectStore } from '../../src/store/folder-object-store.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import type { TestDatabase } from '../support/test-database.js';

/** A gallery over an empty database, closed when the test ends; the similarity is the plain cosine. */
export async function openDatabaseGallery(database: TestDatabase, parts: Partial<DatabaseGalleryParts> = {}) {
  await database.clear();
  return anotherServer(database, await temporaryFolder(), parts);
}

/** One more gallery over the same database and folder. */
export async function anotherServer(database: TestDatabase, folder: string, parts: Partial<DatabaseGalleryParts> = {}) {
  const store = database.store();
  const photos = join(folder, 'photos');
  const objects = await FolderObjectStore.open(photos);
  const scale = { crowding: noCrowding, similarity: (cosine: number) => cosine };
  const gallery = new DatabaseGallery({ store, objects, model: 'm1', scale, logger: { error: vi.fn() }, ...parts });
  onTestFinished(async () => {
    await gallery.close();
    await store.close();
  });
  const catalogue = new PeopleCatalogue(store, objects);
  return { gallery, catalogue, store, objects, folder, photos };
}
