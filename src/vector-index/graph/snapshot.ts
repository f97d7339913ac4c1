import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';

/** What is known of a graph's nodes beside their vectors and links. */
export interface GraphNodes {
  /** Nodes, erased ones included; the first `count` entries of each list are theirs. */
  count: number;
  /** First face of each node; 0 for an erased one. */
  faceIds: Float64Array;
  hashes: Float64Array;
  /** Pairs of a node and one more face of it. */
  more: Float64Array;
}

/** Raised when the files change so that an older version, or a newer one, would misread them. */
const VERSION = 2;
const FORMAT = 'facesearch-index';
const CHECKSUM_BYTES = 32;

interface Header {
  format: typeof FORMAT;
  version: number;
  endianness: string;
  /** Of whatever made the embeddings. */
  identity: string;
  dimensions: number;
  count: number;
  more: number;
  /** Name and SHA-256 of the file that hnswlib wrote. */
  graph: string;
  graphSha256: string;
}

/**
 * The snapshot of one collection's graph: `<collection>.index`, a line of JSON, the lists of its nodes and a checksum
 * over both, and the graph file that it names, by its name and checksum. The first is renamed into its place when all
 * is on the disk, so it names either the old graph or the new one, whole.
 */
export class Snapshot {
  readonly #folder: string;
  readonly #collectionId: number;
  readonly #identity: string;
  readonly #dimensions: number;

  /** @param folder exists, and is written by one process only */
  constructor(folder: string, collectionId: number, identity: string, dimensions: number) {
    this.#folder = folder;
    this.#collectionId = collectionId;
    this.#identity = identity;
    this.#dimensions = dimensions;
  }

  /** @param writeGraph writes the graph whose nodes these are */
  async write(nodes: GraphNodes, writeGraph: (file: string) => Promise<void>): Promise<void> {
    const graph = `${this.#collectionId}-${process.hrtime.bigint().toString(36)}${Date.now().toString(36)}.graph`;
    const draft = this.#path(`${this.#collectionId}.draft`);
    try {
      await writeGraph(this.#path(graph));
      chmodSync(this.#path(graph), 0o600);
      sync(this.#path(graph));
      const header: Header = {
        format: FORMAT,
        version: VERSION,
        endianness: endianness(),
        identity: this.#identity,
        dimensions: this.#dimensions,
        count: nodes.count,
        more: nodes.more.length,
        graph,
        graphSha256: await sha256Of(this.#path(graph)),
      };
      const lists = [nodes.faceIds, nodes.hashes, nodes.more];
      writeChecked(draft, [Buffer.from(`${JSON.stringify(header)}\n`), ...lists.map(bytesOf)]);
      renameSync(draft, this.#path(`${this.#collectionId}.index`));
      sync(this.#folder);
    } catch (error) {
      for (const file of [draft, this.#path(graph)]) rmSync(file, { force: true });
      throw error;
    }
    this.#removeFiles((name) => name !== `${this.#collectionId}.index` && name !== graph);
  }

  /**
   * The graph's file and nodes; undefined when there is no snapshot.
   * @throws Error when it is torn, damaged, or of another version, machine or identity
   */
  async read(): Promise<{ file: string; nodes: GraphNodes } | undefined> {
    const bytes = readIfThere(this.#path(`${this.#collectionId}.index`));
    if (!bytes) return undefined;
    const body = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES));
    const checksum = createHash('sha256').update(body).digest();
    if (!checksum.equals(bytes.subarray(body.length))) throw new Error('its checksum is wrong');
    const lineEnd = body.indexOf('\n');
    const header = JSON.parse(body.subarray(0, lineEnd).toString('utf8')) as Header;
    this.#assertOurs(header);
    const nodes = nodesFrom(body.subarray(lineEnd + 1), header);
    const file = this.#path(header.graph);
    if ((await sha256Of(file)) !== header.graphSha256) throw new Error("its graph's checksum is wrong");
    return { file, nodes };
  }

  /** Removes the collection's snapshot and what unfinished ones left. */
  remove(): void {
    if (this.#removeFiles(() => true)) sync(this.#folder);
  }

  /** The collections that have files in a folder. */
  static collectionsIn(folder: string): Set<number> {
    return new Set(readdirSync(folder).map((name) => Number.parseInt(name, 10)));
  }

  #assertOurs({ format, version, endianness: order, identity, dimensions }: Header): void {
    if (format !== FORMAT || version !== VERSION) throw new Error('it is of another version');
    if (order !== endianness()) throw new Error('it was written by another kind of machine');
    if (identity !== this.#identity || dimensions !== this.#dimensions) throw new Error('it is of another model');
  }

  #removeFiles(which: (name: string) => boolean): boolean {
    const ours = new RegExp(`^${this.#collectionId}[-.]`);
    const names = readdirSync(this.#folder).filter((name) => ours.test(name) && which(name));
    for (const name of names) rmSync(this.#path(name), { force: true });
    return names.length > 0;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

function nodesFrom(bytes: Buffer, { count, more }: Header): GraphNodes {
  if (bytes.length !== count * 16 + more * 8) throw new Error('its lists have another length');
  // A copy: the lists may start at an address that is no multiple of eight.
  const { buffer } = Uint8Array.from(bytes);
  return {
    count,
    faceIds: new Float64Array(buffer, 0, count),
    hashes: new Float64Array(buffer, count * 8, count),
    more: new Float64Array(buffer, count * 16, more),
  };
}

function writeChecked(path: string, parts: readonly Uint8Array[]): void {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const handle = openSync(path, 'w', 0o600);
  try {
    for (const part of [...parts, hash.digest()]) {
      for (let at = 0; at < part.length; ) at += writeSync(handle, part, at);
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
