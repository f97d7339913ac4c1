import type { Erased } from '../../store.js';
import type { Owner } from './people-rows.js';
import type { ErasedFaceRow, Statements } from './sqlite-statements.js';

/** Takes people and faces out of the rows of SQLite. Each call is part of a transaction of the caller's. */
export class Erasure {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  faces({ collectionId, userId }: Owner): Erased {
    return this.#erased(collectionId, this.#sql.deleteFacesOfUser.all(collectionId, userId));
  }

  /** Undefined when the user has no such face. */
  face({ collectionId, userId }: Owner, faceId: number): Erased | undefined {
    const rows = this.#sql.deleteFace.all(faceId, collectionId, userId);
    return rows.length > 0 ? this.#erased(collectionId, rows) : undefined;
  }

  user(owner: Owner): Erased {
    const erased = this.faces(owner);
    this.#sql.deleteUser.run(owner.userId);
    return erased;
  }

  collection(collectionId: number): Erased {
    const erased = this.#erased(collectionId, this.#sql.deleteFacesOfCollection.all(collectionId));
    this.#sql.deleteCollection.run(collectionId);
    return erased;
  }

  /** Part of the deleting transaction: an object's deletion is never forgotten, whatever happens next. */
  #erased(collectionId: number, rows: ErasedFaceRow[]): Erased {
    const objectKeys = rows.flatMap(({ objectKey }) => objectKey ?? []);
    const now = Date.now();
    for (const key of objectKeys) this.#sql.addPendingDeletion.run(key, now);
    return { collectionId, faceIds: rows.map(({ faceId }) => faceId), objectKeys };
  }
}
