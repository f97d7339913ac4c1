import { setImmediate } from 'node:timers/promises';
import { IndexCache, type IndexCacheSettings } from '../cache/index-cache.js';
import type { KeptBeside, SaveOccasion } from '../cache/kept-beside.js';
import type { ThreadIndex } from '../thread-index.js';
import type { Arenas } from './arenas.js';
import { AXES, type Axes } from './axes.js';
import { PART_FACES } from './face-pages.js';
import { ScanIndex, type ScanOptions } from './scan-index.js';

/** Smaller collections are read from the store as soon: 0.3 s. */
const KEPT_FROM = 8192;

/** An erased sketch is out of the file after this time, and that of writing it, at the latest. */
const MAX_ERASED_MS = 5 * 60_000;

/** Parts are written when at least so many of them changed: 4,000 new faces. */
const MIN_CHANGED = 4;

/** After a failure nothing is kept for so long: a full disk is not full for a moment only. */
const RETRIED_AFTER_MS = 10 * 60_000;

/** After so many parts more than had changed at first, the rest is written in one go. */
const MORE_PARTS = 64;

export interface KeptScanOptions extends ScanOptions {
  keptFrom?: number;
  /** Where sketches are kept; undefined to keep none. */
  cache?: IndexCacheSettings | undefined;
  /** What is kept in the same file. */
  beside?: KeptBeside;
  /** Told of what went wrong without an error to a caller. */
  report?: (trouble: string) => void;
}

/**
 * A scanning index that keeps the sketches of a large collection on the disk, so that a start need not read every row of the
 * database. A part of them is written anew when it has changed, and all together become valid with one commit.
 */
export class KeptScan extends ScanIndex implements ThreadIndex {
  readonly #cache: IndexCache | undefined;
  readonly #keptFrom: number;
  readonly #report: (trouble: string) => void;
  readonly #beside: KeptBeside | undefined;
  /** Parts in the file. */
  #kept = 0;
  #erasedSince: number | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  #isGone = false;
  /** What is in memory is a part of what the file holds. */
  #isLoading = false;
  #saving: Promise<void> | undefined;

  constructor(arenas: Arenas, options: KeptScanOptions = {}) {
    const { cache, keptFrom = KEPT_FROM, report = () => {}, beside, ...scan } = options;
    super(arenas, scan);
    this.#beside = beside;
    this.#cache = cache && new IndexCache(cache);
    this.#keptFrom = keptFrom;
    this.#report = report;
  }

  /** @returns the faces that the file held; none when it cannot be used, which is reported and removes it, or at a stop meanwhile */
  async open(): Promise<Float64Array> {
    this.#isLoading = true;
    try {
      if (this.#cache?.open()) await this.#load(this.#cache);
      if (this.#kept > 0) await this.#loadBeside(this.#cache as IndexCache);
    } catch (error) {
      this.#report(`the kept sketches cannot be used, all faces are read from the database: ${messageOf(error)}`);
      this.pages.clear();
      this.#kept = 0;
      this.#cache?.remove();
    }
    this.#isLoading = false;
    this.learnIfDue();
    return this.pages.faceIds();
  }

  override remove(faceIds: Iterable<number>): void {
    const before = this.size;
    super.remove(faceIds);
    if (this.size < before && this.#kept > 0) this.#erasedSince ??= Date.now();
  }

  save(): Promise<void> {
    return this.#save('asked');
  }

  /** Never rejects: without the file the next start is slower, no more. But no erased face stays in an old one. */
  async saveIfDue(): Promise<void> {
    if (Date.now() - this.#failedAt < RETRIED_AFTER_MS) return;
    const isErasureDue = this.#erasedSince !== undefined && Date.now() - this.#erasedSince >= MAX_ERASED_MS;
    const isChanged = this.pages.changed.size >= MIN_CHANGED || (this.#beside?.isDue('looking') ?? false);
    if (isErasureDue || (isChanged && this.size >= this.#keptFrom)) await this.#saveOrRemove('looking');
  }

  /** Writes what has changed, and lets go of the memory. */
  override async close(): Promise<void> {
    await this.#saving?.catch(() => undefined);
    if (this.pages.changed.size > 0 || this.#beside?.isDue('closing')) await this.#saveOrRemove('closing');
    await this.#end();
    this.#cache?.close();
  }

  /** Lets go of the memory and removes the file. */
  async drop(): Promise<void> {
    await this.#end();
    this.#cache?.remove();
  }

  async #end(): Promise<void> {
    this.#isGone = true;
    await super.close();
    await this.#saving?.catch(() => undefined);
  }

  async #save(occasion: SaveOccasion): Promise<void> {
    while (this.#saving) await this.#saving.catch(() => undefined);
    if (!this.#cache || this.#isGone || this.#isLoading) return;
    if (this.size < this.#keptFrom) return this.#forget(this.#cache);
    this.#saving = this.#write(this.#cache, occasion).finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  async #saveOrRemove(occasion: SaveOccasion): Promise<void> {
    try {
      await this.#save(occasion);
    } catch (error) {
      this.#report(`cannot keep the sketches, the next start takes longer: ${messageOf(error)}`);
      this.#failedAt = Date.now();
      this.#forget(this.#cache);
    }
  }

  #forget(cache: IndexCache | undefined): void {
    cache?.remove();
    this.#beside?.forget();
    this.#kept = 0;
    this.#erasedSince = undefined;
    this.#changeAll();
  }

  /** All parts are to be written the next time. */
  #changeAll(): void {
    for (let part = 0; part < this.pages.parts; part++) this.pages.changed.add(part);
  }

  /** Between parts the thread answers searches; what they change meanwhile is written too, so that the whole is of one time. */
  async #write(cache: IndexCache, occasion: SaveOccasion): Promise<void> {
    const { changed } = this.pages;
    cache.begin();
    let isCommitted = false;
    try {
      if (this.#beside?.isDue(occasion)) await this.#beside.write(cache, () => this.#isGone);
      const many = changed.size + MORE_PARTS;
      for (let written = 0; changed.size > 0; written++) {
        const [part = 0] = changed;
        changed.delete(part);
        if (part < this.pages.parts) cache.write(`faces/${part}`, this.pages.partOf(part));
        if (written < many) await setImmediate();
        if (this.#isGone) throw new Error('the index was closed');
      }
      for (let part = this.pages.parts; part < this.#kept; part++) cache.delete(`faces/${part}`);
      cache.write('sieve', axesToBytes(this.pages.isSifted ? this.pages.axes : undefined));
      cache.write('parts', Buffer.from(String(this.pages.parts)));
      this.#beside?.finish(cache, (faceId) => this.pages.has(faceId));
      cache.commit();
      isCommitted = true;
      this.#kept = this.pages.parts;
      this.#erasedSince = undefined;
    } catch (error) {
      cache.rollback();
      this.#changeAll();
      throw error;
    } finally {
      this.#beside?.ended(isCommitted);
    }
  }

  async #loadBeside(cache: IndexCache): Promise<void> {
    if (this.#beside) return this.#beside.load(cache, (faceId) => this.pages.has(faceId));
    // Another kind of index left it, and nothing would erase a face from it.
    cache.deleteAll('graph/');
  }

  async #load(cache: IndexCache): Promise<void> {
    const parts = Number(Buffer.from(cache.read('parts') ?? []).toString());
    const axes = axesFromBytes(cache.read('sieve'));
    for (let part = 0; part < parts; part++) {
      const bytes = cache.read(`faces/${part}`);
      if (!bytes) throw new Error('a part is missing');
      this.pages.load(bytes, axes);
      await setImmediate();
      if (this.#isGone) return;
    }
    if (Math.ceil(this.size / PART_FACES) !== parts) throw new Error('its parts do not fit');
    this.pages.changed.clear();
    this.#kept = parts;
  }
}

function axesToBytes(axes: Axes | undefined): Uint8Array {
  if (!axes) return new Uint8Array();
  const numbers = [...axes.means, ...axes.deviations, ...(axes.rows ?? [])];
  return new Uint8Array(Float32Array.from(numbers).buffer);
}

function axesFromBytes(bytes: Uint8Array | undefined): Axes | undefined {
  if (!bytes || bytes.length === 0) return undefined;
  const numbers = new Float32Array(new Uint8Array(bytes).buffer);
  const rows = numbers.slice(2 * AXES);
  return {
    means: numbers.slice(0, AXES),
    deviations: numbers.slice(AXES, 2 * AXES),
    rows: rows.length > 0 ? rows : undefined,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
