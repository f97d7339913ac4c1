import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { megabytes } from '../files.js';
import { ModelError } from '../model-error.js';
import type { FetchOptions } from '../npm-pack.js';
import type { UrlSource } from '../sources.js';
import { openUrl } from './open-url.js';

/** Tries in a row that bring no byte, before an address is given up. */
const TRIES = 5;
/** Pause before a try after one that brought nothing: it doubles with each. */
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;

/** Waiting would not help: another address may. */
class Refused extends Error {}

/** The server asks for patience. */
class Busy extends Error {
  constructor(
    message: string,
    readonly waitMs: number,
  ) {
    super(message);
  }
}

type Wanted = Pick<UrlSource, 'bytes' | 'sha256'>;

/**
 * Downloads a file to `path` by way of `path.part`, which stays when the download is cut, the process is killed or the machine
 * loses its power: the next try, of this call or a later one, asks for the rest only. The digest decides whether the file is
 * the right one, whichever address it came from.
 * @param addresses of the same file, asked in this order
 * @param onBytes told how many bytes are there
 * @throws ModelError that says what became of each address
 */
export async function download(
  wanted: Wanted,
  addresses: readonly string[],
  path: string,
  options: FetchOptions,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<void> {
  const failures: string[] = [];
  for (const address of addresses) {
    try {
      await downloadFrom(address, wanted, `${path}.part`, options, onBytes);
      await rename(`${path}.part`, path);
      return;
    } catch (error) {
      if (isDiskTrouble(error)) throw new ModelError(`Cannot write ${path}.part: ${(error as Error).message}`);
      failures.push(`  ${address}\n    ${(error as Error).message}`);
    }
  }
  throw new ModelError(failures.join('\n'));
}

async function downloadFrom(
  address: string,
  wanted: Wanted,
  part: string,
  options: FetchOptions,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { log, pause = delay, env = process.env } = options;
  for (let begun = await sizeOf(part); ; begun = 0) {
    for (let have = begun, empty = 0; have < wanted.bytes; ) {
      let trouble: Error | undefined;
      try {
        await append(await openUrl(address, have, env), have, wanted.bytes, part, onBytes);
      } catch (error) {
        if (error instanceof Refused || isDiskTrouble(error)) throw error;
        trouble = error as Error;
      }
      const now = await sizeOf(part);
      empty = now > have ? 0 : empty + 1;
      have = now;
      if (have >= wanted.bytes) break;
      if (empty === TRIES) throw trouble ?? new Error('it sends nothing');
      log?.(
        `cut (${trouble?.message ?? 'the connection ended'}) at ${megabytes(have)} of ${megabytes(wanted.bytes)}; going on`,
      );
      await pause(Math.min(MAX_PAUSE_MS, Math.max(pauseAfter(empty), trouble instanceof Busy ? trouble.waitMs : 0)));
    }
    const found = await digestOf(part);
    if (found === wanted.sha256) return;
    await rm(part, { force: true });
    const wrong = `Wrong SHA-256\n      expected ${wanted.sha256}\n      found    ${found}`;
    if (begun === 0) throw new Refused(wrong);
    // What was there before may have been the beginning of something else.
    log?.('what was there before does not belong to this file; beginning anew');
  }
}

function pauseAfter(empty: number): number {
  return FIRST_PAUSE_MS * 2 ** Math.max(0, empty - 1);
}

/** Writes the body of a reply behind the `have` bytes that are there, or over them when all of the file comes. */
async function append(
  reply: IncomingMessage,
  have: number,
  bytes: number,
  part: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  try {
    let at = startOf(reply, have, bytes);
    // Not through the umask of others: these are public weights.
    const file = await open(part, at === 0 ? 'w' : 'r+', 0o644);
    try {
      for await (const chunk of reply as AsyncIterable<Buffer>) {
        if (at + chunk.length > bytes) throw new Refused(`it sends more than ${bytes} bytes`);
        await file.write(chunk, 0, chunk.length, at);
        at += chunk.length;
        onBytes(at);
      }
    } finally {
      await file.sync();
      await file.close();
    }
  } finally {
    reply.destroy();
  }
}

/** The first byte that the reply brings. @throws Refused, Busy, or Error when another try may help */
function startOf({ statusCode = 0, headers }: IncomingMessage, have: number, bytes: number): number {
  const wrongSize = (found: string | number) => new Refused(`the file there has ${found} bytes, not ${bytes}`);
  if (statusCode === 200) {
    const length = headers['content-length'];
    if (length !== undefined && Number(length) !== bytes) throw wrongSize(length);
    return 0;
  }
  if (statusCode === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
    if (total !== undefined && total !== '*' && Number(total) !== bytes) throw wrongSize(total);
    if (Number(start) !== have) throw new Refused('it sends another part than the one that was asked for');
    return have;
  }
  if (statusCode === 408 || statusCode === 429 || statusCode >= 500) {
    const seconds = Number(headers['retry-after']);
    throw new Busy(`it answers with status ${statusCode}`, Number.isFinite(seconds) ? seconds * 1000 : 0);
  }
  throw new Refused(`it answers with status ${statusCode}`);
}

/** 0 where there is no such file. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** SHA-256 of a file, in hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Errors of the network have other codes. */
function isDiskTrouble(error: unknown): boolean {
  return ['ENOSPC', 'EROFS', 'EACCES', 'EDQUOT', 'EIO', 'EFBIG', 'ENOTDIR', 'EISDIR'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );
}
