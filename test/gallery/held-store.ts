import type { GalleryParts } from '../../src/gallery/gallery-parts.js';

type GalleryStore = GalleryParts['store'];

/**
 * A store whose answers can be held back: the call does its work at once, but its promise waits. It makes every race
 * between the store and the index happen on purpose.
 */
export class HeldStore {
  readonly store: GalleryStore;
  readonly #gates = new Map<PropertyKey, Promise<void>>();

  constructor(store: GalleryStore) {
    this.store = new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        const method = member.bind(target);
        // Pages are asked for one by one, with turns of the event loop in between: nothing to hold.
        if (name === 'facesOf') return method;
        return async (...args: unknown[]) => {
          const answer: unknown = await method(...args);
          await this.#gates.get(name);
          return answer;
        };
      },
    });
  }

  /** Holds the answers of a method until the function returned is called. */
  hold(method: keyof GalleryStore): () => void {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#gates.set(method, gate);
    return () => {
      this.#gates.delete(method);
      release();
    };
  }
}
