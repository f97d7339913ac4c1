import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { CollectionRef } from '../../src/persistence/people/people-store.js';
import type { WebhookTarget } from '../../src/persistence/webhooks/webhook-store.js';

/** What the data of a release hold: a later version must find it again. The file `contents.json.gz` of its folder. */
export interface CompatContents {
  /** Identity of the embedder that the faces are labelled with; only a server with this one finds them. */
  model: string;
  /** 64 hex digits, of the encrypted data. */
  dataKey: string;
  keys: CompatKey[];
  /** Undefined in what releases wrote that knew none. */
  webhooks?: (WebhookTarget & { tenant: string })[];
  /** Undefined in what releases wrote that kept none. Of days far ahead, which no retention reaches. */
  attendance?: (CollectionRef & { id: string; day: string; at: string })[];
  collections: CompatCollection[];
  /** How many faces have an embedding of another model waiting for them; undefined in what releases wrote that knew none. */
  staged?: { model: string; faces: number };
  /** The import state remembers these. */
  importedTo: { origin: string; tenant: string; collection: string };
  imported: { id: string; path: string; size: number; changed: number; state: 'added' | 'sending' }[];
}

export interface CompatKey {
  key: string;
  tenant: string;
  readOnly: boolean;
  /** Why it must not work; undefined for one that must. */
  end?: 'revoked' | 'expired';
}

export interface CompatCollection extends CollectionRef {
  /** Users in order of creation. */
  people: CompatPerson[];
}

export interface CompatPerson {
  id: string;
  name: string;
  /** Each is the base64 of 512 float32, little-endian, of length 1. */
  faces: string[];
  /** Base64 of the photo, of a person whom a search created. */
  photo?: string;
  /** Base64 of the photo that was kept of the first face. */
  kept?: string;
}

/** The collection with enough faces for a graph, where it was made. */
export const crowd: CollectionRef = { tenant: 'acme', collection: 'crowd' };

export async function writeContents(file: string, contents: CompatContents): Promise<void> {
  await writeFile(file, await promisify(gzip)(JSON.stringify(contents), { level: 9 }));
}

export async function readContents(file: string): Promise<CompatContents> {
  return JSON.parse((await promisify(gunzip)(await readFile(file))).toString('utf8')) as CompatContents;
}

/** Without the people of some collections. */
export function without(contents: CompatContents, { tenant, collection }: CollectionRef): CompatContents {
  const isOther = (other: CollectionRef) => other.tenant !== tenant || other.collection !== collection;
  return { ...contents, collections: contents.collections.filter(isOther) };
}

export function toBase64({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

export function fromBase64(face: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(face, 'base64')).buffer);
}
