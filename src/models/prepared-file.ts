import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent, sha256, writeAtomically } from './files.js';
import type { Model } from './manifest.js';

/** Raise this when a preparation step gives other bytes than before, so that every file is made anew. */
const PREPARATION_VERSION = 1;

/**
 * The state of a model's prepared weights. The file's name is `<model>.<key>.<sha256>.onnx`: the key says what it was
 * made from and how, the hash what must be in it. One rename puts weights and hash in place together, so processes
 * that prepare the same model at once cannot mix up each other's files.
 */
export type PreparedState =
  | { state: 'valid'; path: string }
  | { state: 'missing' }
  | { state: 'damaged'; path: string; expected: string; found: string };

/** Looks for a model's prepared weights in the folder and compares their content with their recorded SHA-256. */
export async function findPrepared(folder: string, name: string, model: Model): Promise<PreparedState> {
  const prefix = `${name}.${key(model)}.`;
  let damaged: PreparedState | null = null;
  for (const entry of await entries(folder)) {
    const expected = entry.startsWith(prefix) ? /^([0-9a-f]{64})\.onnx$/.exec(entry.slice(prefix.length))?.[1] : null;
    if (!expected) continue;
    const path = join(folder, entry);
    const data = await readIfPresent(path);
    if (!data) continue;
    const found = sha256(data);
    if (found === expected) return { state: 'valid', path };
    damaged = { state: 'damaged', path, expected, found };
  }
  return damaged ?? { state: 'missing' };
}

/** Writes prepared weights under their name. @returns the absolute path */
export async function writePrepared(folder: string, name: string, model: Model, weights: Uint8Array): Promise<string> {
  const path = join(folder, `${name}.${key(model)}.${sha256(weights)}.onnx`);
  await writeAtomically(path, weights);
  return path;
}

/** Everything that decides what the prepared file holds, and what was checked when it was made. */
function key({ sha256: original, prepare, role, family, input: { name, shape } }: Model): string {
  return sha256(JSON.stringify([PREPARATION_VERSION, original, prepare, role, family, name, shape])).slice(0, 16);
}

async function entries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
