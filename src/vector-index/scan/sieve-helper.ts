import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Layout, layoutOf } from './arena-layout.js';
import { type SearchKernel, searchKernelOver } from './kernel.js';
import { SieveBoard } from './sieve-board.js';
import { sieveChunk } from './sieve-chunk.js';

/** Given to a helper when it starts. */
export interface SieveHelperSettings {
  board: SharedArrayBuffer;
  /** Of the layout of arenas; not 0, which is the thread of the index. */
  hand: number;
  /** Where it hears of arenas. */
  arenas: MessagePort;
}

/** What a helper must know of an arena. */
export interface SharedArena {
  number: number;
  memory: WebAssembly.Memory;
  maxPages: number;
}

const { board: buffer, hand, arenas: port } = workerData as SieveHelperSettings;
const board = new SieveBoard(buffer);
const arenas = new Map<number, { kernel: SearchKernel; layout: Layout }>();

for (let seen = 0; !board.hasEnded; seen = board.wait(seen)) {
  hear();
  for (let claim = board.claim(); claim; claim = board.claim()) {
    const { chunk, aim } = claim;
    if (!arenas.has(chunk.arena)) hear();
    const arena = arenas.get(chunk.arena);
    if (arena) board.finish(claim, hand, sieveChunk(arena.kernel, arena.layout, hand, chunk, aim));
  }
}

function hear(): void {
  for (let news = receiveMessageOnPort(port); news; news = receiveMessageOnPort(port)) {
    const { number, memory, maxPages } = news.message as SharedArena;
    arenas.set(number, { kernel: searchKernelOver(memory), layout: layoutOf(maxPages) });
  }
}
