import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { GalleryParts } from '../../src/gallery/gallery-parts.js';
import { InMemoryGallery } from '../../src/gallery/in-memory-gallery.js';
import { StoredUserDirectory } from '../../src/gallery/user-directory.js';
import type { DataKey } from '../../src/persistence/encryption/data-key.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { FolderObjectStore } from '../../src/persistence/photos/folder-object-store.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { openIndexes } from '../vector-index/open-indexes.js';
import { plainCosine } from './scales.js';

/** A gallery over real files that are removed when the test ends; the similarity is the plain cosine. */
export async function openGallery(folder?: string, parts: Partial<GalleryParts> = {}, dataKey?: DataKey) {
  const data = folder ?? (await temporaryFolder());
  const store = await SqliteStore.open(join(data, 'facesearch.db'), { dataKey });
  const photos = join(data, 'photos');
  const objects = await FolderObjectStore.open(photos);
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const scale = plainCosine;
  const indexes = parts.indexes ?? openIndexes(join(data, 'index'));
  const gallery = new InMemoryGallery({ store, objects, model: 'm1', scale, logger, ...parts, indexes });
  const close = async () => {
    await gallery.close();
    await indexes.close();
    await store.close();
  };
  onTestFinished(close);
  const directory = new StoredUserDirectory(store, objects);
  return { gallery, directory, store, objects, indexes, logger, folder: data, photos, close };
}

/** For tests in which no person is known, however similar. */
export const never = () => false;

/** The id of a person who was created. */
export function idOf(outcome: Awaited<ReturnType<InMemoryGallery['addUnknownPerson']>>): string {
  if ('known' in outcome) throw new Error(`${outcome.known.id} was known`);
  return outcome.createdId;
}
