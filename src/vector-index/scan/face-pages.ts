import type { Arena } from './arena.js';
import { type FaceRun, PAGE_FACES, type PagePlace } from './arena-layout.js';
import type { Arenas, Page } from './arenas.js';
import type { Axes } from './axes.js';

/** Pages that are kept on the disk as one part: 1,024 faces, half a megabyte. */
const PART_PAGES = 16;
export const PART_FACES = PART_PAGES * PAGE_FACES;
const HEADER_BYTES = 8;

/** Where the sketch of each face of a collection lies. Slots are dense: the last face moves into the gap of a removed one. */
export class FacePages {
  /** Undefined: not learnt, or there are none. From when they are set on, each write writes the code in the sieve too. */
  axes: Axes | undefined;
  /** Numbers of the parts that have changed since whoever keeps them emptied this. */
  readonly changed = new Set<number>();
  readonly #arenas: Arenas;
  readonly #pages: Page[] = [];
  /** Every face has a code in the sieve, and none has another. */
  #isSifted = false;
  /** Undefined after a change of the pages. */
  #placedRuns: Map<Arena, FaceRun[]> | undefined;
  /** Slot → face. */
  readonly #faceAt: number[] = [];
  readonly #slotOf = new Map<number, number>();

  constructor(arenas: Arenas) {
    this.#arenas = arenas;
  }

  get size(): number {
    return this.#faceAt.length;
  }

  get isSifted(): boolean {
    return this.#isSifted;
  }

  get parts(): number {
    return Math.ceil(this.size / PART_FACES);
  }

  faceAt(slot: number): number {
    return this.#faceAt[slot] as number;
  }

  faceIds(): Float64Array {
    return Float64Array.from(this.#faceAt);
  }

  has(faceId: number): boolean {
    return this.#slotOf.has(faceId);
  }

  /** Undefined for a face that is not held. */
  find(faceId: number): (Page & PagePlace) | undefined {
    const slot = this.#slotOf.get(faceId);
    return slot === undefined ? undefined : this.placeOf(slot);
  }

  placeOf(slot: number): Page & PagePlace {
    const { arena, page } = this.#pages[Math.floor(slot / PAGE_FACES)] as Page;
    return { arena, page, place: slot % PAGE_FACES };
  }

  /** Whether a face is held whose sketch is that of the vector. */
  holds(faceId: number, vector: Float32Array): boolean {
    const at = this.find(faceId);
    return at?.arena.holds(at.page, at.place, vector) ?? false;
  }

  add(faceId: number, vector: Float32Array): void {
    this.remove(faceId);
    const slot = this.#faceAt.length;
    if (slot === this.#pages.length * PAGE_FACES) this.#addPage();
    const { arena, page, place } = this.placeOf(slot);
    arena.write(page, place, vector, this.#isSifted);
    if (this.axes) arena.sift(page, place, this.axes, vector);
    this.#put(slot, faceId);
  }

  /** The last face moves into the gap. False when the face is not held. */
  remove(faceId: number): boolean {
    const slot = this.#slotOf.get(faceId);
    if (slot === undefined) return false;
    const last = this.#faceAt.length - 1;
    const from = this.placeOf(last);
    if (slot !== last) {
      const to = this.placeOf(slot);
      from.arena.copy(from, to.arena, to, this.#isSifted);
      if (this.axes) to.arena.sift(to.page, to.place, this.axes);
    }
    from.arena.erase(from.page, from.place, { code: !this.#isSifted, sieve: this.axes !== undefined });
    const lastFace = this.#faceAt.pop() as number;
    this.#slotOf.delete(faceId);
    if (slot !== last) {
      this.#faceAt[slot] = lastFace;
      this.#slotOf.set(lastFace, slot);
    }
    this.#touch(slot);
    this.#touch(last);
    if (last % PAGE_FACES === 0) this.#release(this.#pages.pop() as Page);
    return true;
  }

  /** When every face has a code in the sieve. */
  finishSieve(): void {
    this.#isSifted = true;
    for (const { arena, page } of this.#pages) arena.clearCodes(page);
    for (let part = 0; part < this.parts; part++) this.changed.add(part);
  }

  /** The pages in their order, as runs within one arena. */
  runs(): Map<Arena, FaceRun[]> {
    this.#placedRuns ??= this.#placeRuns();
    for (const runs of this.#placedRuns.values()) {
      for (const run of runs) run.faces = Math.min(PAGE_FACES * run.pages.length, this.size - run.first);
    }
    return this.#placedRuns;
  }

  /** A part's faces and pages, to be kept. */
  partOf(number: number): Uint8Array {
    const from = number * PART_FACES;
    const faceIds = Float64Array.from(this.#faceAt.slice(from, from + PART_FACES));
    const pages = this.#pages.slice(number * PART_PAGES, (number + 1) * PART_PAGES);
    const copies = pages.flatMap(({ arena, page }) => arena.bytesOf(page, this.#isSifted));
    const header = Uint32Array.of(faceIds.length, this.#isSifted ? 1 : 0);
    return Buffer.concat([header, faceIds, ...copies].map(bytesOf));
  }

  /**
   * Takes over a part that `partOf` made; those of a collection in their order, into one that is empty at first.
   * @throws Error when it does not fit
   */
  load(part: Uint8Array, axes: Axes | undefined): void {
    // A copy: what was read may lie at an address that is no multiple of eight.
    const bytes = new Uint8Array(part);
    const [faces = 0, sifted] = new Uint32Array(bytes.buffer, 0, 2);
    const isSifted = sifted === 1;
    if (this.size === 0) this.#isSifted = isSifted;
    if (isSifted !== this.#isSifted || isSifted !== (axes !== undefined)) throw new Error('its parts do not fit');
    if (this.size % PART_FACES > 0) throw new Error('its parts do not fit');
    this.axes = axes;
    const faceIds = new Float64Array(bytes.buffer, HEADER_BYTES, faces);
    let at = HEADER_BYTES + faceIds.byteLength;
    for (let i = 0; i < faces; i++) {
      if (i % PAGE_FACES === 0) {
        const { arena, page } = this.#addPage();
        at += arena.load(page, this.#isSifted, bytes.subarray(at));
      }
      const faceId = faceIds[i] as number;
      if (this.#slotOf.has(faceId)) throw new Error('it has a face twice');
      this.#put(this.#faceAt.length, faceId);
    }
    if (at !== bytes.length) throw new Error('its parts do not fit');
  }

  clear(): void {
    for (const page of this.#pages.splice(0)) this.#release(page);
    this.#faceAt.length = 0;
    this.#slotOf.clear();
    this.changed.clear();
    this.axes = undefined;
    this.#isSifted = false;
  }

  #put(slot: number, faceId: number): void {
    this.#faceAt.push(faceId);
    this.#slotOf.set(faceId, slot);
    this.#touch(slot);
  }

  #touch(slot: number): void {
    this.changed.add(Math.floor(slot / PART_FACES));
  }

  #addPage(): Page {
    const page = this.#arenas.allocate();
    this.#pages.push(page);
    this.#placedRuns = undefined;
    return page;
  }

  /** Until the sieve is whole, a page may have codes of both kinds. */
  #release(page: Page): void {
    if (!this.#isSifted && this.axes) page.arena.clearSieve(page.page);
    this.#arenas.release(page, this.#isSifted);
    this.#placedRuns = undefined;
  }

  #placeRuns(): Map<Arena, FaceRun[]> {
    const byArena = new Map<Arena, FaceRun[]>();
    for (let from = 0; from < this.#pages.length; ) {
      const { arena } = this.#pages[from] as Page;
      let to = from;
      while (this.#pages[to]?.arena === arena) to++;
      const pages = Uint32Array.from(this.#pages.slice(from, to), ({ page }) => page);
      byArena.set(arena, [...(byArena.get(arena) ?? []), { pages, faces: 0, first: from * PAGE_FACES }]);
      from = to;
    }
    return byArena;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
