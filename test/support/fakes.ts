import { FaceSearchError } from '../../src/errors.js';
import type { Candidate, Gallery } from '../../src/gallery/gallery.js';
import type { CollectionRef, User } from '../../src/store/store.js';
import type { Analysis, FaceAnalyser, PhotoOptions } from '../../src/vision/face-analyser.js';

/** A gallery in memory whose similarity is the plain dot product. */
export class FakeGallery implements Gallery {
  readonly collections = new Map<string, Map<string, User & { faces: Float32Array[] }>>();
  readonly photos: Buffer[] = [];

  async saveUser(collection: CollectionRef, user: User): Promise<void> {
    const users = this.#users(collection) ?? new Map();
    this.collections.set(keyOf(collection), users);
    users.set(user.id, { ...user, faces: users.get(user.id)?.faces ?? [] });
  }

  async requireUser(collection: CollectionRef, userId: string): Promise<void> {
    this.#user(collection, userId);
  }

  async listUsers(collection: CollectionRef): Promise<User[]> {
    return [...(this.#users(collection)?.values() ?? [])];
  }

  async addFace(collection: CollectionRef, userId: string, embedding: Float32Array): Promise<void> {
    this.#user(collection, userId).faces.push(embedding);
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
  async deleteEnrolledBefore(): Promise<boolean> {
    return false;
  }

  async deleteCollection(collection: CollectionRef): Promise<void> {
    if (!this.collections.delete(keyOf(collection))) throw new FaceSearchError('COLLECTION_NOT_FOUND');
  }

  async search(collection: CollectionRef, embedding: Float32Array): Promise<Candidate | undefined> {
    const candidates = [...(this.#users(collection)?.values() ?? [])].flatMap(({ id, name, faces }) =>
      faces.map((face) => ({ id, name, similarity: face.reduce((sum, x, i) => sum + x * (embedding[i] ?? 0), 0) })),
    );
    return candidates.sort((a, b) => b.similarity - a.similarity)[0];
  }

  async close(): Promise<void> {}

  #users(collection: CollectionRef) {
    return this.collections.get(keyOf(collection));
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
  readonly seen: { image: Buffer; options: unknown }[] = [];

  async embedPhoto(image: Buffer, options: PhotoOptions): Promise<Analysis> {
    const word = wordOf(image);
    if (word === 'card' && !options.allowIdCard) throw new FaceSearchError('ID_CARD');
    if (word === 'none') throw new FaceSearchError('NO_FACE');
    if (word === 'many' && options.severalFaces === 'refuse') throw new FaceSearchError('MANY_FACES');
    if (word === 'masked' && !options.disableValidation)
      throw new FaceSearchError('NOT_FULL_FACE', undefined, 'too-close');
    return this.#embed(image, options);
  }

  async embedCrop(image: Buffer, version: PhotoOptions['version']): Promise<Analysis> {
    return this.#embed(image, { version });
  }

  async close(): Promise<void> {}

  #embed(image: Buffer, options: unknown): Analysis {
    this.seen.push({ image, options });
    const word = wordOf(image);
    if (word === 'broken') throw new FaceSearchError('BAD_INPUT', 'The file is not a jpg or png image.');
    if (word === 'busy') throw new FaceSearchError('OVERLOADED');
    if (word === 'crash') throw new Error('secret detail of the crash');
    return { embedding: faceOf(Number(/^cos:(.+)$/.exec(word)?.[1] ?? 1)), timings: { decode: 1, embed: 2 } };
  }
}

/** A unit vector whose dot product with `faceOf(1)` is the given cosine. */
export function faceOf(cosine: number): Float32Array {
  const vector = new Float32Array(512);
  vector[0] = cosine;
  vector[1] = Math.sqrt(1 - cosine * cosine);
  return vector;
}

function wordOf(image: Buffer): string {
  const end = image.indexOf(0);
  return image.toString('latin1', 0, end < 0 ? image.length : end);
}

function keyOf(collection: CollectionRef): string {
  return JSON.stringify([collection.tenant, collection.collection]);
}
