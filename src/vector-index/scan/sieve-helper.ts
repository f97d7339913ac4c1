import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { layoutOf } from './arena-layout.js';
import { type SearchKernel, searchKernelOver } from './kernel.js';
import { SieveBoard } from './sieve-board.js';
import { sieveChunk } from './sieve-chunk.js';

/** Given to a helper when it starts. */
export interface SieveHelperSettings {
  board: SharedArrayBuffer;
  hand: number;
  maxPages: number;
  /** Where it hears of arenas. */
  arenas: MessagePort;
}

/** An arena that is there, or without its memory one that is gone. */
export interface ArenaNews {
  arena: number;
  memory?: WebAssembly.Memory;
}

const { board: buffer, hand, maxPages, arenas } = workerData as SieveHelperSettings;
const board = new SieveBoard(buffer);
const layout = layoutOf(maxPages);
const kernels = new Map<number, SearchKernel>();

for (let seen = 0; !board.hasEnded; seen = board.wait(seen)) {
  hear();
  for (let claim = board.claim(); claim; claim = board.claim()) {
    const { chunk, aim } = claim;
    if (!kernels.has(chunk.arena)) hear();
    const kernel = kernels.get(chunk.arena);
    if (!kernel) continue;
    try {
      board.finish(claim, hand, sieveChunk(kernel, layout, hand, chunk, aim));
    } catch {
      // The search is over, and what it was about has changed meanwhile.
    }
  }
}

function hear(): void {
  for (let news = receiveMessageOnPort(arenas); news; news = receiveMessageOnPort(arenas)) {
    const { arena, memory } = news.message as ArenaNews;
    if (memory) kernels.set(arena, searchKernelOver(memory));
    else kernels.delete(arena);
  }
}
