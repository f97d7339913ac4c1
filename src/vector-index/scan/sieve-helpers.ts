import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { MAX_HANDS } from './arena-layout.js';
import { SieveBoard } from './sieve-board.js';
import type { SharedArena, SieveHelperSettings } from './sieve-helper.js';

export interface SieveHelpersOptions {
  /** Threads. */
  count: number;
  /** Faces from which on they help. */
  from?: number;
  /** The compiled helper, when it does not lie beside this file. */
  url?: URL;
  /** Told when a helper dies. Searches go on without it. */
  onTrouble?: (trouble: string) => void;
}

/** In a search of fewer faces they save less than it takes to wake them, as measured on two cores (docs/measurements.md). */
const HELPED_FROM = 1_500_000;

/** Threads that help an index thread with its large searches. They start with the first of these. */
export class SieveHelpers {
  /** Faces from which on they help. */
  readonly from: number;
  readonly #options: SieveHelpersOptions;
  readonly #arenas = new Map<number, SharedArena>();
  #board = new SieveBoard();
  #ports: MessagePort[] | undefined;

  constructor(options: SieveHelpersOptions) {
    this.#options = options;
    this.from = options.from ?? HELPED_FROM;
  }

  /** Where they take their work from, since they were started. */
  get board(): SieveBoard {
    return this.#board;
  }

  /** An arena that may be searched. */
  enter({ number, memory, maxPages }: SharedArena): void {
    const arena = { number, memory, maxPages };
    this.#arenas.set(number, arena);
    for (const port of this.#ports ?? []) port.postMessage(arena);
    this.#board.wake();
  }

  /**
   * An arena that is searched no more. The helpers end: only so is it certain that its memory is given back, since a thread that
   * sleeps collects no garbage. The next large search starts others.
   */
  leave(arena: number): void {
    this.#arenas.delete(arena);
    if (this.#ports) this.close();
  }

  start(): void {
    this.#ports ??= Array.from({ length: Math.min(this.#options.count, MAX_HANDS - 1) }, (_, i) => this.#helper(i + 1));
  }

  /** The threads end. */
  close(): void {
    this.#board.end();
    for (const port of this.#ports ?? []) port.close();
    this.#ports = undefined;
    this.#board = new SieveBoard();
  }

  #helper(hand: number): MessagePort {
    const { url = new URL('./sieve-helper.js', import.meta.url), onTrouble = () => {} } = this.#options;
    const { port1, port2 } = new MessageChannel();
    const workerData: SieveHelperSettings = { board: this.#board.buffer, hand, arenas: port2 };
    const worker = new Worker(url, { workerData, transferList: [port2] });
    worker.on('error', (error) => onTrouble(`a thread that helps with searches died: ${error.message}`));
    worker.unref();
    for (const arena of this.#arenas.values()) port1.postMessage(arena);
    port1.unref();
    return port1;
  }
}
