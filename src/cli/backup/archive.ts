import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Header } from 'tar';
import { OperatorError } from '../../util/operator-error.js';

/** Name of the last entry: the SHA-256 of each other one, as `sha256sum` writes and checks it. */
const SUMS = 'SHA256SUMS';
const BLOCK = 512;
const CHUNK = 1024 * 1024;

/** Writes a tar archive (ustar) of files with mode 0600 that ends with their checksums. */
export class ArchiveWriter {
  readonly #file: FileHandle;
  readonly #now = new Date();
  #sums = '';

  /** @param path where nothing may be; made with mode 0600 */
  static async create(path: string): Promise<ArchiveWriter> {
    return new ArchiveWriter(await open(path, 'wx', 0o600));
  }

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @param chunks `size` bytes together */
  async add(name: string, size: number, chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    await this.#file.writeFile(encodeHeader(name, size, this.#now));
    const hash = createHash('sha256');
    let written = 0;
    for await (const chunk of chunks) {
      await this.#file.writeFile(chunk);
      hash.update(chunk);
      written += chunk.length;
    }
    if (written !== size) throw new OperatorError(`${name} has ${written} bytes where ${size} were expected.`);
    await this.#file.writeFile(Buffer.alloc(paddingOf(size)));
    this.#sums += `${hash.digest('hex')}  ${name}\n`;
  }

  /** The archive is complete and on the disk when it resolves. */
  async finish(): Promise<void> {
    const sums = Buffer.from(this.#sums);
    await this.add(SUMS, sums.length, [sums]);
    await this.#file.writeFile(Buffer.alloc(2 * BLOCK));
    await this.#file.sync();
    await this.#file.close();
  }

  /** Leaves the archive as it is. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }
}

export interface ArchiveEntry {
  name: string;
  /** Bytes. */
  size: number;
  /** Its content, piece by piece; to be read to its end before the next entry. */
  chunks: AsyncIterable<Buffer>;
}

/**
 * The entries of an archive in their order, without the checksums. What was read is to be trusted only when the iteration
 * has come to its end: then every byte of the file is what the writer wrote.
 * @throws OperatorError when anything of it was changed, cut off or added
 */
export async function* readArchive(path: string): AsyncGenerator<ArchiveEntry> {
  const file = await open(path, 'r');
  const sums = new Map<string, string>();
  try {
    for (let at = 0; ; ) {
      const header = decodeHeader(await read(file, at, BLOCK));
      if (!header) throw damaged('its checksums are missing');
      const { name, size } = header;
      const hash = createHash('sha256');
      const start = at + BLOCK;
      at = start + size + paddingOf(size);
      if (name === SUMS) {
        await expectZeros(file, start + size, paddingOf(size) + 2 * BLOCK);
        if ((await file.stat()).size !== at + 2 * BLOCK) throw damaged('something follows its end');
        compare(sums, (await read(file, start, size)).toString('utf8'));
        return;
      }
      if (sums.has(name)) throw damaged(`${name} is in it twice`);
      yield { name, size, chunks: chunksOf(file, start, size, hash) };
      await expectZeros(file, start + size, paddingOf(size));
      sums.set(name, hash.digest('hex'));
    }
  } finally {
    await file.close();
  }
}

function compare(sums: ReadonlyMap<string, string>, text: string): void {
  const found = [...sums].map(([name, sum]) => `${sum}  ${name}\n`);
  if (found.join('') === text) return;
  const wrong = found.find((line) => !text.includes(line));
  throw damaged(`${wrong?.slice(66).trim() ?? SUMS} does not have its checksum`);
}

async function* chunksOf(
  file: FileHandle,
  start: number,
  size: number,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; at += CHUNK) {
    const chunk = await read(file, start + at, Math.min(CHUNK, size - at));
    hash.update(chunk);
    yield chunk;
  }
}

function encodeHeader(name: string, size: number, mtime: Date): Buffer {
  const block = Buffer.alloc(BLOCK);
  const header = new Header({ path: name, size, mtime, mode: 0o600, type: 'File', uid: 0, gid: 0 });
  // Names that ustar cannot hold would need an extension; those of this server are short.
  if (header.encode(block, 0)) throw new OperatorError(`${name} is too long a name for the archive.`);
  return block;
}

/** Undefined for the zeros at the end. Takes only what encodeHeader writes. */
function decodeHeader(block: Buffer): { name: string; size: number } | undefined {
  const { nullBlock, cksumValid, path = '', size = 0, mtime } = new Header(block, 0);
  if (nullBlock) return undefined;
  if (!cksumValid || !mtime || !encodeHeader(path, size, mtime).equals(block)) {
    throw damaged('it is not a backup of this server, or an entry is damaged');
  }
  return { name: path, size };
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (length > Number.MAX_SAFE_INTEGER) throw damaged('an entry is damaged');
  const { size } = await file.stat();
  if (position + length > size) throw damaged('it is cut short');
  const buffer = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(buffer, at, length - at, position + at);
    if (bytesRead === 0) throw damaged('it is cut short');
    at += bytesRead;
  }
  return buffer;
}

async function expectZeros(file: FileHandle, position: number, length: number): Promise<void> {
  const bytes = await read(file, position, length);
  if (!bytes.equals(Buffer.alloc(length))) throw damaged('there is something between two entries');
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function damaged(what: string): OperatorError {
  return new OperatorError(`The backup is damaged: ${what}. Nothing was restored.`);
}
