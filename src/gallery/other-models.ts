import type { Logger } from 'pino';
import type { EmbeddingStore } from '../persistence/people/embedding-store.js';

/** How long a count is told before the store is asked again. */
const COUNTED_MS = 10_000;

/** What makes searchable again the people whose photos are kept. */
export const SEARCHABLE_AGAIN = 'facesearch re-embed';

/**
 * Faces that other models made, which are kept and never found: a gallery after a change of the model. `facesearch re-embed` makes
 * them anew from kept photos.
 */
export class OtherModels {
  readonly #store: Pick<EmbeddingStore, 'countFacesByModel'>;
  readonly #model: string;
  #counted: { faces: Promise<number>; until: number } | undefined;

  /** @param model name of the model whose faces are compared */
  constructor(store: Pick<EmbeddingStore, 'countFacesByModel'>, model: string) {
    this.#store = store;
    this.#model = model;
  }

  /** Warns once, where there are such faces. */
  async warn(logger: Pick<Logger, 'warn'>): Promise<void> {
    const ignored = await this.#count();
    if (ignored.size === 0) return;
    logger.warn(
      { ignored: Object.fromEntries(ignored), model: this.#model },
      `the model has changed: faces made by other models are kept, but not searched; ${SEARCHABLE_AGAIN} makes those with kept photos anew`,
    );
  }

  /** How many there are, over all tenants; at most ten seconds old. @throws StoreError */
  faces(): Promise<number> {
    if (!this.#counted || this.#counted.until < Date.now()) {
      const faces = this.#count().then((ignored) => [...ignored.values()].reduce((sum, each) => sum + each, 0));
      faces.catch(() => {
        this.#counted = undefined;
      });
      this.#counted = { faces, until: Date.now() + COUNTED_MS };
    }
    return this.#counted.faces;
  }

  async #count(): Promise<Map<string, number>> {
    const faces = await this.#store.countFacesByModel();
    faces.delete(this.#model);
    return faces;
  }
}
