import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Length of what is looked for. Every run of 64 bytes of an erased value holds one of its aligned pieces of this
 * length, so a grep for these finds every such run.
 */
const PIECE = 32;

/** The bytes by which a secret would be recognised in a file. */
export function piecesOf(secret: string | Float32Array | Buffer): Buffer[] {
  if (typeof secret === 'string') return [Buffer.from(secret)];
  const bytes = Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength);
  return Array.from({ length: Math.floor(bytes.length / PIECE) }, (_, i) => bytes.subarray(i * PIECE, (i + 1) * PIECE));
}

/** Which of the secrets are to be found in which file below a folder: `file: secret`, the names of files included. */
export async function tracesIn(
  folder: string,
  secrets: ReadonlyMap<string, string | Float32Array | Buffer>,
): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // A file may be deleted while this looks.
    const bytes = Buffer.concat([Buffer.from(path), await readFile(path).catch(() => Buffer.alloc(0))]);
    for (const [what, secret] of secrets) {
      if (piecesOf(secret).some((piece) => bytes.includes(piece))) found.push(`${entry.name}: ${what}`);
    }
  }
  return found;
}
