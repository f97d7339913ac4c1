import { Arena } from './arena.js';
import type { SieveHelpers } from './sieve-helpers.js';

export interface Page {
  arena: Arena;
  page: number;
}

/** The arenas of one thread, shared by its collections. */
export class Arenas {
  readonly #arenas: Arena[] = [];
  readonly #maxPages: number | undefined;
  /** Of the arena before. */
  #number = 0;

  /** @param maxPages of each arena @param helpers of searches, which are told of each arena */
  constructor(
    maxPages?: number,
    readonly helpers?: SieveHelpers,
  ) {
    this.#maxPages = maxPages;
  }

  allocate(): Page {
    for (const arena of this.#arenas) {
      const page = arena.allocate();
      if (page !== undefined) return { arena, page };
    }
    const arena = new Arena(this.#maxPages, ++this.#number);
    this.#arenas.push(arena);
    this.helpers?.enter(arena.number, arena.memory);
    return this.allocate();
  }

  /** The memory of an arena that is not used is given back. */
  release({ arena, page }: Page, isSifted: boolean): void {
    arena.release(page, isSifted);
    if (!arena.isEmpty) return;
    this.#arenas.splice(this.#arenas.indexOf(arena), 1);
    this.helpers?.leave(arena.number);
  }
}
