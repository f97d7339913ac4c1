import { FaceSearchError } from '../../src/core/errors.js';
import { findingOf } from '../../src/gallery/duplicate-check.js';
import type { Candidate, DuplicateGuard, Gallery, RankedCandidate } from '../../src/gallery/gallery.js';
import type { Lookalikes } from '../../src/gallery/lookalikes.js';
import type { PeopleEditor } from '../../src/gallery/people-editor.js';
import type { UserDirectory, UserPage } from '../../src/gallery/user-directory.js';
import type { AttendanceLine, AttendanceStore, Presence } from '../../src/persistence/attendance.js';
import type { CollectionCount, CollectionRef, FaceRecord, User } from '../../src/persistence/people/people-store.js';
import type {
  Analysis,
  FaceAnalyser,
  FaceReport,
  GroupAnalysis,
  MatchAnalysis,
  MatchOptions,
  PhotoOptions,
  PhotoReport,
} from '../../src/vision/face-analyser.js';
import type { FaceMeasures } from '../../src/vision/quality/measures.js';

/** Attendance of whoever is seen, in memory. */
export class FakeAttendance implements AttendanceStore {
  readonly #lines = new Map<string, AttendanceLine & { key: string }>();

  async seen(collection: CollectionRef, userId: string, day: string, at: Date): Promise<Presence> {
    const key = JSON.stringify([keyOf(collection), day]);
    const first = this.#lines.get(key + userId)?.first ?? at;
    this.#lines.set(key + userId, { key, user: { id: userId, name: '' }, first, last: at });
    return { first, last: at };
  }

  async list(collection: CollectionRef, day: string) {
    const lines = [...this.#lines.values()].filter(({ key }) => key === JSON.stringify([keyOf(collection), day]));
    return { total: lines.length, lines };
  }

  async forgetBefore(): Promise<number> {
    return 0;
  }
}

/** A gallery in memory whose similarity is the plain dot product. */
export class FakeGallery implements Gallery, UserDirectory {
  /** Knows users by their ids, and nothing of photos or of time. */
  readonly editor: PeopleEditor = {
    saveUsers: async (collection, users) => {
      for (const user of users) await this.saveUser(collection, user);
      return users.map(() => 'created');
    },
    rename: async (collection, userId, to) => {
      const user = this.#user(collection, userId);
      this.#users(collection)?.delete(userId);
      this.#users(collection)?.set(to, { ...user, id: to });
    },
    merge: async (collection, userId, from) => {
      const user = this.#user(collection, userId);
      for (const id of from) {
        user.faces.push(...this.#user(collection, id).faces);
        await this.deleteUser(collection, id);
      }
      return { id: userId, name: user.name, faces: user.faces.length };
    },
    move: async (collection, ids, to) => {
      for (const id of ids) {
        await this.saveUser({ ...collection, collection: to }, this.#user(collection, id));
        await this.deleteUser(collection, id);
      }
      return { done: [...ids], failed: [] };
    },
    remove: async (collection, ids) => {
      for (const id of ids) await this.deleteUser(collection, id);
      return { done: [...ids], failed: [] };
    },
    restore: async () => {
      throw new FaceSearchError('UNDO_OVER');
    },
  };

  /** Finds none. */
  readonly lookalikes: Lookalikes = {
    start: async (collection) => ({
      ...collection,
      collectionId: 1,
      isRunning: true,
      after: 0,
      done: 0,
      total: this.#users(collection)?.size ?? 0,
      startedAt: new Date(0),
      finishedAt: undefined,
    }),
    scan: async () => undefined,
    pairs: async () => ({ total: 0, pairs: [] }),
    dismiss: async () => false,
    strangers: async () => ({ total: 0, isPartial: false, groups: [] }),
    open: () => {},
    close: async () => {},
  };
  readonly people = new Map<string, Map<string, User & { faces: Float32Array[] }>>();
  readonly photos: Buffer[] = [];

  async saveUser(collection: CollectionRef, user: User): Promise<void> {
    const users = this.#users(collection) ?? new Map();
    this.people.set(keyOf(collection), users);
    users.set(user.id, { ...user, faces: users.get(user.id)?.faces ?? [] });
  }

  async requireUser(collection: CollectionRef, userId: string): Promise<void> {
    this.#user(collection, userId);
  }

  async listUsers(collection: CollectionRef): Promise<User[]> {
    return [...(this.#users(collection)?.values() ?? [])];
  }

  async addFace(
    collection: CollectionRef,
    userId: string,
    embedding: Float32Array,
    photo?: Buffer,
    guard?: DuplicateGuard,
  ): Promise<number> {
    const { faces } = this.#user(collection, userId);
    const ranked = guard ? await this.candidates(collection, embedding, 5) : [];
    const finding = guard && findingOf(ranked, userId, faces.length > 0, guard.threshold);
    if (finding) guard?.onFinding(finding);
    if (photo) this.photos.push(photo);
    return faces.push(embedding);
  }

  async addUnknownPerson(
    collection: CollectionRef,
    embedding: Float32Array,
    photo: Buffer,
    isKnown: (best: Candidate) => boolean,
  ): Promise<{ createdId: string } | { known: Candidate }> {
    const best = await this.search(collection, embedding);
    if (best && isKnown(best)) return { known: best };
    const id = crypto.randomUUID();
    await this.saveUser(collection, { id, name: '' });
    await this.addFace(collection, id, embedding);
    this.photos.push(photo);
    return { createdId: id };
  }

  async deleteFaces(collection: CollectionRef, userId: string): Promise<void> {
    this.#user(collection, userId).faces.length = 0;
  }

  async deleteUser(collection: CollectionRef, userId: string): Promise<void> {
    this.#user(collection, userId);
    this.#users(collection)?.delete(userId);
  }

  /** Nobody here grows old. */
  async deleteAutoCreatedBefore(): Promise<boolean> {
    return false;
  }

  async deleteCollection(collection: CollectionRef): Promise<void> {
    if (!this.people.delete(keyOf(collection))) throw new FaceSearchError('COLLECTION_NOT_FOUND');
  }

  async search(collection: CollectionRef, embedding: Float32Array): Promise<Candidate | undefined> {
    return (await this.candidates(collection, embedding, 1))[0];
  }

  async compare(_tenant: string, one: Float32Array, other: Float32Array): Promise<number> {
    return Math.max(0, dot(one, other));
  }

  async candidates(collection: CollectionRef, embedding: Float32Array, k: number): Promise<RankedCandidate[]> {
    const candidates = [...(this.#users(collection)?.values() ?? [])].flatMap(({ id, name, faces }) =>
      faces.map((face, i) => ({ id, name, faceId: i + 1, similarity: dot(face, embedding) })),
    );
    return candidates.sort((a, b) => b.similarity - a.similarity).slice(0, k);
  }

  async deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<void> {
    const { faces } = this.#user(collection, userId);
    if (faces.splice(faceId - 1, 1).length === 0) throw new FaceSearchError('FACE_NOT_FOUND');
  }

  async collections(tenant: string): Promise<CollectionCount[]> {
    return [...this.people.entries()].flatMap(([key, users]) => {
      const [owner, collection] = JSON.parse(key) as [string, string];
      const faces = [...users.values()].reduce((sum, user) => sum + user.faces.length, 0);
      return owner === tenant ? [{ collection, users: users.size, faces }] : [];
    });
  }

  async page(collection: CollectionRef): Promise<UserPage> {
    const users = [...(this.#users(collection)?.values() ?? [])].map(({ faces, ...user }) => ({
      ...user,
      faces: faces.length,
      portrait: undefined,
    }));
    return { total: users.length, isTotalExact: true, users, next: undefined };
  }

  async *everybody(collection: CollectionRef): AsyncIterable<User[]> {
    yield (await this.listUsers(collection)).map(({ id, name }) => ({ id, name }));
  }

  async withFaces(_collection: CollectionRef, user: User) {
    return { ...user, faces: 0, portrait: undefined };
  }

  async portrait(): Promise<{ tag: string; picture: Buffer }> {
    throw new FaceSearchError('PHOTO_NOT_FOUND', 'photo-not-found');
  }

  async facesIfAny(collection: CollectionRef, userId: string): Promise<FaceRecord[]> {
    return this.#users(collection)?.has(userId) ? this.faces(collection, userId) : [];
  }

  async shownFace(): Promise<undefined> {}

  async faces(collection: CollectionRef, userId: string): Promise<FaceRecord[]> {
    const { faces } = this.#user(collection, userId);
    return faces.map((_, i) => ({ faceId: i + 1, model: 'm1', createdAt: new Date(0), objectKey: undefined }));
  }

  async photo(): Promise<Buffer> {
    throw new FaceSearchError('PHOTO_NOT_FOUND', 'photo-not-found');
  }

  async size() {
    return { collections: this.people.size, faces: 0 };
  }

  async close(): Promise<void> {}

  #users(collection: CollectionRef) {
    return this.people.get(keyOf(collection));
  }

  #user(collection: CollectionRef, userId: string) {
    const user = this.#users(collection)?.get(userId);
    if (!user) throw new FaceSearchError('USER_NOT_FOUND');
    return user;
  }
}

/**
 * Reads the outcome from the bytes of the photo: `cos:0.8` is a face whose similarity to `cos:1` is 0.8; the names of
 * refusals refuse. Whatever follows a NUL is padding.
 */
export class FakeAnalyser implements FaceAnalyser {
  queued = 0;
  readonly workers = 1;
  readonly seen: { image: Buffer; options: unknown }[] = [];

  async embedPhoto(image: Buffer, options: PhotoOptions): Promise<Analysis> {
    const word = wordOf(image);
    if (word === 'card' && !options.allowIdCard) throw new FaceSearchError('ID_CARD');
    if (word === 'none') throw new FaceSearchError('NO_FACE', 'no-face');
    if (word === 'many' && options.severalFaces === 'refuse') throw new FaceSearchError('MANY_FACES');
    if (word === 'masked' && !options.disableValidation)
      throw Object.assign(new FaceSearchError('NOT_FULL_FACE', 'too-close'), { stages: { decode: 1, find: 3 } });
    if (word === 'beard' && !options.disableValidation && !options.allowCovered)
      throw new FaceSearchError('NOT_FULL_FACE', 'mask');
    const overruled: Analysis['overruled'] = word === 'beard' && options.allowCovered ? ['mask'] : [];
    const analysis = { ...this.#embed(image, options), overruled };
    return options.withCrop ? { ...analysis, crop: Buffer.from(`crop of ${word}`) } : analysis;
  }

  async embedForMatch(image: Buffer, { disableValidation }: MatchOptions): Promise<MatchAnalysis> {
    const options = { version: 'v3', allowIdCard: true, severalFaces: 'refuse', disableValidation } as const;
    return { ...(await this.embedPhoto(image, options)), isIdCard: wordOf(image) === 'card' };
  }

  async embedCrop(image: Buffer, version: PhotoOptions['version']): Promise<Analysis> {
    return this.#embed(image, { version });
  }

  async analysePhoto(image: Buffer, options: PhotoOptions): Promise<PhotoReport> {
    const report = { width: 640, height: 480, faces: [], idCard: null, thresholds: null, timings: { find: 1 } };
    try {
      await this.embedPhoto(image, options);
      return { ...report, refusal: null };
    } catch (error) {
      if (!(error instanceof FaceSearchError) || error.code === 400) throw error;
      return { ...report, refusal: { errorName: error.errorName, reason: error.reason } };
    }
  }

  /** `group:1,0.8` has a face for each number. */
  async embedGroup(photo: Buffer): Promise<GroupAnalysis> {
    const [, cosines = '1'] = wordOf(photo).split(':');
    const faces = cosines.split(',').map((cosine, i) => ({
      box: { x: 100 * i, y: 0, width: 50, height: 60 },
      embedding: faceOf(Number(cosine)),
      isSmall: false,
      fault: null,
      quality: 70,
    }));
    return { width: 640, height: 480, faces, left: 0, timings: { find: 1 } };
  }

  async portrait(photo: Buffer): Promise<Buffer> {
    return Buffer.from(`portrait of ${wordOf(photo)}`);
  }

  async lookAt(image: Buffer, options: PhotoOptions): Promise<PhotoReport> {
    const report = await this.analysePhoto(image, options);
    if (report.refusal) return report;
    return { ...report, faces: [faceReport()], embedding: this.#embed(image, options).embedding };
  }

  async close(): Promise<void> {}

  #embed(image: Buffer, options: unknown): Analysis {
    this.seen.push({ image, options });
    const word = wordOf(image);
    if (word === 'broken') throw new FaceSearchError('BAD_INPUT', 'image-format');
    if (word === 'busy') throw new FaceSearchError('OVERLOADED', 'queue-full');
    if (word === 'crash') throw new Error('secret detail of the crash');
    const embedding = faceOf(Number(/^cos:(.+)$/.exec(word)?.[1] ?? 1));
    return { embedding, overruled: [], timings: { decode: 1, embed: 2 } };
  }
}

/** A face of good quality in the middle of a picture of 640x480, but for what is said. */
export function faceReport(measures: Partial<FaceMeasures> = {}, more: Partial<FaceReport> = {}): FaceReport {
  const good = {
    sharpness: 0,
    brightness: 0.5,
    contrast: 0.2,
    underexposed: 0,
    overexposed: 0,
    evenness: 1,
    dynamicRange: 1,
  };
  const straight = {
    yaw: 0,
    pitch: 0,
    roll: 0,
    eyeDistance: 80,
    eyesOpen: 0.07,
    mouthOpen: 0.01,
    margin: 0.2,
    embeddingLength: 0.8,
  };
  return {
    box: { x: 230, y: 120, width: 180, height: 230 },
    outline: [],
    fivePoints: [],
    scores: null,
    fault: null,
    isPerson: true,
    isSmall: false,
    liveness: null,
    quality: { score: 90, advice: [], measures: { ...good, ...straight, ...measures } },
    ...more,
  };
}

/** A unit vector whose dot product with `faceOf(1)` is the given cosine. */
export function faceOf(cosine: number): Float32Array {
  const vector = new Float32Array(512);
  vector[0] = cosine;
  vector[1] = Math.sqrt(1 - cosine * cosine);
  return vector;
}

function dot(p: Float32Array, q: Float32Array): number {
  return p.reduce((sum, x, i) => sum + x * (q[i] ?? 0), 0);
}

function wordOf(image: Buffer): string {
  const end = image.indexOf(0);
  return image.toString('latin1', 0, end < 0 ? image.length : end);
}

function keyOf(collection: CollectionRef): string {
  return JSON.stringify([collection.tenant, collection.collection]);
}
