import type { Logger } from 'pino';
import type { EmbeddingStore, IndexSource } from '../persistence/people/embedding-store.js';
import type { PeopleStore } from '../persistence/people/people-store.js';
import type { ObjectStore } from '../persistence/photos/object-store.js';
import type { PhotoOutbox } from '../persistence/photos/photo-outbox.js';
import type { Store } from '../persistence/store.js';
import type { IndexWorkers } from '../vector-index/index-workers.js';
import type { SimilarityScale } from './scoring/similarity.js';

/** What the gallery of one process works with. */
export interface GalleryParts {
  /** Written by this gallery only, as long as it is open. Closed by its owner. */
  store: PeopleStore & EmbeddingStore & IndexSource & PhotoOutbox & Pick<Store, 'changes' | 'pairs' | 'strangers'>;
  objects: ObjectStore;
  /** Used by this gallery only, as long as it is open. Closed by their owner. */
  indexes: IndexWorkers;
  /** Name of the model whose faces are compared; faces made by another are kept, but never found. */
  model: string;
  scale: SimilarityScale;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}
