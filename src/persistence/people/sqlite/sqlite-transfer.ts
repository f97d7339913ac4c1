import { createHash } from 'node:crypto';
import type { DataKey } from '../../encryption/data-key.js';
import { embeddingToBlob } from '../../encryption/embedding-blob.js';
import { RowEncryption, type UserRow } from '../../encryption/row-encryption.js';
import type { Database, Statement } from '../../sqlite.js';
import { asStoreError } from '../../store-error.js';
import type { CollectionRef, User } from '../people-store.js';
import { PeopleRows } from './people-rows.js';
import { openDatabase } from './sqlite-database.js';
import { prepareStatements, userColumns } from './sqlite-statements.js';

const ROWS_PER_PAGE = 500;

interface FaceRow {
  faceId: number;
  embedding: Buffer;
}

/** One collection of a database, read or written user by user. Faces are those of one model. */
export class SqliteTransfer {
  readonly #db: Database;
  readonly #encryption: RowEncryption;
  readonly #rows: PeopleRows;
  readonly #collection: CollectionRef;
  readonly #model: string;
  readonly #usersPage: Statement<[collectionId: number, afterUserId: number, limit: number], UserRow>;
  readonly #facesPage: Statement<
    [collectionId: number, userId: number, model: string, afterFaceId: number, limit: number],
    FaceRow
  >;
  /** The user whose faces were looked at last, since a file has them together: number → hashes of the embeddings. */
  #known: { userId: number; hashes: Set<string> } | undefined;

  /** @throws StoreError, DataKeyError */
  static open(file: string, dataKey: DataKey | undefined, collection: CollectionRef, model: string): SqliteTransfer {
    return new SqliteTransfer(openDatabase(file, { key: dataKey }), new RowEncryption(dataKey), collection, model);
  }

  private constructor(db: Database, encryption: RowEncryption, collection: CollectionRef, model: string) {
    this.#db = db;
    this.#encryption = encryption;
    this.#rows = new PeopleRows(prepareStatements(db), encryption);
    this.#collection = collection;
    this.#model = model;
    this.#usersPage = db.prepare(
      `SELECT ${userColumns} FROM users u WHERE u.collection_id = ? AND u.user_id > ? ORDER BY u.user_id LIMIT ?`,
    );
    this.#facesPage = db.prepare(
      `SELECT face_id AS faceId, embedding FROM faces
       WHERE collection_id = ? AND user_id = ? AND model = ? AND face_id > ? ORDER BY face_id LIMIT ?`,
    );
  }

  /** Undefined where there is no such collection. */
  count(): { users: number; faces: number; otherModels: number } | undefined {
    const collectionId = this.#rows.collectionId(this.#collection);
    if (collectionId === undefined) return undefined;
    const users = this.#db.prepare<[number], number>('SELECT count(*) FROM users WHERE collection_id = ?').pluck();
    const faces = this.#db.prepare<{ model: string; collectionId: number }, { ours: number; others: number }>(
      `SELECT count(*) FILTER (WHERE model = @model) AS ours, count(*) FILTER (WHERE model <> @model) AS others
       FROM faces WHERE collection_id = @collectionId`,
    );
    const { ours, others } = faces.get({ model: this.#model, collectionId }) ?? { ours: 0, others: 0 };
    return { users: users.get(collectionId) ?? 0, faces: ours, otherModels: others };
  }

  /** Users in order of creation, each with faces in theirs, a page at a time in memory. */
  *people(): Iterable<{ user: User; embeddings: Iterable<Float32Array> }> {
    const collectionId = this.#rows.collectionId(this.#collection);
    if (collectionId === undefined) return;
    for (let after = 0; ; ) {
      const users = this.#usersPage.all(collectionId, after, ROWS_PER_PAGE);
      for (const row of users) {
        yield { user: this.#encryption.decryptUser(row), embeddings: this.#embeddingsOf(collectionId, row.userId) };
      }
      const last = users.at(-1);
      if (!last) return;
      after = last.userId;
    }
  }

  /**
   * One transaction.
   * @throws StoreError when the disk refuses; nothing of it is stored then
   */
  write<T>(work: () => T): T {
    try {
      return this.#db.transaction(work).immediate();
    } catch (error) {
      this.#known = undefined;
      throw asStoreError(error, `The database ${this.#db.name}`);
    }
  }

  /** Within write(): creates a user or changes the name. */
  saveUser(user: User): 'created' | 'changed' | 'unchanged' {
    const collectionId = this.#rows.makeCollection(this.#collection);
    const before = this.#rows.user(collectionId, user.id);
    if (before?.name === user.name) return 'unchanged';
    this.#rows.saveUser(collectionId, user);
    return before ? 'changed' : 'created';
  }

  /**
   * Within write(): adds a face, unless the user has the very same.
   * @returns undefined when there is no such user
   */
  addFace(id: string, embedding: Float32Array): 'added' | 'known' | undefined {
    const collectionId = this.#rows.collectionId(this.#collection);
    const userId = collectionId === undefined ? undefined : this.#rows.userId(collectionId, id);
    if (collectionId === undefined || userId === undefined) return undefined;
    if (this.#known?.userId !== userId) {
      const hashes = new Set<string>();
      for (const each of this.#embeddingsOf(collectionId, userId)) hashes.add(hashOf(each));
      this.#known = { userId, hashes };
    }
    const hash = hashOf(embedding);
    if (this.#known.hashes.has(hash)) return 'known';
    this.#rows.addFace(collectionId, userId, { embedding, model: this.#model });
    this.#known.hashes.add(hash);
    return 'added';
  }

  close(): void {
    this.#db.close();
  }

  *#embeddingsOf(collectionId: number, userId: number): Iterable<Float32Array> {
    for (let after = 0; ; ) {
      const faces = this.#facesPage.all(collectionId, userId, this.#model, after, ROWS_PER_PAGE);
      for (const { embedding } of faces) yield this.#encryption.decryptEmbedding(userId, this.#model, embedding);
      const last = faces.at(-1);
      if (!last) return;
      after = last.faceId;
    }
  }
}

function hashOf(embedding: Float32Array): string {
  return createHash('sha256').update(embeddingToBlob(embedding)).digest().toString('latin1', 0, 16);
}
