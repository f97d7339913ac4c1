import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, statfsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Of a file system in memory: TMPFS_MAGIC of statfs(2). */
const TMPFS = 0x01021994;
const OPEN_FILES = '/proc/self/fd';

export interface ScratchSettings {
  /** On the disk: used where there is no memory for it, and nothing is secret. */
  folder: string;
  /** What is written must not reach a disk. */
  isSecret: boolean;
  /** A file system in memory, where there is one. */
  memory?: string;
}

/**
 * A file without a name, for native code that reads and writes files only. It is gone when it is closed, or when the process is
 * killed.
 */
export class ScratchFile {
  readonly fd: number;

  /**
   * @param bytes that it will have at most
   * @throws Error when there is no place for it, which says why
   */
  constructor(bytes: number, { folder, isSecret, memory = '/dev/shm' }: ScratchSettings) {
    if (!existsSync(OPEN_FILES)) throw new Error('this system does not show the open files of a process');
    const isInMemory = freeMemory(memory) >= bytes;
    if (!isInMemory && isSecret) {
      throw new Error(`with a data key, ${memory} must be a tmpfs with ${Math.ceil(bytes / 1e6)} MB free`);
    }
    const path = join(isInMemory ? memory : folder, `facesearch-${randomBytes(8).toString('hex')}`);
    this.fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
  }

  /** Under which this process can open it. */
  get path(): string {
    return join(OPEN_FILES, String(this.fd));
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Bytes that a file system in memory has free; 0 when it is no such one. */
function freeMemory(folder: string): number {
  try {
    const { type, bavail, bsize } = statfsSync(folder);
    return type === TMPFS ? bavail * bsize : 0;
  } catch {
    return 0;
  }
}
