import { createHash } from 'node:crypto';
import type { DataSetImage } from '../data-set.js';
import type { Embedded } from '../embed-images.js';

export interface TrialPhoto {
  path: string;
  /** Of length 1. */
  embedding: Float32Array;
}

/** A person of the data set with all photos that gave an embedding, at least one. */
export interface TrialPerson {
  identity: string;
  photos: TrialPhoto[];
}

export function peopleOf(images: readonly DataSetImage[], embeddings: Embedded['embeddings']): TrialPerson[] {
  const people = new Map<string, TrialPerson>();
  for (const { path, identity } of images) {
    const embedding = embeddings.get(path);
    if (!embedding) continue;
    const person = people.get(identity) ?? { identity, photos: [] };
    person.photos.push({ path, embedding });
    people.set(identity, person);
  }
  return [...people.values()];
}

/**
 * People and their photos in an order by chance that is the same in every run and does not depend on the manifest's: that of
 * the hashes of their names.
 * @param draw gives another order for each number
 */
export function drawn(people: readonly TrialPerson[], draw: number): TrialPerson[] {
  return byHash(people, ({ identity }) => `${draw}\n${identity}`).map(({ identity, photos }) => ({
    identity,
    photos: byHash(photos, ({ path }) => `${draw}\n${path}`),
  }));
}

function byHash<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  return all
    .map((one) => ({ one, hash: createHash('sha256').update(nameOf(one)).digest('hex') }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ one }) => one);
}
