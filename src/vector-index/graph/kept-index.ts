import type { IndexSettings } from '../protocol.js';
import type { ThreadIndex } from '../thread-index.js';
import type { FaceBatch, IndexState, Match } from '../vector-index.js';
import { HybridIndex } from './hybrid-index.js';
import { Snapshot } from './snapshot.js';

/** An erased vector is out of the snapshot after this time, and that of writing it, at the latest. */
const ERASED_MOST_MS = 5 * 60_000;

/** A snapshot is written when this share of the graph, and at least so many nodes, changed: writing costs 2 kB each. */
const CHANGED_SHARE = 0.1;
const CHANGED_LEAST = 2000;

/** On closing: fewer changes are sooner read from the store at the next start than all is written now. */
const CHANGED_SHARE_AT_CLOSE = 0.01;

/** An index with its snapshot. Collections too small for a graph have none: they are read from the store. */
export class KeptIndex implements ThreadIndex {
  readonly index: HybridIndex;
  readonly #snapshot: Snapshot | undefined;
  readonly #report: (trouble: string) => void;
  #erasedSince: number | undefined;
  #isDropped = false;

  /** @param report told of what went wrong without an error to a caller */
  constructor(
    collectionId: number,
    identity: string,
    { folder, dimensions, ...options }: IndexSettings,
    report: (trouble: string) => void,
  ) {
    this.#report = report;
    const onGraphFailure = (error: unknown) => report(`cannot build the graph, searches are slow: ${messageOf(error)}`);
    this.index = new HybridIndex({ dimensions, ...options, onGraphFailure });
    this.#snapshot = folder === undefined ? undefined : new Snapshot(folder, collectionId, identity, dimensions);
  }

  /** @returns the faces that the snapshot held; none when it cannot be used, which is reported and removes it */
  async open(): Promise<Float64Array> {
    try {
      if (this.#snapshot) await this.index.load(this.#snapshot);
    } catch (error) {
      this.#report(`the snapshot cannot be used, the index is built anew: ${messageOf(error)}`);
      this.#snapshot?.remove();
    }
    return this.index.faceIds();
  }

  get size(): number {
    return this.index.size;
  }

  get state(): IndexState {
    return this.index.state;
  }

  add(faces: FaceBatch): void {
    this.index.add(faces);
  }

  remove(faceIds: Iterable<number>): void {
    this.index.remove(faceIds);
  }

  search(probe: Float32Array, k: number): Match[] {
    return this.index.search(probe, k);
  }

  holds(faces: FaceBatch): boolean {
    return this.index.holds(faces);
  }

  settled(): Promise<void> {
    return this.index.settled();
  }

  async save(): Promise<void> {
    if (!this.#snapshot || this.#isDropped) return;
    await this.index.save(this.#snapshot);
    this.#erasedSince = undefined;
    // Dropped meanwhile: what was being written must not stay.
    if (this.#isDropped) this.#snapshot.remove();
  }

  /** Never rejects: without a snapshot the next start is slower, no more. But no erased face stays in an old one. */
  async saveIfDue(): Promise<void> {
    const { changes, erasures, nodes } = this.index.unsaved;
    if (erasures > 0) this.#erasedSince ??= Date.now();
    const isErasureDue = erasures > 0 && Date.now() - (this.#erasedSince as number) >= ERASED_MOST_MS;
    if (isErasureDue || changes >= Math.max(CHANGED_LEAST, CHANGED_SHARE * nodes)) await this.#saveOrRemove();
  }

  /** Writes the snapshot when that pays, and lets go of the memory. */
  async close(): Promise<void> {
    const { changes, erasures, nodes } = this.index.unsaved;
    if (erasures > 0 || changes > CHANGED_SHARE_AT_CLOSE * nodes) await this.#saveOrRemove();
    await this.index.close();
  }

  /** Lets go of the memory and removes the snapshot. */
  async drop(): Promise<void> {
    this.#isDropped = true;
    this.#snapshot?.remove();
    await this.index.close();
    this.#snapshot?.remove();
  }

  async #saveOrRemove(): Promise<void> {
    try {
      await this.save();
    } catch (error) {
      this.#report(`cannot write the snapshot, the next start takes longer: ${messageOf(error)}`);
      if (this.index.unsaved.erasures > 0) this.#snapshot?.remove();
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
