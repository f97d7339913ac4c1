import { Camera } from './camera.js';
import { base64Of, type ClientOptions, Http, withQuery } from './http.js';
import { People } from './people.js';
import { Refusal } from './refusal.js';
import type {
  Analysis,
  Candidate,
  CollectionCount,
  Comparison,
  DeadLetter,
  Enrolment,
  EventType,
  Face,
  Group,
  InCollection,
  Load,
  OfUser,
  Photo,
  PhotoFlags,
  RankedCandidate,
  Scale,
  SearchResult,
  Status,
  User,
  UserPage,
  UserQuery,
  Webhook,
} from './types.js';

const v4 = '/vision/ekyc/facesearch/v4';
const admin = '/admin/v1';

/** One method for each endpoint; `people` and `camera` have more. Every one throws a Refusal for a reply that is no success. */
export class FaceSearch {
  readonly people: People;
  readonly camera: Camera;
  readonly #http: Http;

  constructor(options: ClientOptions) {
    this.#http = new Http(options);
    this.people = new People(this.#http);
    this.camera = new Camera(this.#http);
  }

  /** Registers a person, or changes the name. */
  async create({ collection, id, name }: OfUser & { name: string }): Promise<void> {
    await this.#http.form('POST', `${v4}/create`, { collection, id, name });
  }

  /**
   * Adds a photo of a person.
   * @param given `allowCovered` accepts a face that is taken for one behind a mask, sunglasses or a hat, where the server
   * lets it (ALLOW_COVERED)
   */
  async add(given: OfUser & { photo: Photo; allowIdCard?: boolean; allowCovered?: boolean }): Promise<void> {
    const { collection, id, photo, allowIdCard, allowCovered } = given;
    const flags = { allow_id_card: allowIdCard, allow_covered: allowCovered };
    await this.#http.form('POST', `${v4}/add`, { collection, id, file: photo, ...flags });
  }

  /** @param vector 512 numbers, as {@link extract} gives them */
  async addVector({ collection, id, vector }: OfUser & { vector: readonly number[] }): Promise<void> {
    await this.#http.form('POST', `${v4}/add_vector`, { collection, id, vector: JSON.stringify(vector) });
  }

  /** In order of creation. */
  async list({ collection }: InCollection = {}): Promise<User[]> {
    return (await this.#http.json('GET', withQuery(`${v4}/list`, { collection }))).data as User[];
  }

  async deleteFaces({ collection, id }: OfUser): Promise<void> {
    await this.#http.form('DELETE', `${v4}/delete_faces`, { collection, id });
  }

  async delete({ collection, id }: OfUser): Promise<void> {
    await this.#http.form('DELETE', `${v4}/delete`, { collection, id });
  }

  /** @param collection named on purpose: the default one is the empty text */
  async deleteCollection({ collection }: Required<InCollection>): Promise<void> {
    await this.#http.form('DELETE', `${v4}/delete_collection`, { collection });
  }

  /** Who is on the photo. With `create`, a person who is not found is enrolled. */
  async search(
    given: InCollection & PhotoFlags & { photo: Photo; threshold?: number; lowerThreshold?: number; create?: boolean },
  ): Promise<SearchResult> {
    const { collection, photo, threshold, lowerThreshold, create } = given;
    const fields = { collection, file: photo, threshold, lower_threshold: lowerThreshold, create, ...flagsOf(given) };
    const body = await unlessNotFound(this.#http.form('POST', `${v4}/search`, fields));
    if (body === undefined) return { outcome: 'none' };
    if (body.extra_data) return { outcome: 'near', ...(body.extra_data as Candidate) };
    const data = body.data as Candidate | { id: string; new: true };
    return 'new' in data ? { outcome: 'created', id: data.id } : { outcome: 'match', ...data };
  }

  /** @param photo the crop of a face */
  async searchNoCrop(given: InCollection & { photo: Photo; threshold?: number }): Promise<Candidate | undefined> {
    const { collection, photo: file, threshold } = given;
    const body = await unlessNotFound(this.#http.form('POST', `${v4}/search_no_crop`, { collection, file, threshold }));
    return body?.data as Candidate | undefined;
  }

  async searchVector(
    given: InCollection & { vector: readonly number[]; threshold?: number },
  ): Promise<Candidate | undefined> {
    const { collection, vector, threshold } = given;
    const fields = { collection, vector: JSON.stringify(vector), threshold };
    return (await unlessNotFound(this.#http.form('POST', `${v4}/search_vector`, fields)))?.data as
      | Candidate
      | undefined;
  }

  /** 512 numbers. */
  async extract({ photo, version, ...flags }: PhotoFlags & { photo: Photo; version?: Version }): Promise<number[]> {
    const fields = { file: photo, ...flagsOf(flags) };
    return vectorOf(await this.#http.form('POST', `${v4}/extract_from_fm`, fields, versionHeader(version)));
  }

  /** @param photo the crop of a face */
  async extractNoCrop({ photo, version }: { photo: Photo; version?: Version }): Promise<number[]> {
    const path = `${v4}/extract_no_crop_from_fm`;
    return vectorOf(await this.#http.form('POST', path, { file: photo }, versionHeader(version)));
  }

  /** Whether two photos show one person; nothing is stored. */
  async compare({ photos, validate }: { photos: readonly [Photo, Photo]; validate?: boolean }): Promise<Comparison> {
    const fields = { 'file[]': photos, validate };
    return (await this.#http.form('POST', '/vision/ekyc/facematch/v4', fields)).data as Comparison;
  }

  async status(): Promise<Status> {
    return (await this.#http.json('GET', `${admin}/status`)).data as Status;
  }

  async load(): Promise<Load> {
    return (await this.#http.json('GET', `${admin}/load`)).data as Load;
  }

  async scale(): Promise<Scale> {
    return (await this.#http.json('GET', `${admin}/scale`)).data as Scale;
  }

  async collections(): Promise<CollectionCount[]> {
    return (await this.#http.json('GET', `${admin}/collections`)).data as CollectionCount[];
  }

  /** One page. Its `next` is the `cursor` of the page after it. */
  async users({ withoutFace, ...query }: UserQuery & { cursor?: string; offset?: number } = {}): Promise<UserPage> {
    const path = withQuery(`${admin}/users`, { ...query, without_face: withoutFace });
    return (await this.#http.json('GET', path)).data as UserPage;
  }

  /** The users of all pages, `limit` of them (50 without it) in a request. */
  async *allUsers(query: UserQuery = {}): AsyncGenerator<UserPage['users'][number]> {
    for (let page = await this.users(query); ; page = await this.users({ ...query, cursor: page.next })) {
      yield* page.users;
      if (page.next === undefined) return;
    }
  }

  async faces({ collection, id }: OfUser): Promise<Face[]> {
    return (await this.#http.json('GET', withQuery(`${admin}/faces`, { collection, id }))).data as Face[];
  }

  async deleteFace({ collection, id, face }: OfUser & { face: number }): Promise<void> {
    await this.#http.json('DELETE', withQuery(`${admin}/faces/${face}`, { collection, id }));
  }

  /** Of people whom a search enrolled. */
  facePhoto({ collection, id, face }: OfUser & { face: number }): Promise<Blob> {
    return this.#http.bytes(withQuery(`${admin}/faces/${face}/photo`, { collection, id }), 'image/');
  }

  /** A JPEG of at most 160x160 pixels, of faces whose photo was kept. */
  facePortrait({ collection, id, face }: OfUser & { face: number }): Promise<Blob> {
    return this.#http.bytes(withQuery(`${admin}/faces/${face}/portrait`, { collection, id }), 'image/');
  }

  /**
   * Adds a face, unless it shows somebody else who is there.
   * @param given with `name` the person is registered, or renamed, when the face is stored; `check` says what a finding does:
   * `refuse` (without it) stores nothing, `off` stores the face all the same, `only` never stores
   */
  async enrol(
    given: OfUser & PhotoFlags & { name?: string; check?: 'refuse' | 'off' | 'only'; allowCovered?: boolean } & Probe,
  ): Promise<Enrolment> {
    const { collection, id, name, check, allowCovered: allow_covered } = given;
    const body = { collection, id, name, check, ...(await probeOf(given)), ...flagsOf(given), allow_covered };
    return (await this.#http.json('POST', `${admin}/enrol`, body)).data as Enrolment;
  }

  /** Who is on a photo of many people: for each face at most `k` (3) people, from the similarity `threshold` (0.85) on. */
  async identify({ photo, ...given }: InCollection & { photo: Photo; k?: number; threshold?: number }): Promise<Group> {
    const body = { ...given, photo: await base64Of(photo) };
    return (await this.#http.json('POST', `${admin}/identify`, body)).data as Group;
  }

  /** The `k` people who look most like a photo or a vector. */
  async candidates(given: InCollection & PhotoFlags & { k?: number } & Probe): Promise<RankedCandidate[]> {
    const { collection, k } = given;
    const body = { collection, k, ...(await probeOf(given)), ...flagsOf(given) };
    return (await this.#http.json('POST', `${admin}/candidates`, body)).data as RankedCandidate[];
  }

  /** What the server sees in a photo. */
  async analyse(given: PhotoFlags & { photo: Photo; allowCovered?: boolean }): Promise<Analysis> {
    const { photo, allowCovered, ...flags } = given;
    const body = { photo: await base64Of(photo), ...flagsOf(flags), allow_covered: allowCovered };
    return (await this.#http.json('POST', `${admin}/analyse`, body)).data as Analysis;
  }

  async webhooks(): Promise<Webhook[]> {
    return (await this.#http.json('GET', `${admin}/webhooks`)).data as Webhook[];
  }

  /** The secret is shown only now. */
  async addWebhook(given: {
    url: string;
    events?: readonly EventType[];
  }): Promise<{ webhook: number; secret: string }> {
    const { data } = await this.#http.json('POST', `${admin}/webhooks`, given);
    return data as { webhook: number; secret: string };
  }

  async deleteWebhook(webhook: number): Promise<void> {
    await this.#http.json('DELETE', `${admin}/webhooks/${webhook}`);
  }

  /** @returns how many dead letters are tried again */
  async retryWebhook(webhook: number): Promise<number> {
    return ((await this.#http.json('POST', `${admin}/webhooks/${webhook}/retry`)).data as { retried: number }).retried;
  }

  async deadLetters(): Promise<DeadLetter[]> {
    return (await this.#http.json('GET', `${admin}/dead-letters`)).data as DeadLetter[];
  }
}

/** Which model an embedding is of. */
type Version = 'v3' | 'v4' | 'none';

function versionHeader(version: Version | undefined): Record<string, string> {
  return version === undefined ? {} : { facematch_version: version };
}

type Probe = { photo: Photo } | { vector: readonly number[] };

async function probeOf(given: Probe): Promise<object> {
  return 'vector' in given ? { vector: given.vector } : { photo: await base64Of(given.photo) };
}

function flagsOf({ allowIdCard, onlyLargestFace, disableValidation }: PhotoFlags) {
  return {
    allow_id_card: allowIdCard,
    only_largest_face: onlyLargestFace,
    disable_validation: disableValidation,
  };
}

function vectorOf({ data }: { data?: unknown }): number[] {
  return (data as { vector: number[] }).vector;
}

/** Nobody found is no error. */
async function unlessNotFound<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'not-found') return undefined;
    throw error;
  }
}
