import { field, file, type PartInit } from '../support/multipart.js';
import type { client } from '../support/target.js';
import type { RandomVectors } from '../vector-index/random-vectors.js';
import type { FaceLibrary } from './face-library.js';
import {
  enrolled,
  named,
  nobody,
  type People,
  UNKNOWN_ID,
  vectorsOf,
  withFace,
  without,
  withoutFaces,
} from './known-state.js';

export type Calls = ReturnType<typeof client>;

/** A collection that one client works on. Of a shared one it knows and touches only its own people. */
export interface Place {
  tenant: string;
  collection: string;
  shared: boolean;
}

/** A call that was sent: what the collection is after it, if it happened. */
interface Pending {
  place: number;
  after: People;
}

/** About this many people stay in a collection: what was acknowledged is looked up again and again. */
const PEOPLE = 10;

/**
 * One client of a mixed load. It sends one call after the other and keeps a log of what was acknowledged, as the state
 * that follows from it; a call without an answer may have happened as a whole, or not at all.
 */
export class LoadClient {
  readonly places: readonly Place[];
  readonly known: People[];
  /** Vectors that were erased, or never acknowledged, by place. */
  readonly gone: Set<string>[];
  pending: Pending | undefined;
  /** Calls that were acknowledged. */
  acknowledged = 0;
  readonly #prefix: string;
  #made = 0;
  readonly #random: RandomVectors;
  readonly #faces: FaceLibrary;

  constructor(prefix: string, places: readonly Place[], random: RandomVectors, faces: FaceLibrary) {
    this.#prefix = prefix;
    this.places = places;
    this.known = places.map(() => nobody);
    this.gone = places.map(() => new Set());
    this.#random = random;
    this.#faces = faces;
  }

  owns(id: string, place: Place): boolean {
    return !place.shared || id.startsWith(this.#prefix);
  }

  /**
   * Sends calls until one gets no answer.
   * @returns the code of the error that it got instead
   * @throws Error when an answer is not the one that the log asks for
   */
  async run(callsOf: (tenant: string) => Calls): Promise<string> {
    for (;;) {
      const place = this.#below(this.places.length);
      try {
        await this.#step(place, callsOf((this.places[place] as Place).tenant));
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === undefined) throw error;
        return code;
      }
    }
  }

  /** The call was acknowledged, or is known to have happened. */
  settle(place: number, people: People): void {
    const gone = this.gone[place] as Set<string>;
    for (const vector of vectorsOf(this.known[place] ?? nobody)) gone.add(vector);
    for (const vector of vectorsOf(this.pending?.after ?? nobody)) gone.add(vector);
    for (const vector of vectorsOf(people)) gone.delete(vector);
    this.known[place] = people;
    this.pending = undefined;
  }

  async #step(place: number, { post, delete: erase, get }: Calls): Promise<void> {
    const people = this.known[place] ?? nobody;
    const { collection, shared } = this.places[place] as Place;
    const ids = [...people.keys()];
    const id = ids[this.#below(ids.length)];
    const where = field('collection', collection);
    const whom = [where, field('id', id ?? '')];
    const send = async (after: People, call: () => Promise<{ json: { code?: unknown; data?: unknown } }>) => {
      this.pending = { place, after };
      const { json } = await call();
      if (json.code !== '200') throw new Error(`A call that must succeed was answered ${JSON.stringify(json)}`);
      this.acknowledged++;
      return json.data;
    };

    const dice = this.#random.next();
    if (id === undefined || (dice < 0.2 && ids.length < PEOPLE)) {
      const newId = `${this.#prefix}${this.#made++}`;
      const name = `Nguyễn ${this.#below(1e6)}`;
      const after = named(people, newId, name);
      await send(after, () => post('/create', where, field('id', newId), field('name', name)));
      this.settle(place, after);
    } else if (dice < 0.26) {
      const after = named(people, id, `Trần ${this.#below(1e6)}`);
      await send(after, () => post('/create', ...whom, field('name', after.get(id)?.name ?? '')));
      this.settle(place, after);
    } else if (dice < 0.34) {
      await send(withoutFaces(people, id), () => erase('/delete_faces', ...whom));
      this.settle(place, withoutFaces(people, id));
    } else if (dice < 0.44) {
      await send(without(people, id), () => erase('/delete', ...whom));
      this.settle(place, without(people, id));
    } else if (dice < 0.46 && !shared) {
      await send(nobody, () => erase('/delete_collection', where));
      this.settle(place, nobody);
    } else if (dice < 0.48 && !shared) {
      await this.#sendPhoto(place, id, post, where);
    } else if (dice < 0.54) {
      await get(`/list?collection=${collection}`);
    } else if (dice < 0.62) {
      const vector = vectorsOf(people)[0];
      if (vector) await post('/search_vector', where, this.#vectorField(vector));
    } else {
      const vector = this.#faces.newVector();
      const after = withFace(people, id, vector);
      await send(after, () => post('/add_vector', ...whom, this.#vectorField(vector)));
      this.settle(place, after);
    }
  }

  /** A photo that nobody in the collection has: added to somebody, or as a new person. */
  async #sendPhoto(place: number, id: string, post: Calls['post'], where: PartInit): Promise<void> {
    const people = this.known[place] ?? nobody;
    const taken = new Set(vectorsOf(people));
    const photo = this.#faces.photoNames.find((name) => !taken.has(name));
    if (photo === undefined) return;
    const image = file(this.#faces.photo(photo));
    if (this.#random.next() < 0.5) {
      const after = withFace(people, id, photo);
      this.pending = { place, after };
      const { json } = await post('/add', where, field('id', id), image);
      if (json.code !== '200') throw new Error(`/add was answered ${JSON.stringify(json)}`);
      this.settle(place, after);
    } else {
      this.pending = { place, after: enrolled(people, UNKNOWN_ID, photo) };
      const { json } = await post('/search', where, image, field('threshold', '1'), field('create', 'true'));
      const data = json.data as { id: string; new?: boolean };
      if (!data.new) throw new Error(`/search with create was answered ${JSON.stringify(json)}`);
      this.settle(place, enrolled(people, data.id, photo));
    }
    this.acknowledged++;
  }

  #vectorField(vector: string): PartInit {
    return field('vector', this.#faces.json(vector));
  }

  #below(end: number): number {
    return Math.floor(this.#random.next() * end);
  }
}
