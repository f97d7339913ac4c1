import { readFile, stat } from 'node:fs/promises';
import type { FaceSearchClient } from '../client/face-search-client.js';
import { inLanes } from '../lanes.js';
import { MAX_IMAGE_BYTES } from '../vision/face-analyser.js';
import { ImportError } from './import-error.js';
import type { ImportState, PhotoKey, Refusal } from './import-state.js';
import type { ListedPhoto, PhotoList } from './photo-list.js';

export interface ImportParts {
  client: FaceSearchClient;
  state: ImportState;
  collection: string;
  allowIdCard: boolean;
  /** Sends again what an earlier run saw refused. */
  retryRefused: boolean;
  /** Calls under way at once. */
  parallel: number;
  /** No photo is begun after it; those under way come to their end. It must be the client's signal too. */
  stop: AbortController;
  /** How many photos are still to be sent. */
  onStart?: (photos: number) => void;
  onProgress?: (done: number, refused: number) => void;
}

export interface RefusedPhoto extends Refusal {
  photo: ListedPhoto;
}

export interface ImportOutcome {
  /** Photos that this run added, and that earlier ones had added. */
  added: number;
  addedBefore: number;
  /** In the order of the list, those of earlier runs too. */
  refused: RefusedPhoto[];
  /** Photos whose file is not there or cannot be read. */
  unreadable: { photo: ListedPhoto; why: string }[];
  /** Photos that were not sent, or whose answer did not come. */
  unfinished: number;
  /** Ids of people of whom no photo was added. */
  without: string[];
  people: number;
  /** Why the import broke off; undefined when it came to its end, or was stopped. */
  failure: unknown;
}

/** A face of the same photo: the similarity of equal vectors is 1, but for rounding. */
const SAME_PHOTO = 0.999_999;
/** How many people `/candidates` may name at most. */
const CANDIDATES = 50;

type Fate = 'added' | 'before' | Refusal | { unreadable: string } | undefined;

/**
 * Sends photos to a server: each person is made first, then the photos are added. What becomes of each is written into
 * the state before and after its call. Where a call may have been done although its answer did not come, the server is
 * asked for the photo before it is sent again, so nothing is added twice and nothing is missed.
 */
export async function importPhotos({ photos, names }: PhotoList, parts: ImportParts): Promise<ImportOutcome> {
  const { state, client, collection, stop } = parts;
  const run = new Run(parts, names, await usersOf(client, collection));
  const fates = new Map<ListedPhoto, Fate>();
  const waiting: { photo: ListedPhoto; key: PhotoKey }[] = [];
  for (const photo of photos) {
    const found = await stat(photo.file).catch((error: Error) => error);
    if (found instanceof Error) {
      fates.set(photo, { unreadable: found.message });
      continue;
    }
    const key = { id: photo.id, path: photo.path, size: found.size, changed: found.mtimeMs };
    const known = state.find(key);
    if (known?.state === 'added') fates.set(photo, 'before');
    else if (known?.state === 'refused' && !parts.retryRefused) fates.set(photo, known);
    else waiting.push({ photo, key });
  }

  parts.onStart?.(waiting.length);
  let failure: unknown;
  let done = 0;
  let refused = 0;
  await inLanes(waiting, parts.parallel, async ({ photo, key }) => {
    if (stop.signal.aborted) return;
    try {
      const fate = await run.send(photo, key);
      fates.set(photo, fate);
      if (fate !== 'added') refused++;
      parts.onProgress?.(++done, refused);
    } catch (error) {
      if (!stop.signal.aborted) failure = error;
      stop.abort();
    }
  });
  return { ...summary(photos, fates), failure };
}

class Run {
  readonly #made = new Map<string, Promise<Refusal | undefined>>();

  constructor(
    private readonly parts: ImportParts,
    private readonly names: ReadonlyMap<string, string>,
    /** Names of people that the server has, by id. */
    private readonly known: ReadonlyMap<string, string>,
  ) {}

  /** @throws ClientError, or the reason of the signal */
  async send(photo: ListedPhoto, key: PhotoKey): Promise<Fate> {
    const { state, client, collection, allowIdCard } = this.parts;
    if (key.size > MAX_IMAGE_BYTES) return { code: '400', text: 'The image is larger than 5 MB.', reason: '' };
    let bytes: Buffer<ArrayBuffer>;
    try {
      bytes = await readFile(photo.file);
    } catch (error) {
      return { unreadable: (error as Error).message };
    }
    const refusal = await this.#makeUser(photo.id);
    if (refusal) return this.#refuse(key, refusal);

    const file = new Blob([bytes]);
    const allow_id_card = String(allowIdCard);
    for (let uncertain = state.find(key)?.state === 'sending'; ; ) {
      if (uncertain && (await this.#hasPhoto(photo.id, bytes))) return this.#add(key);
      state.put(key, { state: 'sending' });
      const answer = await client.attempt('POST', '/add', { collection, id: photo.id, allow_id_card, file });
      if (!('done' in answer)) {
        if (answer.code === '200') return this.#add(key);
        return this.#refuse(key, refusalOf(answer));
      }
      uncertain = answer.done === 'perhaps';
      if (!uncertain) state.forget(key);
    }
  }

  #add(key: PhotoKey): 'added' {
    this.parts.state.put(key, { state: 'added' });
    return 'added';
  }

  #refuse(key: PhotoKey, refusal: Refusal): Refusal {
    this.parts.state.put(key, { state: 'refused', ...refusal });
    return refusal;
  }

  /** Makes a person once, where the server has nobody with this id, or the list has another name. */
  #makeUser(id: string): Promise<Refusal | undefined> {
    const begun = this.#made.get(id);
    if (begun) return begun;
    const made = this.#createUser(id);
    this.#made.set(id, made);
    return made;
  }

  async #createUser(id: string): Promise<Refusal | undefined> {
    const { client, collection } = this.parts;
    const known = this.known.get(id);
    const name = this.names.get(id) ?? known ?? id;
    if (name === known) return undefined;
    const answer = await client.call('POST', '/create', { collection, id, name });
    return answer.code === '200' ? undefined : refusalOf(answer);
  }

  async #hasPhoto(id: string, bytes: Buffer): Promise<boolean> {
    const { client, collection, allowIdCard } = this.parts;
    const { code, data } = await client.admin('POST', '/candidates', {
      collection,
      photo: bytes.toString('base64'),
      k: CANDIDATES,
      allow_id_card: allowIdCard,
    });
    if (code !== '200') return false;
    const candidates = data as { id: string; similarity: number }[];
    return candidates.some((one) => one.id === id && one.similarity >= SAME_PHOTO);
  }
}

function refusalOf({ code, data, reason = '' }: { code: string; data: unknown; reason?: string }): Refusal {
  return { code, text: String(data), reason };
}

/** @throws ImportError when the collection cannot be listed */
async function usersOf(client: FaceSearchClient, collection: string): Promise<Map<string, string>> {
  const { code, data } = await client.call('GET', '/list', { collection });
  if (code === '404') return new Map();
  if (code !== '200') throw new ImportError(`The collection cannot be listed: ${data}`);
  return new Map((data as { id: string; name: string }[]).map(({ id, name }) => [id, name]));
}

function summary(photos: readonly ListedPhoto[], fates: ReadonlyMap<ListedPhoto, Fate>) {
  const outcome: Omit<ImportOutcome, 'failure'> = {
    added: 0,
    addedBefore: 0,
    refused: [],
    unreadable: [],
    unfinished: 0,
    without: [],
    people: 0,
  };
  const hasFace = new Map<string, boolean>();
  for (const photo of photos) {
    const fate = fates.get(photo);
    if (fate === 'added') outcome.added++;
    else if (fate === 'before') outcome.addedBefore++;
    else if (fate === undefined) outcome.unfinished++;
    else if ('unreadable' in fate) outcome.unreadable.push({ photo, why: fate.unreadable });
    else outcome.refused.push({ photo, code: fate.code, text: fate.text, reason: fate.reason });
    // Of an unfinished person it is not known yet.
    hasFace.set(photo.id, hasFace.get(photo.id) === true || typeof fate === 'string' || fate === undefined);
  }
  outcome.people = hasFace.size;
  outcome.without = [...hasFace].filter(([, has]) => !has).map(([id]) => id);
  return outcome;
}
