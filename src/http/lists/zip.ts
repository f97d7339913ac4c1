import { promisify } from 'node:util';
import { crc32, deflateRaw, inflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Signatures and fields of the ZIP format: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16; little-endian. */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const VERSION = 20;
const UTF8 = 1 << 11;
const STORED = 0;
const DEFLATED = 8;
/** 1 January 1980, as the format counts days: files tell nothing of when they were made. */
const DATE = (1 << 5) | 1;

/** A ZIP archive of a few files in memory. @param files by path */
export async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const name = Buffer.from(path, 'utf8');
    const data = Buffer.from(text, 'utf8');
    const packed = await deflate(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(UTF8, 2);
    common.writeUInt16LE(DEFLATED, 4);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([number(LOCAL), common, name, packed]);
    const central = Buffer.alloc(CENTRAL_BYTES);
    central.writeUInt32LE(CENTRAL, 0);
    central.writeUInt16LE(VERSION, 4);
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    directory.push(central, name);
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(END_BYTES);
  const count = Object.keys(files).length;
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

/** The files of a ZIP archive in memory; each is unpacked when it is asked for. */
export class ZipReader {
  readonly #archive: Buffer;
  readonly #entries: ReadonlyMap<string, { method: number; packed: number; size: number; offset: number }>;

  /** @throws Error when it is no archive, or a damaged one */
  constructor(archive: Buffer) {
    this.#archive = archive;
    this.#entries = entriesOf(archive);
  }

  /**
   * @param most bytes, unpacked: a small archive may hold gigabytes of zeros
   * @returns undefined when there is no such file
   * @throws Error when it is damaged, larger, or packed in another way
   */
  async text(path: string, most: number): Promise<string | undefined> {
    const entry = this.#entries.get(path);
    if (!entry) return undefined;
    const { method, packed, size, offset } = entry;
    if (size > most) throw new Error('it is too large');
    if (this.#archive.readUInt32LE(offset) !== LOCAL) throw new Error('it is damaged');
    const begin =
      offset + LOCAL_BYTES + this.#archive.readUInt16LE(offset + 26) + this.#archive.readUInt16LE(offset + 28);
    const bytes = this.#archive.subarray(begin, begin + packed);
    if (method === STORED) return bytes.toString('utf8');
    if (method !== DEFLATED) throw new Error('it is packed in a way that is not supported');
    return (await inflate(bytes, { maxOutputLength: most })).toString('utf8');
  }
}

function entriesOf(archive: Buffer) {
  const last = archive.length - END_BYTES;
  let end = last;
  while (end >= 0 && end >= last - MAX_COMMENT && archive.readUInt32LE(end) !== END) end--;
  if (end < 0 || archive.readUInt32LE(end) !== END) throw new Error('it is damaged');
  const entries = new Map<string, { method: number; packed: number; size: number; offset: number }>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== CENTRAL) throw new Error('it is damaged');
    const lengthOf = (place: number) => archive.readUInt16LE(at + place);
    const name = archive.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + lengthOf(28));
    entries.set(name, {
      method: lengthOf(10),
      packed: archive.readUInt32LE(at + 20),
      size: archive.readUInt32LE(at + 24),
      offset: archive.readUInt32LE(at + 42),
    });
    at += CENTRAL_BYTES + lengthOf(28) + lengthOf(30) + lengthOf(32);
  }
  return entries;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
