import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { ModelError } from '../model-error.js';

/**
 * Signatures and field offsets of the ZIP format: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. All numbers are
 * little-endian.
 */
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** The comment behind the end has no more. */
const MAX_COMMENT = 0xffff;
/** Stands where the number lies in the fields of ZIP64. */
const BEYOND_32_BITS = 0xffffffff;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  name: string;
  flags: number;
  method: number;
  packed: number;
  size: number;
  offset: number;
}

/**
 * Reads one file of a ZIP archive into memory. Nothing is written to the disk, so no name in the archive can do harm.
 * @param member path in the archive; one without folders is also found in a folder, if only once
 * @throws ModelError when the archive is damaged or larger than 4 GB, or has no such file
 */
export async function readZipMember(path: string, member: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const entry = choose(await readDirectory(file, size), member);
    if (entry.flags & ENCRYPTED) throw new ModelError(`${member} is encrypted`);
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw new ModelError(`${member} is packed by method ${entry.method}, which is not supported`);
    }
    const header = await read(file, entry.offset, LOCAL_BYTES);
    if (header.readUInt32LE(0) !== LOCAL_HEADER) throw damaged();
    const begin = entry.offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = await read(file, begin, entry.packed);
    const data = entry.method === STORED ? packed : await inflate(packed, entry.size);
    if (data.length !== entry.size) throw damaged();
    return data;
  } finally {
    await file.close();
  }
}

async function readDirectory(file: FileHandle, size: number): Promise<Entry[]> {
  const tailBytes = Math.min(size, END_BYTES + MAX_COMMENT);
  const tail = await read(file, size - tailBytes, tailBytes);
  let at = tail.length - END_BYTES;
  while (at >= 0 && tail.readUInt32LE(at) !== END_OF_DIRECTORY) at--;
  if (at < 0) throw damaged();
  const count = tail.readUInt16LE(at + 10);
  const directory = await read(file, tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 12));
  const entries: Entry[] = [];
  for (let from = 0; entries.length < count; ) {
    if (from + CENTRAL_BYTES > directory.length || directory.readUInt32LE(from) !== CENTRAL_HEADER) throw damaged();
    const nameBytes = directory.readUInt16LE(from + 28);
    entries.push({
      name: directory.toString('utf8', from + CENTRAL_BYTES, from + CENTRAL_BYTES + nameBytes),
      flags: directory.readUInt16LE(from + 8),
      method: directory.readUInt16LE(from + 10),
      packed: directory.readUInt32LE(from + 20),
      size: directory.readUInt32LE(from + 24),
      offset: directory.readUInt32LE(from + 42),
    });
    from += CENTRAL_BYTES + nameBytes + directory.readUInt16LE(from + 30) + directory.readUInt16LE(from + 32);
  }
  return entries;
}

function choose(entries: readonly Entry[], member: string): Entry {
  const exact = entries.filter(({ name }) => name === member);
  const found = exact.length > 0 ? exact : entries.filter(({ name }) => name.endsWith(`/${member}`));
  const [entry] = found;
  if (!entry || found.length > 1)
    throw new ModelError(`the archive has ${entry ? 'several files' : 'no file'} ${member}`);
  if ([entry.packed, entry.size, entry.offset].includes(BEYOND_32_BITS)) {
    throw new ModelError('archives of more than 4 GB are not supported');
  }
  return entry;
}

async function inflate(packed: Buffer, size: number): Promise<Buffer> {
  try {
    return await promisify(inflateRaw)(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw damaged();
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw damaged();
  return buffer;
}

function damaged(): ModelError {
  return new ModelError('the archive is damaged');
}
