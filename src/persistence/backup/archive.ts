import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { Header } from 'tar';
import { OperatorError } from '../../util/operator-error.js';
import { cannotRead } from './file-trouble.js';

/** Name of the last entry: the SHA-256 of each other one, as `sha256sum` writes and checks it. */
const SUMS = 'SHA256SUMS';
const BLOCK = 512;
const CHUNK = 1024 * 1024;

/** Where an archive goes. */
interface Sink {
  write(bytes: Buffer): Promise<void>;
  /** Nothing more comes. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Writes a tar archive (ustar) of files with mode 0600 that ends with their checksums. */
export class ArchiveWriter {
  readonly #sink: Sink;
  readonly #now = new Date();
  #sums = '';

  /** @param path where nothing may be; made with mode 0600 */
  static async create(path: string): Promise<ArchiveWriter> {
    const file = await open(path, 'wx', 0o600);
    return new ArchiveWriter({
      write: (bytes) => file.writeFile(bytes),
      finish: () => file.sync(),
      close: () => file.close(),
    });
  }

  /** @param stream stays open; what it refuses is an error of the write that met it */
  static into(stream: Writable): ArchiveWriter {
    const ignore = () => undefined;
    stream.on('error', ignore);
    return new ArchiveWriter({
      write: (bytes) =>
        new Promise((resolve, reject) => {
          stream.write(bytes, (error) => (error ? reject(error) : resolve()));
        }),
      finish: async () => {},
      close: async () => {},
    });
  }

  private constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** @param chunks `size` bytes together */
  async add(name: string, size: number, chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    await this.#sink.write(encodeHeader(name, size, this.#now));
    const hash = createHash('sha256');
    let written = 0;
    for await (const chunk of chunks) {
      await this.#sink.write(chunk);
      hash.update(chunk);
      written += chunk.length;
    }
    if (written !== size) throw new OperatorError(`${name} has ${written} bytes where ${size} were expected.`);
    await this.#sink.write(Buffer.alloc(paddingOf(size)));
    this.#sums += `${hash.digest('hex')}  ${name}\n`;
  }

  /** The archive is complete when it resolves; a file is then on the disk. */
  async finish(): Promise<void> {
    const sums = Buffer.from(this.#sums);
    await this.add(SUMS, sums.length, [sums]);
    await this.#sink.write(Buffer.alloc(2 * BLOCK));
    await this.#sink.finish();
    await this.#sink.close();
  }

  /** Leaves the archive as it is. */
  async abandon(): Promise<void> {
    await this.#sink.close();
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
 * @throws OperatorError when the file cannot be read, or anything of it was changed, cut off or added
 */
export async function* readArchive(path: string): AsyncGenerator<ArchiveEntry> {
  const file = await openArchive(path);
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

async function openArchive(path: string): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    // A folder can be opened, too; reading is what it refuses.
    await file.read(Buffer.alloc(1), 0, 1, 0);
    return file;
  } catch (error) {
    await file?.close();
    throw cannotRead(error, path);
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
