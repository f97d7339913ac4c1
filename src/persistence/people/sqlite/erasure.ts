import type { Erased } from '../people-store.js';
import type { Owner } from './people-rows.js';
import type { ErasedFaceRow, Statements } from './sqlite-statements.js';

/** Takes people and faces out of the rows of SQLite. Each call is part of a transaction of the caller's. */
export class Erasure {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  faces(owner: Owner): Erased {
    const { collectionId, userId } = owner;
    this.#forget(owner);
    return this.#erased(collectionId, this.#sql.deleteFacesOfUser.all(collectionId, userId));
  }

  /** Undefined when the user has no such face. */
  face({ collectionId, userId }: Owner, faceId: number): Erased | undefined {
    const rows = this.#sql.deleteFace.all(faceId, collectionId, userId);
    if (rows.length === 0) return undefined;
    this.#forget({ collectionId, userId });
    return this.#erased(collectionId, rows);
  }

  user(owner: Owner): Erased {
    const erased = this.faces(owner);
    this.#sql.deleteUser.run(owner.userId);
    return erased;
  }

  /** Erases the users who were put aside under an id. @returns whether there was somebody */
  recycled(collectionId: number, clientId: string): boolean {
    this.#sql.erasePhotosOfRecycled.run(collectionId, clientId);
    return this.#sql.eraseRecycled.run(collectionId, clientId).changes > 0;
  }

  collection(collectionId: number): Erased {
    this.#sql.erasePhotosOfRecycled.run(collectionId, null);
    const erased = this.#erased(collectionId, this.#sql.deleteFacesOfCollection.all(collectionId));
    this.#sql.deleteCollection.run(collectionId);
    return erased;
  }

  /** What was made of the user's faces. */
  #forget({ collectionId, userId }: Owner): void {
    this.#sql.deleteTemplate.run(userId);
    this.#sql.deleteCohortMember.run(collectionId, userId);
    this.#sql.deletePairs.run(collectionId, userId, userId);
  }

  /** Part of the deleting transaction: an object's deletion is never forgotten, whatever happens next. */
  #erased(collectionId: number, rows: ErasedFaceRow[]): Erased {
    const objectKeys = rows.flatMap(({ objectKey }) => objectKey ?? []);
    const now = Date.now();
    for (const key of objectKeys) this.#sql.addPendingDeletion.run(key, now);
    return { collectionId, faceIds: rows.map(({ faceId }) => faceId), objectKeys };
  }
}
