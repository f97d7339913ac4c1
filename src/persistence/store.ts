import type { AttendanceStore } from './attendance.js';
import type { CallerStore } from './keys/api-key-store.js';
import type { EmbeddingStore } from './people/embedding-store.js';
import type { PeopleStore } from './people/people-store.js';
import type { StagedEmbeddings } from './people/staged-embeddings.js';
import type { UserPages } from './people/user-pages.js';
import type { PhotoOutbox } from './photos/photo-outbox.js';
import type { ScaleStore } from './scales.js';
import type { WebhookStore } from './webhooks/webhook-store.js';

/**
 * Everything that one database keeps. Callers ask for the part that they use.
 * Implementations: sqlite-store.ts, postgres-store.ts. Nothing here knows of images, models' files or HTTP.
 */
export interface Store extends PeopleStore, EmbeddingStore, PhotoOutbox, CallerStore {
  readonly scales: ScaleStore;
  readonly webhooks: WebhookStore;
  readonly staged: StagedEmbeddings;
  readonly attendance: AttendanceStore;
  readonly userPages: UserPages;

  /** Throws when the store cannot answer. */
  ping(): Promise<void>;
}
