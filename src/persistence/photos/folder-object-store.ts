import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../data-folder/durable-folder.js';
import { asStoreError } from '../store-error.js';
import { assertObjectKey, isObjectKey, type ObjectSource, type ObjectStore } from './object-store.js';

/** Of the random part of a half-written file's name. */
const UUID_LENGTH = 36;

/**
 * Objects as files, 0600, in 256 folders, 0700, named by the first byte of the key's SHA-256. A file appears under its
 * name complete and on the disk, or not at all.
 */
export class FolderObjectStore implements ObjectStore {
  readonly #folder: string;
  /** Folders that are known to have reached the disk, or are on their way. */
  readonly #shards = new Map<string, Promise<void>>();

  /**
   * Makes the folder when it does not exist. One process at a time may have it open, unless it is shared.
   * @param shared by several processes: what a crash left half-written is removed with the object of its key, not now
   * @throws StoreError that names the folder and says what is wrong with it
   */
  static async open(folder: string, { shared = false } = {}): Promise<FolderObjectStore> {
    const store = new FolderObjectStore(folder);
    try {
      makeFolder(folder);
      if (!shared) await rm(store.#unfinished, { recursive: true, force: true });
      await mkdir(store.#unfinished, { mode: 0o700, recursive: true });
    } catch (error) {
      throw asStoreError(error, `Cannot use the photo folder ${folder}`);
    }
    return store;
  }

  /** For a look at a folder that another process has open: nothing is made or removed. */
  static readOnly(folder: string): ObjectSource {
    return new FolderObjectStore(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, bytes: Buffer): Promise<void> {
    const { shard, name, path } = this.#locate(key);
    const temporary = join(this.#unfinished, `${name}.${randomUUID()}`);
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#makeShard(shard);
      await rename(temporary, path);
      await syncFolder(shard);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw asStoreError(error, `Cannot store a photo in ${this.#folder}`);
    }
  }

  async get(key: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#locate(key).path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw asStoreError(error, `Cannot read a photo in ${this.#folder}`);
    }
  }

  async delete(key: string): Promise<void> {
    const { shard, name, path } = this.#locate(key);
    try {
      await unlink(path).catch(unlessMissing);
      // Also when the file is gone: the process that unlinked it may have died before this.
      await syncFolder(shard).catch(unlessMissing);
      const halves = (await readdir(this.#unfinished)).filter((half) => half.slice(0, -UUID_LENGTH - 1) === name);
      for (const half of halves) await unlink(join(this.#unfinished, half)).catch(unlessMissing);
      if (halves.length > 0) await syncFolder(this.#unfinished);
    } catch (error) {
      throw asStoreError(error, `Cannot delete a photo in ${this.#folder}`);
    }
  }

  async *keys(): AsyncIterable<string> {
    for (const shard of await this.#namesIn(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(shard)) continue;
      for (const name of await this.#namesIn(join(this.#folder, shard))) {
        const key = name.replaceAll('.', '/');
        if (isObjectKey(key)) yield key;
      }
    }
  }

  async #namesIn(folder: string): Promise<string[]> {
    try {
      return await readdir(folder);
    } catch (error) {
      throw asStoreError(error, `Cannot list the photos in ${this.#folder}`);
    }
  }

  /** Once for each folder: a later call must not trust it before the first one has synced it. */
  async #makeShard(shard: string): Promise<void> {
    const make = async () => {
      await mkdir(shard, { mode: 0o700 }).catch(unlessThere);
      await syncFolder(this.#folder);
    };
    const making = this.#shards.get(shard) ?? make();
    this.#shards.set(shard, making);
    try {
      await making;
    } catch (error) {
      this.#shards.delete(shard);
      throw error;
    }
  }

  get #unfinished(): string {
    return join(this.#folder, 'unfinished');
  }

  #locate(key: string): { shard: string; name: string; path: string } {
    assertObjectKey(key);
    const shard = join(this.#folder, createHash('sha256').update(key).digest('hex').slice(0, 2));
    // No key has a dot, so two keys never share a file, and no key can name another folder.
    const name = key.replaceAll('/', '.');
    return { shard, name, path: join(shard, name) };
  }
}

/** A rename or an unlink survives a power cut only when the folder itself has reached the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function unlessThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
