import { base64Of, type Http, withQuery } from './http.js';
import type { InCollection, OfUser, Photo, User } from './types.js';

const users = '/admin/v1/users';
const unknown = '/admin/v1/unknown-people';
const pairs = '/admin/v1/duplicates';

/** What came of a change of several people. */
export interface Batch {
  /** How many were changed. */
  done: number;
  /** The others. They did not stop the rest. */
  failed: { id: string; reason: string; message: string }[];
}

export interface Deletion extends Batch {
  /** What {@link People.restore} takes until then; null where the server keeps nothing of the deleted. */
  undo: { token: string; until: string } | null;
}

export interface Import {
  created: number;
  renamed: number;
  unchanged: number;
  failed: number;
  /** `row` counts from 1; the header is one. */
  rows: {
    row: number;
    id: string;
    result: 'created' | 'renamed' | 'unchanged' | 'failed';
    reason?: string;
    message?: string;
  }[];
}

/** Strangers whom searches enrolled and nobody has named. */
export interface UnknownPeople {
  people: number;
  /** There are more than were looked at: the newest were. */
  isPartial: boolean;
  /** Each looks like one person. */
  groups: {
    ids: string[];
    faces: number;
    first: string;
    last: string;
    portraits: { id: string; face: number }[];
  }[];
}

export interface DuplicateScan {
  state: 'none' | 'running' | 'done';
  done: number;
  total: number;
  started: string | null;
  finished: string | null;
}

export interface Duplicates {
  scan: DuplicateScan;
  /** Pairs on all pages. */
  total: number;
  pairs: { similarity: number; people: (User & { faces: number; portrait: number | null })[] }[];
}

type WithFaces = User & { faces: number };

/** Changes people who are there, and finds who is there twice. */
export class People {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Changes the id to `to`; faces and photos stay. FaceSearch.create changes a name. */
  async rename(given: OfUser & { to: string }): Promise<void> {
    await this.#http.json('POST', `${users}/rename`, given);
  }

  /** The people in `from`, at most 50, are gone, and `id` has their faces. All of it happens, or nothing. */
  async merge(given: OfUser & { from: readonly string[]; name?: string }): Promise<WithFaces> {
    return (await this.#http.json('POST', `${users}/merge`, given)).data as WithFaces;
  }

  /**
   * To the collection `to`, with faces and photos; at most 200. Faces have new numbers there.
   * @param given with `copy` they stay where they are as well
   */
  async move(given: InCollection & { ids: readonly string[]; to: string; copy?: boolean }): Promise<Batch> {
    return (await this.#http.json('POST', `${users}/move`, given)).data as Batch;
  }

  /** At most 200, who can be brought back for a while. */
  async delete(given: InCollection & { ids: readonly string[] }): Promise<Deletion> {
    return (await this.#http.json('POST', `${users}/delete`, given)).data as Deletion;
  }

  /** @param given `undo` is the token of one deletion */
  async restore(given: InCollection & { undo: string }): Promise<Batch> {
    return (await this.#http.json('POST', `${users}/restore`, given)).data as Batch;
  }

  /** A list with the columns id, name and faces. */
  csv({ collection }: InCollection = {}): Promise<Blob> {
    return this.#http.bytes(withQuery(`${users}.csv`, { collection }), 'text/csv');
  }

  /** As {@link csv}, for a spreadsheet. */
  xlsx({ collection }: InCollection = {}): Promise<Blob> {
    return this.#http.bytes(withQuery(`${users}.xlsx`, { collection }), 'application/vnd.openxmlformats');
  }

  /**
   * Registers or renames the people of a list; nobody is deleted, and faces stay.
   * @param given `file` is CSV or XLSX with the columns id and name, at most 5 MB; `check` changes nothing
   */
  async import({ file, ...given }: InCollection & { file: Photo; check?: boolean }): Promise<Import> {
    const body = { ...given, file: await base64Of(file) };
    return (await this.#http.json('POST', `${users}/import`, body)).data as Import;
  }

  /** @param given `least` is the least similarity of two who are grouped; 0.8 without it */
  async unknown(given: InCollection & { least?: number } = {}): Promise<UnknownPeople> {
    return (await this.#http.json('GET', withQuery(unknown, { ...given }))).data as UnknownPeople;
  }

  /** The strangers `ids` become the person `id`, or faces of the one who has this id. With an empty name that one's stays. */
  async nameUnknown(given: OfUser & { ids: readonly string[]; name: string }): Promise<WithFaces> {
    return (await this.#http.json('POST', `${unknown}/name`, given)).data as WithFaces;
  }

  /** Looks for people who are there twice, in the background. {@link duplicates} tells when it is done. */
  async findDuplicates({ collection }: InCollection = {}): Promise<DuplicateScan> {
    return ((await this.#http.json('POST', pairs, { collection })).data as { scan: DuplicateScan }).scan;
  }

  /**
   * The pairs that were found until now, the most similar first.
   * @param given `least` is the least similarity (0.85 without it), at most 200 come at once; `dismissed` asks for those instead
   */
  async duplicates(
    given: InCollection & { least?: number; offset?: number; limit?: number; dismissed?: boolean } = {},
  ): Promise<Duplicates> {
    return (await this.#http.json('GET', withQuery(pairs, { ...given }))).data as Duplicates;
  }

  /** Says that a pair is two people, or with `dismissed: false` forgets it. */
  async dismiss(given: InCollection & { ids: readonly [string, string]; dismissed?: boolean }): Promise<void> {
    await this.#http.json('POST', `${pairs}/dismiss`, given);
  }
}
