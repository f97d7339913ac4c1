import { readFile, stat } from 'node:fs/promises';
import { FaceSearchError } from '../../core/errors.js';
import { mapConcurrent } from '../../util/map-concurrent.js';
import { MAX_IMAGE_BYTES } from '../../vision/face-analyser.js';
import type { FaceSearchClient } from '../api-client/face-search-client.js';
import type { ImportState, PhotoKey, ServerRefusal } from './import-state.js';
import { refusalOf, ServerPeople } from './people.js';
import type { ListedPhoto, PhotoList } from './photo-list.js';

export interface ImportParts {
  client: FaceSearchClient;
  state: ImportState;
  collection: string;
  allowIdCard: boolean;
  /** Sends again what an earlier run saw refused. */
  retryRefused: boolean;
  /** Also makes people of whom no photo is accepted, and those of the list's names of whom it has none. */
  everybody: boolean;
  /** The server keeps photos that faces are added from, so that it needs the photo itself. */
  keepsPhotos: boolean;
  /** Calls under way at once. */
  parallel: number;
  /** No photo is begun after it; those under way come to their end. It must be the client's signal too. */
  stop: AbortController;
  /** How many people are to be made, of `everybody`; and then how many photos are still to be sent. */
  onStart?: (what: 'people' | 'photos', total: number) => void;
  onProgress?: (done: number, refused: number) => void;
}

export interface RefusedPhoto extends ServerRefusal {
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
  /** Ids of people of whom no photo was added, and who are there. */
  without: string[];
  /** Ids of people who were not made, since none of their photos was accepted. */
  notMade: string[];
  people: number;
  /** People that the server does not take. */
  refusedPeople: (ServerRefusal & { id: string })[];
  /** Why the import broke off; undefined when it came to its end, or was stopped. */
  failure: unknown;
}

/** A face of the same photo: the similarity of equal vectors is 1, but for rounding. */
const SAME_PHOTO = 0.999_999;
/** How many people `/candidates` may name at most. */
const CANDIDATES = 50;

/** Tries of one photo that end without an answer, after which the others go on without it. */
const MAX_FAILURES = 5;

/** As the server would refuse it, without sending it. */
const tooLarge = refusalBy(new FaceSearchError('BAD_INPUT', 'image-size', { field: 'file' }));

type Fate = 'added' | 'before' | ServerRefusal | { unreadable: string } | undefined;

/**
 * Sends photos to a server: a person is made when the first photo of them is good, then the photos are added. What becomes of each is written into
 * the state before and after its call. Where a call may have been done although its answer did not come, the server is
 * asked for the photo before it is sent again, so nothing is added twice and nothing is missed.
 */
export async function importPhotos(list: PhotoList, parts: ImportParts): Promise<ImportOutcome> {
  const { client, collection, stop } = parts;
  const people = await ServerPeople.of(client, collection, list.names);
  const run = new Run(parts, people);
  const fates = new Map<ListedPhoto, Fate>();
  const waiting: { photo: ListedPhoto; key: PhotoKey }[] = [];
  for (const photo of list.photos) {
    const found = await stat(photo.file).catch((error: Error) => error);
    if (found instanceof Error) {
      fates.set(photo, { unreadable: found.message });
      continue;
    }
    const key = { id: photo.id, path: photo.path, size: found.size, changed: found.mtimeMs };
    const known = run.fateBefore(key);
    if (known) fates.set(photo, known);
    else waiting.push({ photo, key });
  }

  let failure: unknown;
  const forEach = <T>(items: readonly T[], work: (item: T) => Promise<void>) =>
    mapConcurrent(items, parts.parallel, async (item) => {
      if (stop.signal.aborted) return;
      try {
        await work(item);
      } catch (error) {
        if (!stop.signal.aborted) failure = error;
        stop.abort();
      }
    });
  let done = 0;
  let refused = 0;
  if (parts.everybody) {
    const missing = [...list.names.keys()].filter((id) => people.mustBeMade(id));
    parts.onStart?.('people', missing.length);
    await forEach(missing, async (id) => {
      if (await run.makePerson(id)) refused++;
      parts.onProgress?.(++done, refused);
    });
    [done, refused] = [0, 0];
  }
  if (!stop.signal.aborted) parts.onStart?.('photos', waiting.length);
  await forEach(waiting, async ({ photo, key }) => {
    const fate = await run.send(photo, key);
    fates.set(photo, fate);
    if (fate !== undefined && fate !== 'added') refused++;
    parts.onProgress?.(++done, refused);
  });
  const everybody = parts.everybody ? list.names.keys() : [];
  const { without, ...counts } = summary(list.photos, everybody, fates);
  return {
    ...counts,
    without: without.filter((id) => people.isThere(id)),
    notMade: without.filter((id) => !people.isThere(id)),
    refusedPeople: run.refusedPeople,
    failure,
  };
}

class Run {
  readonly refusedPeople: (ServerRefusal & { id: string })[] = [];

  constructor(
    private readonly parts: ImportParts,
    private readonly people: ServerPeople,
  ) {}

  /** What became of a photo in an earlier run, where that still holds. */
  fateBefore(key: PhotoKey): 'before' | ServerRefusal | undefined {
    const { state, retryRefused } = this.parts;
    const known = state.find(key);
    if (known?.state === 'refused') return retryRefused ? undefined : known;
    if (known?.state !== 'added') return undefined;
    if (this.people.wasThere(key.id)) return 'before';
    // A person who was deleted on the server has no photos there. This is noted before the person is made again.
    state.forget(key);
    return undefined;
  }

  /** @throws ClientError, or the reason of the signal */
  async send(photo: ListedPhoto, key: PhotoKey): Promise<Fate> {
    const { state, client, collection, allowIdCard } = this.parts;
    if (key.size > MAX_IMAGE_BYTES) return tooLarge;
    let bytes: Buffer<ArrayBuffer>;
    try {
      bytes = await readFile(photo.file);
    } catch (error) {
      return { unreadable: (error as Error).message };
    }
    const file = new Blob([bytes]);
    const allow_id_card = String(allowIdCard);
    // Nobody is made before a photo of them is good. Its vector spares a second look at the photo, where that is not kept.
    const isNew = !this.parts.everybody && !this.people.isThere(photo.id);
    const extracted = isNew ? await this.#extract({ file, allow_id_card }) : {};
    if (extracted === undefined) return undefined;
    if ('code' in extracted) return this.#refuse(key, extracted);
    const refusal = await this.makePerson(photo.id);
    if (refusal) return this.#refuse(key, refusal);
    const { vector } = extracted;
    const [path, face] =
      vector && !this.parts.keepsPhotos
        ? (['/add_vector', { vector }] as const)
        : (['/add', { allow_id_card, file }] as const);
    let failures = 0;
    for (let uncertain = state.find(key)?.state === 'sending'; ; ) {
      if (failures === MAX_FAILURES) return undefined;
      if (uncertain && (await this.#hasPhoto(photo.id, bytes))) return this.#add(key);
      state.put(key, { state: 'sending' });
      const answer = await client.attempt('POST', path, { collection, id: photo.id, ...face });
      if (!('done' in answer)) {
        if (answer.code === '200') return this.#add(key);
        return this.#refuse(key, refusalOf(answer));
      }
      uncertain = answer.done === 'perhaps';
      if (uncertain) failures++;
      else state.forget(key);
    }
  }

  /**
   * What is compared of a photo, as JSON.
   * @returns undefined when the server fails at it again and again
   */
  async #extract(photo: {
    file: Blob;
    allow_id_card: string;
  }): Promise<{ vector?: string } | ServerRefusal | undefined> {
    for (let failures = 0; failures < MAX_FAILURES; ) {
      const answer = await this.parts.client.attempt('POST', '/extract_from_fm', photo);
      if ('done' in answer) {
        if (answer.done === 'perhaps') failures++;
      } else if (answer.code !== '200') return refusalOf(answer);
      else return { vector: JSON.stringify((answer.data as { vector: number[] }).vector) };
    }
    return undefined;
  }

  #add(key: PhotoKey): 'added' {
    this.parts.state.put(key, { state: 'added' });
    return 'added';
  }

  #refuse(key: PhotoKey, refusal: ServerRefusal): ServerRefusal {
    this.parts.state.put(key, { state: 'refused', ...refusal });
    return refusal;
  }

  /** @throws ClientError, or the reason of the signal */
  async makePerson(id: string): Promise<ServerRefusal | undefined> {
    const refusal = await this.people.make(id);
    if (refusal && !this.refusedPeople.some((one) => one.id === id)) this.refusedPeople.push({ id, ...refusal });
    return refusal;
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

function refusalBy({ code, message, reason }: FaceSearchError): ServerRefusal {
  return { code: String(code), text: message, reason };
}

function summary(
  photos: readonly ListedPhoto[],
  everybody: Iterable<string>,
  fates: ReadonlyMap<ListedPhoto, Fate>,
): Omit<ImportOutcome, 'failure' | 'refusedPeople' | 'notMade'> {
  const outcome: ReturnType<typeof summary> = {
    added: 0,
    addedBefore: 0,
    refused: [],
    unreadable: [],
    unfinished: 0,
    without: [],
    people: 0,
  };
  const hasFace = new Map<string, boolean>([...everybody].map((id) => [id, false]));
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
