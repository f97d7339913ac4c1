import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from './object-store.js';

const keyPattern = /^[a-z0-9-]+(\/[a-z0-9-]+)*$/;
const MAX_KEY_LENGTH = 200;

/**
 * Objects as files, 0600, in 256 folders, 0700, named by the first byte of the key's SHA-256. A file appears under its
 * name complete and on the disk, or not at all.
 */
export class FolderObjectStore implements ObjectStore {
  readonly #folder: string;

  /**
   * Makes the folder when it does not exist and removes what a crash left half-written.
   * One process at a time may have a folder open.
   * @throws Error that names the folder and says what is wrong with it
   */
  static async open(folder: string): Promise<FolderObjectStore> {
    const store = new FolderObjectStore(folder);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rm(store.#unfinished, { recursive: true, force: true });
      await mkdir(store.#unfinished, { mode: 0o700 });
    } catch (error) {
      throw new Error(`Cannot use the photo folder ${folder}: ${(error as Error).message}`, { cause: error });
    }
    return store;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws RangeError when the key is malformed; Error of the file system when the disk refuses */
  async put(key: string, bytes: Buffer): Promise<void> {
    const { shard, path } = this.#locate(key);
    const temporary = join(this.#unfinished, randomUUID());
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      if (await mkdir(shard, { recursive: true, mode: 0o700 })) await syncFolder(this.#folder);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(shard);
  }

  /** @throws RangeError when the key is malformed */
  async get(key: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#locate(key).path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Durable when it resolves. @throws RangeError when the key is malformed */
  async delete(key: string): Promise<void> {
    const { shard, path } = this.#locate(key);
    try {
      await unlink(path);
      await syncFolder(shard);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  get #unfinished(): string {
    return join(this.#folder, 'unfinished');
  }

  #locate(key: string): { shard: string; path: string } {
    if (key.length > MAX_KEY_LENGTH || !keyPattern.test(key)) throw new RangeError('Malformed object key');
    const shard = join(this.#folder, createHash('sha256').update(key).digest('hex').slice(0, 2));
    // No key has a dot, so two keys never share a file, and no key can name another folder.
    return { shard, path: join(shard, key.replaceAll('/', '.')) };
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
