import { type FileHandle, open, stat } from 'node:fs/promises';
import type { AuditEntry } from './audit-entry.js';

/** An entry with its time, as a line has it. */
export type AuditLine = AuditEntry & { time: string };

export interface AuditPage {
  /** The newest first. */
  lines: AuditLine[];
  /** Where the next page begins; undefined where there is none. */
  next: string | undefined;
}

export interface AuditQuestion {
  /** Whose lines; that of all tenants together is empty. */
  tenants: readonly string[];
  /** `next` of the page before. */
  from?: string | undefined;
  limit: number;
}

/** Bytes read at a time, and for one page at most: with many tenants a page may have few lines of one of them. */
const CHUNK = 64 * 1024;
const MOST = 8 * 1024 * 1024;

/**
 * Reads an audit log from its end: at most 8 MiB for each page, whatever the log holds. Files that became too long keep
 * their number of the file system, so a page goes on where it was although they are renamed meanwhile.
 */
export class AuditReader {
  readonly #file: string;
  readonly #keep: number;

  /** @param keep how many older files may lie beside the newest, as `<file>.1` and so on */
  constructor(file: string, keep: number) {
    this.#file = file;
    this.#keep = keep;
  }

  /** A file that is away, or a `from` of one that is, ends the pages. */
  async page({ tenants, from, limit }: AuditQuestion): Promise<AuditPage> {
    const files = await this.#files();
    const start = parsePlace(from);
    const lines: AuditLine[] = [];
    let left = MOST;
    const first = start ? files.findIndex(({ inode }) => inode === start.inode) : 0;
    if (first < 0) return { lines, next: undefined };
    for (const [i, { name, inode, size }] of files.slice(first).entries()) {
      const handle = await open(name).catch(() => undefined);
      if (!handle) continue;
      try {
        const end = i === 0 && start ? Math.min(start.offset, size) : size;
        for await (const { line, at } of backwards(handle, end)) {
          left -= Buffer.byteLength(line) + 1;
          const entry = entryOf(line);
          if (entry && tenants.includes(entry.tenant)) lines.push(entry);
          if (lines.length === limit || left <= 0) return { lines, next: `${inode}-${at}` };
        }
      } finally {
        await handle.close();
      }
    }
    return { lines, next: undefined };
  }

  async #files(): Promise<{ name: string; inode: number; size: number }[]> {
    const names = [this.#file, ...Array.from({ length: this.#keep }, (_, i) => `${this.#file}.${i + 1}`)];
    const found = [];
    for (const name of names) {
      const stats = await stat(name).catch(() => undefined);
      if (!stats) break;
      found.push({ name, inode: stats.ino, size: stats.size });
    }
    return found;
  }
}

/** Lines before an offset, the last first, each with the offset that it begins at. */
async function* backwards(handle: FileHandle, end: number): AsyncGenerator<{ line: string; at: number }> {
  let offset = end;
  // The bytes from `offset` on that belong to a line whose beginning is not read yet.
  let rest = Buffer.alloc(0);
  while (offset > 0) {
    const length = Math.min(CHUNK, offset);
    const chunk = Buffer.alloc(length);
    await handle.read(chunk, 0, length, offset - length);
    offset -= length;
    rest = Buffer.concat([chunk, rest]);
    for (let newline = lastNewline(rest); newline >= 0; newline = lastNewline(rest)) {
      const line = rest.subarray(newline + 1).toString('utf8');
      yield { line, at: offset + newline + 1 };
      rest = rest.subarray(0, newline + 1);
    }
  }
  yield { line: rest.toString('utf8'), at: 0 };
}

/** Of the newlines that end a line before the last one; a line ends with one itself. */
function lastNewline(bytes: Buffer): number {
  return bytes.length === 0 ? -1 : bytes.lastIndexOf(0x0a, bytes.at(-1) === 0x0a ? bytes.length - 2 : undefined);
}

/** Undefined for what is no line: an incomplete one may stand where the disk was full. */
function entryOf(line: string): AuditLine | undefined {
  try {
    const entry = JSON.parse(line) as Partial<AuditLine> | null;
    return typeof entry?.time === 'string' && typeof entry.tenant === 'string' ? (entry as AuditLine) : undefined;
  } catch {
    return undefined;
  }
}

function parsePlace(text: string | undefined): { inode: number; offset: number } | undefined {
  const [, inode, offset] = /^(\d{1,20})-(\d{1,15})$/.exec(text ?? '') ?? [];
  return inode === undefined ? undefined : { inode: Number(inode), offset: Number(offset) };
}
