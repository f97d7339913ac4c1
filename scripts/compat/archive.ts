import { readdir } from 'node:fs/promises';
import { create, extract } from 'tar';

/** Packs what lies in a folder into a .tar.gz. */
export async function pack(file: string, folder: string): Promise<void> {
  await create({ file, cwd: folder, gzip: { level: 9 }, portable: true }, (await readdir(folder)).sort());
}

/** @param folder is there */
export async function unpack(file: string, folder: string): Promise<void> {
  await extract({ file, cwd: folder });
}
