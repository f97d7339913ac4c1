import type { Database } from '../../sqlite.js';
import type { ErasedPart } from '../people-store.js';
import { ADD_PENDING_DELETION } from './sqlite-statements.js';

/** Rows erased in one transaction: about 5 ms, and a log of about 2 MB. */
const ROWS_AT_A_TIME = 500;

/**
 * Erases the rows of collections that were deleted, and hidden then, a few at a time: first the faces, then the users, then
 * the collection itself. One that was interrupted goes on where it was.
 */
export class DeletedCollections {
  readonly #sql: ReturnType<typeof prepare>;

  /** @param db of the newest schema */
  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /**
   * One part, in a transaction of the caller's.
   * @param after number of the collection whose turn was the last; they take turns
   * @returns undefined when there is none
   */
  erasePart(after: number): ErasedPart | undefined {
    const collectionId = this.#sql.next.get(after) ?? this.#sql.next.get(0);
    if (collectionId === undefined) return undefined;
    const faces = this.#sql.deleteFaces.all(collectionId, ROWS_AT_A_TIME);
    const now = Date.now();
    let photos = 0;
    for (const objectKey of faces) {
      if (objectKey === null) continue;
      this.#sql.addPendingDeletion.run({ objectKey, now, collectionId });
      photos++;
    }
    if (faces.length < ROWS_AT_A_TIME) {
      const users = this.#sql.deleteUsers.run(collectionId, ROWS_AT_A_TIME).changes;
      if (users < ROWS_AT_A_TIME) this.#sql.deleteCollection.run(collectionId);
    }
    return { collectionId, photos };
  }
}

/** Erases all of them at once, in a database that nothing else uses meanwhile. */
export function eraseDeletedCollections(db: Database): void {
  db.pragma('foreign_keys = ON');
  const deleted = new DeletedCollections(db);
  const part = db.transaction((after: number) => deleted.erasePart(after));
  for (let erased = part.immediate(0); erased; erased = part.immediate(erased.collectionId));
}

function prepare(db: Database) {
  return {
    next: db
      .prepare<[after: number], number>(
        'SELECT collection_id FROM collections WHERE deleted_at IS NOT NULL AND collection_id > ? ORDER BY collection_id',
      )
      .pluck(),
    deleteFaces: db
      .prepare<[collectionId: number, limit: number], string | null>(
        `DELETE FROM faces WHERE face_id IN (SELECT face_id FROM faces WHERE collection_id = ? LIMIT ?) RETURNING object_key`,
      )
      .pluck(),
    addPendingDeletion: db.prepare<[{ objectKey: string; now: number; collectionId: number }], never>(
      ADD_PENDING_DELETION,
    ),
    deleteUsers: db.prepare<[collectionId: number, limit: number], never>(
      'DELETE FROM users WHERE user_id IN (SELECT user_id FROM users WHERE collection_id = ? LIMIT ?)',
    ),
    deleteCollection: db.prepare<[collectionId: number], never>('DELETE FROM collections WHERE collection_id = ?'),
  };
}
