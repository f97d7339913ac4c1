import { FaceLibrary } from '../faults/face-library.js';
import type { Calls } from '../faults/load-client.js';
import { field } from '../support/multipart.js';
import type { Answer } from '../support/target.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import type { Operation } from './linearizability.js';
import { changedNothing } from './roaming-calls.js';
import type { UserInput, UserOutput } from './user-model.js';

export type UserHistory = Operation<UserInput, UserOutput>[];

/** What all clients did to a few users of one collection, by user. */
export class Histories {
  readonly ofUser: ReadonlyMap<string, UserHistory>;
  readonly faces = new FaceLibrary(7);
  /** Of each user, those that somebody has tried to add. */
  readonly facesOf: ReadonlyMap<string, string[]>;
  #clock = 0;
  #names = 0;

  constructor(ids: readonly string[]) {
    this.ofUser = new Map(ids.map((id) => [id, []]));
    this.facesOf = new Map(ids.map((id) => [id, []]));
  }

  get ids(): string[] {
    return [...this.ofUser.keys()];
  }

  /** A moment after all others. */
  now(): number {
    return this.#clock++;
  }

  newName(): string {
    return `name ${this.#names++}`;
  }
}

/** One of several that change and ask for the same users at the same time. */
export class HistoryClient {
  readonly #histories: Histories;
  readonly #calls: Calls;
  readonly #random: RandomVectors;
  /** Calls that met 503 or no answer. */
  troubles = 0;

  constructor(histories: Histories, calls: Calls, seed: number) {
    this.#histories = histories;
    this.#calls = calls;
    this.#random = new RandomVectors(seed);
  }

  /** Sends one call and records it. @throws Error for an answer that no state of the user explains */
  async step(): Promise<void> {
    const { ids, facesOf, faces } = this.#histories;
    const id = this.#oneOf(ids);
    const known = facesOf.get(id) as string[];
    const { post, delete: erase, get } = this.#calls;
    const dice = this.#random.next();
    if (dice < 0.18) {
      const name = this.#histories.newName();
      await this.#record([id], { call: 'create', name }, done, () =>
        post('/create', field('id', id), field('name', name)),
      );
    } else if (dice < 0.4) {
      const face = faces.newVector();
      known.push(face);
      await this.#record([id], { call: 'add', face }, done, () =>
        post('/add_vector', field('id', id), field('vector', faces.json(face))),
      );
    } else if (dice < 0.46) {
      await this.#record([id], { call: 'delete_faces' }, done, () => erase('/delete_faces', field('id', id)));
    } else if (dice < 0.54) {
      await this.#record([id], { call: 'delete' }, done, () => erase('/delete', field('id', id)));
    } else if (dice < 0.76 || known.length === 0) {
      await this.#record(ids, { call: 'list' }, inList, () => get('/list'));
    } else {
      // Mostly one of the last: those before are rarely there.
      const face = this.#oneOf(known.slice(-8));
      await this.#record([id], { call: 'search', face }, found, () =>
        post('/search_vector', field('vector', faces.json(face)), field('threshold', '0.999')),
      );
    }
  }

  async #record(
    ids: readonly string[],
    input: UserInput,
    read: (answer: Answer, id: string) => UserOutput,
    call: () => Promise<Answer>,
  ): Promise<void> {
    const start = this.#histories.now();
    try {
      const answer = await call();
      const end = this.#histories.now();
      for (const id of ids) this.#histories.ofUser.get(id)?.push({ start, end, input, output: read(answer, id) });
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === undefined) throw error;
      this.troubles++;
      const isQuestion = input.call === 'list' || input.call === 'search';
      if (isQuestion || changedNothing(code)) return;
      const end = Number.POSITIVE_INFINITY;
      for (const id of ids) this.#histories.ofUser.get(id)?.push({ start, end, input, output: undefined });
    }
  }

  #oneOf<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random.next() * items.length)] as T;
  }
}

function done({ json }: Answer): UserOutput {
  if (json.code === '200') return 'done';
  if (json.code === '404') return 'unknown';
  throw new Error(`A change was answered ${JSON.stringify(json)}`);
}

function inList({ json }: Answer, id: string): UserOutput {
  const users = json.data as { id: string; name: string }[];
  const named = users.filter((user) => user.id === id);
  if (named.length > 1) throw new Error(`${id} is in the list ${named.length} times`);
  return { found: named[0]?.name };
}

function found({ json }: Answer, id: string): UserOutput {
  if (json.code === '404') return { found: undefined };
  const user = json.data as { id: string; name: string };
  if (json.code !== '200' || user.id !== id) throw new Error(`A face of ${id} was answered ${JSON.stringify(json)}`);
  return { found: user.name };
}
