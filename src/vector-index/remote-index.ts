import type { Call } from './protocol.js';
import { type FaceBatch, IndexLostError, type IndexState, type Match, type VectorIndex } from './vector-index.js';
import type { ThreadLife } from './worker-thread.js';

/** The index of one collection in another thread. */
export class RemoteIndex implements VectorIndex {
  readonly #thread: ThreadLife;
  readonly #collectionId: number;
  #size = 0;
  #isGone = false;

  constructor(thread: ThreadLife, collectionId: number) {
    this.#thread = thread;
    this.#collectionId = collectionId;
  }

  get size(): number {
    return this.#size;
  }

  /** Called once, first. */
  async open(identity: string): Promise<Float64Array> {
    return (await this.#ask({ op: 'open', identity })) as Float64Array;
  }

  async add(faces: FaceBatch): Promise<void> {
    const { faceIds, embeddings } = faces;
    await this.#ask({ op: 'add', faces }, [faceIds.buffer, embeddings.buffer] as ArrayBuffer[]);
  }

  async remove(faceIds: readonly number[]): Promise<void> {
    await this.#ask({ op: 'remove', faceIds });
  }

  async search(probe: Float32Array, k: number): Promise<Match[]> {
    return (await this.#ask({ op: 'search', probe, k })) as Match[];
  }

  async holds(faces: FaceBatch): Promise<boolean> {
    return (await this.#ask({ op: 'holds', faces })) as boolean;
  }

  async settled(): Promise<IndexState> {
    return (await this.#ask({ op: 'settled' })) as IndexState;
  }

  /** Writes what is to be kept now. */
  async save(): Promise<void> {
    await this.#ask({ op: 'save' });
  }

  async drop(): Promise<void> {
    if (this.#isGone) return;
    const dropped = this.#ask({ op: 'drop' });
    this.#isGone = true;
    await dropped;
  }

  async #ask(call: Call, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#isGone) throw new IndexLostError('The index was dropped');
    const { value, size } = await this.#thread.ask(this.#collectionId, call, transfer);
    this.#size = size;
    return value;
  }
}
