import type { IndexSettings } from '../protocol.js';
import type { ThreadIndex } from '../thread-index.js';
import { HybridIndex } from './hybrid-index.js';
import { Snapshot } from './snapshot.js';

/** An erased vector is out of the snapshot after this time, and that of writing it, at the latest. */
const MAX_ERASED_MS = 5 * 60_000;

/** A snapshot is written when this share of the graph, and at least so many nodes, changed: writing costs 2 kB each. */
const CHANGED_SHARE = 0.1;
const MIN_CHANGED = 2000;

/** On closing: fewer changes are sooner read from the store at the next start than all is written now. */
const CHANGED_SHARE_AT_CLOSE = 0.01;

/** An index with its snapshot. Collections too small for a graph have none: they are read from the store. */
export class KeptIndex extends HybridIndex implements ThreadIndex {
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
    const onGraphFailure = (error: unknown) => report(`cannot build the graph, searches are slow: ${messageOf(error)}`);
    super({ dimensions, ...options, onGraphFailure });
    this.#report = report;
    this.#snapshot = folder === undefined ? undefined : new Snapshot(folder, collectionId, identity, dimensions);
  }

  /** @returns the faces that the snapshot held; none when it cannot be used, which is reported and removes it */
  async open(): Promise<Float64Array> {
    try {
      if (this.#snapshot) await this.loadFrom(this.#snapshot);
    } catch (error) {
      this.#report(`the snapshot cannot be used, the index is built anew: ${messageOf(error)}`);
      this.#snapshot?.remove();
    }
    return this.faceIds();
  }

  async save(): Promise<void> {
    if (!this.#snapshot || this.#isDropped) return;
    await this.saveTo(this.#snapshot);
    this.#erasedSince = undefined;
    // Dropped meanwhile: what was being written must not stay.
    if (this.#isDropped) this.#snapshot.remove();
  }

  /** Never rejects: without a snapshot the next start is slower, no more. But no erased face stays in an old one. */
  async saveIfDue(): Promise<void> {
    const { changes, erasures, nodes } = this.unsaved;
    if (erasures > 0) this.#erasedSince ??= Date.now();
    const isErasureDue = erasures > 0 && Date.now() - (this.#erasedSince as number) >= MAX_ERASED_MS;
    if (isErasureDue || changes >= Math.max(MIN_CHANGED, CHANGED_SHARE * nodes)) await this.#saveOrRemove();
  }

  /** Writes the snapshot when that pays, and lets go of the memory. */
  async close(): Promise<void> {
    const { changes, erasures, nodes } = this.unsaved;
    if (erasures > 0 || changes > CHANGED_SHARE_AT_CLOSE * nodes) await this.#saveOrRemove();
    await this.free();
  }

  /** Lets go of the memory and removes the snapshot. */
  async drop(): Promise<void> {
    this.#isDropped = true;
    this.#snapshot?.remove();
    await this.free();
    this.#snapshot?.remove();
  }

  async #saveOrRemove(): Promise<void> {
    try {
      await this.save();
    } catch (error) {
      this.#report(`cannot write the snapshot, the next start takes longer: ${messageOf(error)}`);
      if (this.unsaved.erasures > 0) this.#snapshot?.remove();
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
