import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../store/temporary-folder.js';
import { openGallery } from './gallery-fixture.js';

const script = fileURLToPath(new URL('./add-until-killed.mjs', import.meta.url));
const staff = { tenant: 'acme', collection: 'staff' };

/** As the script makes them. */
const vectorOf = (i: number) =>
  Float32Array.from({ length: 512 }, (_, j) => Math.sin((i + 1) * (j + 1) * Math.SQRT2 + j * j));

/** Runs the script until it has acknowledged `enough` people, kills it in its next work, and returns all it printed. */
async function addUntilKilled(folder: string, first: number, enough: number): Promise<Map<number, string>> {
  const child = spawn(process.execPath, [script, folder, String(first)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += String(text);
  });
  const closed = once(child, 'close');
  const acknowledged = new Map<number, string>();
  for await (const line of createInterface(child.stdout)) {
    const [i = '', id = ''] = line.split(' ');
    acknowledged.set(Number(i), id);
    // A moment later, so that the kill falls anywhere in a write, not only just after an acknowledgement.
    if (acknowledged.size === enough) setTimeout(() => child.kill('SIGKILL'), Math.random() * 5);
  }
  await closed;
  expect(errors, 'needs the compiled server: npm run build').toBe('');
  return acknowledged;
}

test('whoever was acknowledged before a kill -9 is found after it, and no photo is left without a person', async () => {
  const folder = await temporaryFolder();
  const acknowledged = new Map<number, string>();
  for (const [round, enough] of [7, 30, 60].entries()) {
    const added = await addUntilKilled(folder, round * 1000, enough);
    for (const [i, id] of added) acknowledged.set(i, id);

    const { gallery, photos, close, store } = await openGallery(folder);
    await gallery.open();
    for (const [i, id] of acknowledged) expect(await gallery.search(staff, vectorOf(i))).toMatchObject({ id });
    const entries = await readdir(photos, { recursive: true, withFileTypes: true });
    const unknownPeople = (await gallery.listUsers(staff)).filter(({ id }) => !id.startsWith('user-'));
    expect(entries.filter((entry) => entry.isFile())).toHaveLength(unknownPeople.length);
    expect(await store.pendingObjectDeletions()).toEqual([]);
    expect(await readdir(join(photos, 'unfinished'))).toEqual([]);
    await close();
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(97);
});
