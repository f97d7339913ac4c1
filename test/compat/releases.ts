import { createReadStream, createWriteStream, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpack } from '../../scripts/compat/archive.js';
import { type CompatContents, crowd, readContents, without } from '../../scripts/compat/contents.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';

const root = import.meta.dirname;

/** Kinds of data, by the names of their files. */
const kinds = {
  contents: /^contents\.json\.gz$/,
  folder: /^(plain|encrypted|killed)(-schema-\d+)?\.tar\.gz$/,
  backup: /^(plain|encrypted)\.backup\.gz$/,
  export: /^export\.jsonl\.gz$/,
  postgres: /^postgres-.+\.tar\.gz$/,
  manifest: /^calibrated-manifest\.json\.gz$/,
  importState: /^photos\.import-state$/,
};
type Kind = keyof typeof kinds;

/** Every file that releases left. */
export const allFiles: readonly { release: string; name: string; kind: Kind | undefined }[] = readdirSync(root, {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: release }) =>
    readdirSync(join(root, release)).map((name) => ({
      release,
      name,
      kind: (Object.keys(kinds) as Kind[]).find((kind) => kinds[kind].test(name)),
    })),
  );

/** Data of one kind: its file, and what it holds. */
export interface OldData {
  release: string;
  name: string;
  file: string;
  /** Only data without encryption and for one server hold the crowd. */
  contents(): Promise<CompatContents>;
}

export function dataOf(kind: Kind): OldData[] {
  return allFiles
    .filter((file) => file.kind === kind)
    .map(({ release, name }) => ({
      release,
      name,
      file: join(root, release, name),
      async contents() {
        const all = await readContents(join(root, release, 'contents.json.gz'));
        return /^plain\./.test(name) ? all : without(all, crowd);
      },
    }));
}

/** What a data folder, or the dump of a database with its photos, was packed from; removed when the test ends. */
export async function unpacked(data: OldData): Promise<string> {
  const folder = join(await temporaryFolder(), 'old');
  await mkdir(folder, { mode: 0o700 });
  await unpack(data.file, folder);
  return folder;
}

/** Path of the file without its compression; removed when the test ends. */
export async function decompressed({ file, name }: OldData): Promise<string> {
  const path = join(await temporaryFolder(), name.replace(/\.gz$/, ''));
  await pipeline(createReadStream(file), createGunzip(), createWriteStream(path));
  return path;
}
