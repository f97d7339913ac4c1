import { randomBytes } from 'node:crypto';
import { fstatSync, readSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { IndexCache } from '../cache/index-cache.js';
import { EF_CONSTRUCTION, type GraphNodes, HnswGraph, M } from './hnsw-graph.js';
import { ScratchFile, type ScratchSettings } from './scratch-file.js';

/** Names of all parts of a graph start so. */
export const PARTS = 'graph/';
const CHUNK_BYTES = 1024 * 1024;

/** More than a node has beside its vector and its links on the lowest level: few nodes have links on the others. */
const NODE_OVERHEAD_BYTES = 64;
const HEADER_BYTES = 4096;

interface Header {
  /** Part of the names of its chunks, so that those of two graphs are never mixed. */
  id: string;
  bytes: number;
  dimensions: number;
  m: number;
  efConstruction: number;
  count: number;
  more: number;
}

/** Of the file of a graph. */
export function maxBytes(nodes: number, dimensions: number): number {
  return HEADER_BYTES + nodes * (4 * (dimensions + 2 * M) + NODE_OVERHEAD_BYTES);
}

/**
 * Writes a graph as parts, between which other work goes on; searches and removals may change the graph meanwhile.
 * @param isGone asked after each part
 * @throws Error when it is
 */
export async function writeGraph(
  cache: IndexCache,
  graph: HnswGraph,
  scratch: ScratchFile,
  { dimensions, isGone }: { dimensions: number; isGone: () => boolean },
): Promise<void> {
  const nodes = graph.nodes();
  await graph.write(scratch.path);
  const id = randomBytes(8).toString('hex');
  const { size: bytes } = fstatSync(scratch.fd);
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let at = 0; at < bytes; at += CHUNK_BYTES) {
    const read = readSync(scratch.fd, chunk, 0, Math.min(CHUNK_BYTES, bytes - at), at);
    cache.write(chunkName(id, at), chunk.subarray(0, read));
    await setImmediate();
    if (isGone()) throw new Error('the index was closed');
  }
  const { count, more } = nodes;
  const header: Header = { id, bytes, dimensions, m: M, efConstruction: EF_CONSTRUCTION, count, more: more.length };
  const lists = [nodes.faceIds, nodes.hashes, more].map(bytesOf);
  cache.write(`${PARTS}nodes`, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...lists]));
}

/**
 * @param stored the part that names the nodes
 * @throws Error when the graph is damaged, was built in another way, or there is no place for its file
 */
export async function readGraph(
  cache: IndexCache,
  stored: Uint8Array,
  { scratch: settings, dimensions }: { scratch: ScratchSettings | undefined; dimensions: number },
): Promise<HnswGraph> {
  const body = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const lineEnd = body.indexOf('\n');
  const header = JSON.parse(body.subarray(0, lineEnd).toString('utf8')) as Header;
  if (header.dimensions !== dimensions || header.m !== M || header.efConstruction !== EF_CONSTRUCTION) {
    throw new Error('it was built in another way');
  }
  const nodes = nodesFrom(body.subarray(lineEnd + 1), header);
  if (!settings) throw new Error('graphs are not kept');
  const scratch = new ScratchFile(header.bytes, settings);
  try {
    for (let at = 0; at < header.bytes; at += CHUNK_BYTES) {
      const chunk = cache.read(chunkName(header.id, at));
      if (!chunk) throw new Error('a part is missing');
      for (let done = 0; done < chunk.length; ) done += writeSync(scratch.fd, chunk, done);
      await setImmediate();
    }
    return await HnswGraph.read(dimensions, scratch.path, nodes);
  } finally {
    scratch.close();
  }
}

/** A copy: what was read may lie at an address that is no multiple of eight. */
export function float64From(bytes: Uint8Array = new Uint8Array()): Float64Array {
  return new Float64Array(new Uint8Array(bytes).buffer);
}

export function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function chunkName(id: string, at: number): string {
  return `${PARTS}${id}/${at / CHUNK_BYTES}`;
}

function nodesFrom(bytes: Uint8Array, { count, more }: Header): GraphNodes {
  if (bytes.length !== count * 16 + more * 8) throw new Error('its lists have another length');
  const lists = float64From(bytes);
  return {
    count,
    faceIds: lists.subarray(0, count),
    hashes: lists.subarray(count, 2 * count),
    more: lists.subarray(2 * count),
  };
}
