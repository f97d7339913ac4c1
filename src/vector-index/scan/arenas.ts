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
  /** Of the arena that was made last. */
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
    this.helpers?.enter(arena);
    return this.allocate();
  }

  /**
   * The memory of an arena that is not used is given back, but for a spare one beside others: so a collection that just fills
   * them makes none with each face that comes and goes.
   */
  release({ arena, page }: Page, isSifted: boolean): void {
    arena.release(page, isSifted);
    if (!arena.isEmpty) return;
    const others = this.#arenas.filter((other) => other !== arena);
    if (others.some(({ isEmpty }) => !isEmpty) && !others.some(({ isEmpty }) => isEmpty)) return;
    for (const each of [arena, ...others]) if (each.isEmpty) this.#drop(each);
  }

  #drop(arena: Arena): void {
    this.#arenas.splice(this.#arenas.indexOf(arena), 1);
    this.helpers?.leave(arena.number);
  }
}
