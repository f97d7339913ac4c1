import { Arena } from './arena.js';

export interface Page {
  arena: Arena;
  page: number;
}

/** The arenas of one thread, shared by its collections. */
export class Arenas {
  readonly #arenas: Arena[] = [];
  readonly #maxPages: number | undefined;

  /** @param maxPages of each arena */
  constructor(maxPages?: number) {
    this.#maxPages = maxPages;
  }

  allocate(): Page {
    for (const arena of this.#arenas) {
      const page = arena.allocate();
      if (page !== undefined) return { arena, page };
    }
    this.#arenas.push(new Arena(this.#maxPages));
    return this.allocate();
  }

  /** The memory of an arena that is not used is given back. */
  release({ arena, page }: Page, isSifted: boolean): void {
    arena.release(page, isSifted);
    if (arena.isEmpty) this.#arenas.splice(this.#arenas.indexOf(arena), 1);
  }
}
