import { createHash } from 'node:crypto';
import hnswlib from 'hnswlib-node';

/** Links per node, and width of the search while linking: `npm run bench:graph` says what others cost and find. */
export const M = 16;
export const EF_CONSTRUCTION = 100;

const FIRST_CAPACITY = 1024;
const NO_FACE = 0;

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

/**
 * A navigable small-world graph (HNSW) over short vectors of some faces, for large collections. Vectors have unit length, so the
 * inner product, which the native code sums in float32, is the cosine.
 *
 * Faces with the very same vector share one node: 20 exact copies of each vector, left as nodes of their own, link mostly to
 * each other and made the search miss 6 % of the other people (measured).
 *
 * A removed face is never found again; `wipe` overwrites its vector with zeros, and its node stays as a signpost until the graph
 * is rebuilt. Nodes are numbered from 0, because hnswlib keeps labels as 32 bits and face ids may be larger.
 */
export class HnswGraph {
  readonly #dimensions: number;
  readonly #graph: hnswlib.HierarchicalNSW;
  #nodes: GraphNodes = emptyNodes();
  #capacity = 0;
  readonly #nodeOfFace = new Map<number, number>();
  /** Of nodes with a vector in use. */
  readonly #nodeOfHash = new Map<number, number>();
  /** Second and later faces of a node. */
  readonly #more = new Map<number, number[]>();
  readonly #unwiped: number[] = [];
  /** Erased while the graph was being written, which a mark would have changed. */
  readonly #unmarked: number[] = [];
  #isWriting = false;
  #live = 0;

  private constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#graph = new hnswlib.HierarchicalNSW('ip', dimensions);
  }

  /** @param dimensions length of every vector */
  static empty(dimensions: number): HnswGraph {
    const graph = new HnswGraph(dimensions);
    graph.#capacity = FIRST_CAPACITY;
    graph.#graph.initIndex(FIRST_CAPACITY, M, EF_CONSTRUCTION);
    graph.#nodes = grown(emptyNodes(), FIRST_CAPACITY);
    return graph;
  }

  /**
   * @param file that `write` wrote, with the nodes that belonged to it
   * @throws Error when the file is not whole, or has other nodes
   */
  static async read(dimensions: number, file: string, nodes: GraphNodes): Promise<HnswGraph> {
    const graph = new HnswGraph(dimensions);
    await graph.#graph.readIndex(file);
    graph.#capacity = graph.#graph.getMaxElements();
    if (graph.#graph.getCurrentCount() !== nodes.count) throw new Error('the graph has other nodes than its list');
    graph.#nodes = grown(nodes, graph.#capacity);
    graph.#restore(nodes);
    return graph;
  }

  /** Distinct vectors that a search can find. */
  get live(): number {
    return this.#live;
  }

  /** Nodes that no face has any more. */
  get erased(): number {
    return this.#nodes.count - this.#live;
  }

  /** Nodes ever made. */
  get count(): number {
    return this.#nodes.count;
  }

  /** Erased nodes whose vectors still lie in memory. */
  get unwiped(): number {
    return this.#unwiped.length;
  }

  faceIds(): Iterable<number> {
    return this.#nodeOfFace.keys();
  }

  has(faceId: number): boolean {
    return this.#nodeOfFace.has(faceId);
  }

  /** Links a face that is not held. */
  add(faceId: number, vector: Float32Array): void {
    const hash = hashOf(vector);
    const same = this.#nodeOfHash.get(hash);
    if (same !== undefined && equal(this.#graph.getPoint(same), vector)) {
      this.#nodeOfFace.set(faceId, same);
      this.#more.set(same, [...(this.#more.get(same) ?? []), faceId]);
      return;
    }
    const node = this.#nodes.count;
    if (node === this.#capacity) this.#grow();
    this.#graph.addPoint(Array.from(vector), node);
    this.#nodes.count++;
    this.#nodes.faceIds[node] = faceId;
    this.#nodes.hashes[node] = hash;
    this.#nodeOfFace.set(faceId, node);
    // Of two vectors with one hash, which is next to impossible, only the first shares its node.
    if (same === undefined) this.#nodeOfHash.set(hash, node);
    this.#live++;
  }

  /** False when the face is not held. */
  remove(faceId: number): boolean {
    const node = this.#nodeOfFace.get(faceId);
    if (node === undefined) return false;
    this.#nodeOfFace.delete(faceId);
    const [heir, ...others] = (this.#more.get(node) ?? []).filter((id) => id !== faceId);
    const isFirst = this.#nodes.faceIds[node] === faceId;
    if (!isFirst || heir !== undefined) {
      const more = isFirst ? others : (this.#more.get(node) ?? []).filter((id) => id !== faceId);
      if (isFirst) this.#nodes.faceIds[node] = heir as number;
      if (more.length > 0) this.#more.set(node, more);
      else this.#more.delete(node);
      return true;
    }
    const hash = this.#nodes.hashes[node] as number;
    if (this.#nodeOfHash.get(hash) === node) this.#nodeOfHash.delete(hash);
    this.#nodes.faceIds[node] = NO_FACE;
    this.#nodes.hashes[node] = 0;
    if (this.#isWriting) this.#unmarked.push(node);
    else this.#graph.markDelete(node);
    this.#unwiped.push(node);
    this.#live--;
    return true;
  }

  /**
   * Overwrites the vector of one erased node. That takes longer than adding one, since hnswlib links the node and its neighbours
   * anew. A label that is added again is un-erased, hence the second mark.
   */
  wipe(): void {
    const node = this.#unwiped.pop();
    if (node === undefined) return;
    this.#graph.addPoint(new Array<number>(this.#dimensions).fill(0), node);
    this.#graph.markDelete(node);
  }

  /**
   * Faces of the vectors that are probably nearest, in no order.
   * @param count of vectors: there are fewer faces when the graph holds fewer, more when faces share one
   */
  nearest(probe: Float32Array, count: number): number[] {
    if (this.#live === 0) return [];
    const wanted = Math.min(count, this.#live) + this.#unmarked.length;
    this.#graph.setEf(searchWidth(this.#live));
    return this.#graph.searchKnn(Array.from(probe), wanted).neighbors.flatMap((node) => {
      const first = this.#nodes.faceIds[node] as number;
      return first === NO_FACE ? [] : [first, ...(this.#more.get(node) ?? [])];
    });
  }

  /** A copy of what the graph's file does not hold. */
  nodes(): GraphNodes {
    const { count, faceIds, hashes } = this.#nodes;
    const more = [...this.#more].flatMap(([node, ids]) => ids.flatMap((faceId) => [node, faceId]));
    return {
      count,
      faceIds: faceIds.slice(0, count),
      hashes: hashes.slice(0, count),
      more: Float64Array.from(more),
    };
  }

  /** Writes the native graph in a thread of its own. Until it is done only searches and `remove` may be called. */
  async write(file: string): Promise<void> {
    this.#isWriting = true;
    try {
      await this.#graph.writeIndex(file);
    } finally {
      this.#isWriting = false;
      for (const node of this.#unmarked.splice(0)) this.#graph.markDelete(node);
    }
  }

  /** Gives the memory back at once: the garbage collector does not know how large a graph is. */
  free(): void {
    this.#graph.initIndex(1, M, EF_CONSTRUCTION);
    this.#nodes = emptyNodes();
    this.#nodeOfFace.clear();
    this.#nodeOfHash.clear();
    this.#more.clear();
    this.#unwiped.length = 0;
    this.#unmarked.length = 0;
    this.#live = 0;
  }

  #restore({ count, faceIds, hashes, more }: GraphNodes): void {
    for (let node = 0; node < count; node++) {
      const faceId = faceIds[node] as number;
      if (faceId === NO_FACE) continue;
      this.#nodeOfFace.set(faceId, node);
      this.#nodeOfHash.set(hashes[node] as number, node);
      this.#live++;
    }
    for (let i = 0; i < more.length; i += 2) {
      const node = more[i] as number;
      const faceId = more[i + 1] as number;
      this.#nodeOfFace.set(faceId, node);
      this.#more.set(node, [...(this.#more.get(node) ?? []), faceId]);
    }
  }

  /** Virtual memory only: pages that no vector has touched cost nothing. */
  #grow(): void {
    this.#capacity = Math.ceil(this.#capacity * 1.5);
    this.#graph.resizeIndex(this.#capacity);
    this.#nodes = grown(this.#nodes, this.#capacity);
  }
}

/**
 * Width of a search: how many of the best vectors seen so far are followed further. Larger collections need more to find the
 * right one as surely, and the time of a search is in proportion. 800 found 99.8 % of 100,000 face-like vectors and 1,600 of
 * 300,000 (docs/measurements.md), so that it grows with the square root.
 */
function searchWidth(vectors: number): number {
  return Math.max(400, Math.round(270 * Math.sqrt(vectors / 10_000)));
}

function emptyNodes(): GraphNodes {
  const none = new Float64Array(0);
  return { count: 0, faceIds: none, hashes: none, more: none };
}

function grown({ count, faceIds, hashes }: GraphNodes, capacity: number): GraphNodes {
  const nodes = {
    count,
    faceIds: new Float64Array(capacity),
    hashes: new Float64Array(capacity),
    more: new Float64Array(0),
  };
  nodes.faceIds.set(faceIds.subarray(0, count));
  nodes.hashes.set(hashes.subarray(0, count));
  return nodes;
}

/** 48 bits of the SHA-256 of the vector's bytes. */
function hashOf(vector: Float32Array): number {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  return createHash('sha256').update(bytes).digest().readUIntBE(0, 6);
}

function equal(a: readonly number[], b: Float32Array): boolean {
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}
