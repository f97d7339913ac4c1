import type { Gallery } from '../gallery/gallery.js';
import type { SimilarityScale } from '../gallery/scoring/similarity.js';
import type { ObjectStore } from '../persistence/photos/object-store.js';
import type { Store } from '../persistence/store.js';

/** Where people, keys and photos are kept, and who searches among them. */
export interface Storage {
  store: Store;
  /** Photos. */
  objects: ObjectStore;
  /** Settles when the store can be used. */
  prepared: Promise<void>;
  /**
   * To be called once, when the store can be used. Slow: it may read every face.
   * @param model name of the model whose faces are compared
   */
  openGallery(model: string, scale: SimilarityScale): Promise<Gallery>;
  /** Lets `prepared` reject soon where it waits for something outside. */
  stopWaiting(): void;
  /** When the gallery is closed. */
  close(): Promise<void>;
}
