import { MAX_HANDS } from './arena-layout.js';
import type { SieveAim, SieveChunk } from './sieve-chunk.js';

/** Places of the board, 32-bit numbers. */
const SIGNAL = 0;
const CLAIMS = 1;
const CHUNKS = 2;
const MOST = 3;
const LENGTH = 4;
const SCALE = 5;
const SEARCH = 6;
const ENDED = 7;
const HEAD = 16;
const CHUNK_NUMBERS = 5;
const RESULT_NUMBERS = 2;

/** More than 130 million faces. */
export const MAX_CHUNKS = 16_384;
/** `CLAIMS` has in bits 0 to 15 the next chunk, or that none is to be had, and in bits 16 to 30 what fits of the search's number. */
const CLOSED = 0xffff;
const UPPER = 0x7fff;

/** What a helper has taken. */
export interface Claim {
  search: number;
  index: number;
  chunk: SieveChunk;
  aim: SieveAim;
}

/**
 * A search of a sieve in memory that threads share: they take chunks of it until none is left, and helpers write down what they
 * have done. Nobody waits for a helper: what one has taken and not done in time, the index's thread does once more, and what the
 * helper writes afterwards is of a search that is over.
 */
export class SieveBoard {
  readonly buffer: SharedArrayBuffer;
  readonly #numbers: Int32Array;
  readonly #floats: Float32Array;

  constructor(buffer?: SharedArrayBuffer) {
    const length = HEAD + MAX_CHUNKS * (CHUNK_NUMBERS + MAX_HANDS * RESULT_NUMBERS);
    this.buffer = buffer ?? new SharedArrayBuffer(4 * length);
    this.#numbers = new Int32Array(this.buffer);
    this.#floats = new Float32Array(this.buffer);
  }

  /** Lets everybody take chunks of a new search, and wakes the helpers. */
  post(chunks: readonly SieveChunk[], { most, length, scale }: SieveAim): void {
    const numbers = this.#numbers;
    const search = ((numbers[SEARCH] as number) + 1) | 0;
    // A helper that still looks at the search before takes nothing from here on, and nothing that is half written.
    Atomics.store(numbers, CLAIMS, claims(search, CLOSED));
    for (const [i, { arena, pages, faces, first, offset }] of chunks.entries()) {
      numbers.set([arena, pages, faces, first, offset], HEAD + i * CHUNK_NUMBERS);
    }
    Atomics.store(numbers, SEARCH, search);
    // Atomically: who sees it sees the closed claims too.
    Atomics.store(numbers, CHUNKS, chunks.length);
    numbers[MOST] = most;
    numbers[LENGTH] = length;
    this.#floats[SCALE] = scale;
    Atomics.store(numbers, CLAIMS, claims(search, 0));
    this.#signal();
  }

  /** Takes the next chunk. @returns undefined when none is left */
  claim(): Claim | undefined {
    const numbers = this.#numbers;
    for (;;) {
      const before = Atomics.load(numbers, CLAIMS);
      const index = before & CLOSED;
      if (index >= Atomics.load(numbers, CHUNKS)) return undefined;
      const search = Atomics.load(numbers, SEARCH);
      const [arena = 0, pages = 0, faces = 0, first = 0, offset = 0] = numbers.subarray(
        HEAD + index * CHUNK_NUMBERS,
        HEAD + (index + 1) * CHUNK_NUMBERS,
      );
      const aim = {
        most: numbers[MOST] as number,
        length: numbers[LENGTH] as number,
        scale: this.#floats[SCALE] as number,
      };
      // Unchanged: what was read is of this search.
      if (Atomics.compareExchange(numbers, CLAIMS, before, before + 1) !== before) continue;
      return { search, index, chunk: { arena, pages, faces, first, offset }, aim };
    }
  }

  /** A helper has done what it had taken. Each hand writes in places of its own, one search after the other. */
  finish({ search, index }: Claim, hand: number, count: number): void {
    const at = resultAt(hand, index);
    this.#numbers[at + 1] = count;
    Atomics.store(this.#numbers, at, search);
  }

  /** What a helper found in a chunk of this search; undefined when none has done it. */
  resultOf(index: number): { hand: number; count: number } | undefined {
    for (let hand = 1; hand < MAX_HANDS; hand++) {
      const at = resultAt(hand, index);
      if (Atomics.load(this.#numbers, at) === this.#numbers[SEARCH]) {
        return { hand, count: this.#numbers[at + 1] as number };
      }
    }
    return undefined;
  }

  /** For helpers: waits until there is something new since `seen`. @returns what to wait for the next time */
  wait(seen: number): number {
    Atomics.wait(this.#numbers, SIGNAL, seen);
    return Atomics.load(this.#numbers, SIGNAL);
  }

  get hasEnded(): boolean {
    return Atomics.load(this.#numbers, ENDED) === 1;
  }

  /** Sends the helpers home. */
  end(): void {
    Atomics.store(this.#numbers, ENDED, 1);
    this.#signal();
  }

  /** The helpers look at their messages. */
  wake(): void {
    this.#signal();
  }

  #signal(): void {
    Atomics.add(this.#numbers, SIGNAL, 1);
    Atomics.notify(this.#numbers, SIGNAL);
  }
}

function claims(search: number, next: number): number {
  return (search & UPPER) * 0x10000 + next;
}

function resultAt(hand: number, index: number): number {
  return HEAD + MAX_CHUNKS * (CHUNK_NUMBERS + hand * RESULT_NUMBERS) + index * RESULT_NUMBERS;
}
