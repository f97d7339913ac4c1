import { formOfId } from '../../../core/id-form.js';
import type { RowEncryption, UserRow } from '../../encryption/row-encryption.js';
import type { CollectionRef, NewFace, StoredFace, User } from '../people-store.js';
import type { Statements } from './sqlite-statements.js';

/** Where a user's faces belong, by numbers. */
export interface Owner {
  collectionId: number;
  userId: number;
}

/** Collections, users and faces as rows, plain or encrypted. Each call is part of a transaction of the caller's. */
export class PeopleRows {
  readonly #sql: Statements;
  readonly #encryption: RowEncryption;

  constructor(sql: Statements, encryption: RowEncryption) {
    this.#sql = sql;
    this.#encryption = encryption;
  }

  collectionId({ tenant, collection }: CollectionRef): number | undefined {
    return this.#sql.collectionId.get(tenant, collection);
  }

  makeCollection(collection: CollectionRef): number {
    const existing = this.collectionId(collection);
    if (existing !== undefined) return existing;
    const tenantId = this.makeTenant(collection.tenant);
    return required(this.#sql.addCollection.get(tenantId, collection.collection, Date.now()));
  }

  makeTenant(name: string): number {
    this.#sql.addTenant.run(name);
    return required(this.#sql.tenantId.get(name));
  }

  userId(collectionId: number, id: string): number | undefined {
    const row = this.#sql.user.get(collectionId, this.#encryption.clientId(collectionId, id));
    // Opened, so that nothing is ever added to a user who was put under another's id.
    this.decryptUser(row);
    return row?.userId;
  }

  locate(collection: CollectionRef, id: string): Owner | undefined {
    const collectionId = this.collectionId(collection);
    if (collectionId === undefined) return undefined;
    const userId = this.userId(collectionId, id);
    return userId === undefined ? undefined : { collectionId, userId };
  }

  user(collectionId: number, id: string): User | undefined {
    return this.decryptUser(this.#sql.user.get(collectionId, this.#encryption.clientId(collectionId, id)));
  }

  decryptUser(row: UserRow | undefined): User | undefined {
    return row && this.#encryption.decryptUser(row);
  }

  /**
   * @param autoCreatedAt when a search created the user; null for one that `create` named
   * @returns the user's number
   */
  saveUser(collectionId: number, user: User, autoCreatedAt: number | null = null): number {
    const clientId = this.#encryption.clientId(collectionId, user.id);
    const name = this.#encryption.plainName(user);
    const form = this.#freeForm(collectionId, clientId, user.id);
    const userId = required(this.#sql.saveUser.get(collectionId, clientId, name, Date.now(), autoCreatedAt, form));
    // Bound to the user's number, which is known only now.
    const encrypted = this.#encryption.encryptUser(userId, clientId, user);
    if (encrypted) this.#sql.saveEncryptedUser.run(encrypted, userId);
    return userId;
  }

  /** Why an id cannot be that of a new user, or of one who has another id now. @param self number of that one */
  idFault(collectionId: number, id: string, self?: number): 'id-taken' | 'id-conflict' | undefined {
    if (this.userId(collectionId, id) !== undefined) return 'id-taken';
    const form = formOfId(id) ?? id;
    const byForm = this.#sql.userIdByForm.get(collectionId, this.#encryption.clientId(collectionId, form));
    const others = [byForm, form === id ? undefined : this.userId(collectionId, form)];
    return others.some((other) => other !== undefined && other !== self) ? 'id-conflict' : undefined;
  }

  /** What is kept of an id so that none is made that differs from it by its Unicode normalisation only. */
  keptForm(collectionId: number, id: string): string | null {
    const form = formOfId(id);
    return form === undefined ? null : this.#encryption.clientId(collectionId, form);
  }

  /** The form for a new user, unless it is taken: an import may bring pairs of an older version. */
  #freeForm(collectionId: number, clientId: string, id: string): string | null {
    const kept = this.keptForm(collectionId, id);
    if (kept === null || this.#sql.user.get(collectionId, clientId)) return null;
    return this.#sql.userIdByForm.get(collectionId, kept) === undefined ? kept : null;
  }

  addFace(collectionId: number, userId: number, { model, embedding, objectKey }: NewFace): StoredFace {
    const blob = this.#encryption.encryptEmbedding(userId, model, embedding);
    const faceId = required(this.#sql.addFace.get(collectionId, userId, model, blob, objectKey ?? null, Date.now()));
    if (objectKey !== undefined) this.#sql.endPendingDeletion.run(objectKey);
    this.#sql.deleteTemplate.run(userId);
    return { faceId, collectionId, personId: userId };
  }
}

/** For rows that the statement itself guarantees. */
function required<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('The database returned no row where there must be one');
  return row;
}
