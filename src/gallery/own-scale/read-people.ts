import type { EmbeddingStore } from '../../persistence/people/embedding-store.js';
import type { PersonRef } from '../../persistence/template.js';
import { choiceHash } from '../cohorts/choice.js';
import { type GalleryPerson, MAX_FACES, MAX_PEOPLE } from './gallery-person.js';

/** People read at a time. */
const PAGE = 500;
/** People whose faces are read at a time. */
const FACES_PAGE = 16;

export interface GalleryPeople {
  /** People of each tenant, in the order in which they are chosen for cohorts. */
  tenants: GalleryPerson[][];
  /** Everybody with faces of the model, of whom each tenant gives MAX_PEOPLE at most. */
  all: number;
}

interface Chosen extends PersonRef {
  collection: string;
  id: string;
  hash: string;
}

/**
 * Reads the people whom a calibration compares, page by page; a server may write meanwhile.
 * @param model name of the model whose faces are read
 * @throws StoreError, DecryptionError
 */
export async function readPeople(store: EmbeddingStore, model: string): Promise<GalleryPeople> {
  const collections = await store.listCollections();
  const tenants: GalleryPerson[][] = [];
  let all = 0;
  for (const tenant of new Set(collections.map((collection) => collection.tenant))) {
    let chosen: Chosen[] = [];
    for (const { collection, collectionId } of collections.filter((one) => one.tenant === tenant)) {
      for (let after = 0; ; ) {
        const people = await store.peopleWithFaces(collectionId, model, after, PAGE);
        const last = people.at(-1);
        if (!last) break;
        all += people.length;
        for (const { personId, user } of people) {
          chosen.push({
            collectionId,
            personId,
            collection,
            id: user.id,
            hash: choiceHash(tenant, collection, user.id),
          });
        }
        chosen = inOrder(chosen).slice(0, MAX_PEOPLE);
        after = last.personId;
      }
    }
    tenants.push(await withFaces(store, model, tenant, chosen));
  }
  return { tenants, all };
}

function inOrder(people: readonly Chosen[]): Chosen[] {
  return [...people].sort((a, b) => (a.hash < b.hash ? -1 : 1));
}

async function withFaces(
  store: EmbeddingStore,
  model: string,
  tenant: string,
  chosen: readonly Chosen[],
): Promise<GalleryPerson[]> {
  const people: GalleryPerson[] = [];
  for (let i = 0; i < chosen.length; i += FACES_PAGE) {
    const page = chosen.slice(i, i + FACES_PAGE);
    const read = await store.newestFaces(page, model);
    const faces = new Map(read.map((person) => [`${person.collectionId} ${person.personId}`, person.faces]));
    for (const { collectionId, personId, collection, id } of page) {
      const found = [...(faces.get(`${collectionId} ${personId}`) ?? [])].sort((a, b) => a.faceId - b.faceId);
      // Whose faces were deleted a moment ago takes no part.
      if (found.length === 0) continue;
      people.push({ tenant, collection, id, faces: found.slice(0, MAX_FACES).map(({ embedding }) => embedding) });
    }
  }
  return people;
}
