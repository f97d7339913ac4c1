import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { MAX_HANDS } from './arena-layout.js';
import { SieveBoard } from './sieve-board.js';
import type { ArenaNews, SieveHelperSettings } from './sieve-helper.js';

export interface SieveHelpersOptions {
  /** Threads. */
  count: number;
  /** As in Arenas. */
  maxPages: number;
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
  readonly board = new SieveBoard();
  /** Faces from which on they help. */
  readonly from: number;
  readonly #options: SieveHelpersOptions;
  readonly #memories = new Map<number, WebAssembly.Memory>();
  #ports: MessagePort[] | undefined;

  constructor(options: SieveHelpersOptions) {
    this.#options = options;
    this.from = options.from ?? HELPED_FROM;
  }

  /** An arena that may be searched. */
  enter(arena: number, memory: WebAssembly.Memory): void {
    this.#memories.set(arena, memory);
    this.#tell({ arena, memory });
  }

  /** Helpers let go of its memory. */
  leave(arena: number): void {
    this.#memories.delete(arena);
    this.#tell({ arena });
  }

  start(): void {
    this.#ports ??= Array.from({ length: Math.min(this.#options.count, MAX_HANDS - 1) }, (_, i) => this.#helper(i + 1));
  }

  /** The threads end. */
  close(): void {
    this.board.end();
    for (const port of this.#ports ?? []) port.close();
  }

  #helper(hand: number): MessagePort {
    const { maxPages, url = new URL('./sieve-helper.js', import.meta.url), onTrouble = () => {} } = this.#options;
    const { port1, port2 } = new MessageChannel();
    const workerData: SieveHelperSettings = { board: this.board.buffer, hand, maxPages, arenas: port2 };
    const worker = new Worker(url, { workerData, transferList: [port2] });
    worker.on('error', (error) => onTrouble(`a thread that helps with searches died: ${error.message}`));
    worker.unref();
    for (const [arena, memory] of this.#memories) port1.postMessage({ arena, memory } satisfies ArenaNews);
    port1.unref();
    return port1;
  }

  #tell(news: ArenaNews): void {
    for (const port of this.#ports ?? []) port.postMessage(news);
    this.board.call();
  }
}
