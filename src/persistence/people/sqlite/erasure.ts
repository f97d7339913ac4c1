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

  /** Hides it; see DeletedCollections. */
  collection(collectionId: number): { collectionId: number } {
    this.#sql.hideCollection.run(Date.now(), collectionId);
    this.#sql.forgetMembersOf.run(collectionId);
    return { collectionId };
  }

  /** What was made of the user's faces. */
  #forget({ collectionId, userId }: Owner): void {
    this.#sql.deleteTemplate.run(userId);
    this.#sql.deleteCohortMember.run(collectionId, userId);
  }

  /** Part of the deleting transaction: an object's deletion is never forgotten, whatever happens next. */
  #erased(collectionId: number, rows: ErasedFaceRow[]): Erased {
    const objectKeys = rows.flatMap(({ objectKey }) => objectKey ?? []);
    const now = Date.now();
    for (const key of objectKeys) this.#sql.addPendingDeletion.run({ objectKey: key, now, collectionId });
    return { collectionId, faceIds: rows.map(({ faceId }) => faceId), objectKeys };
  }
}
