import type { RowEncryption } from '../../encryption/row-encryption.js';
import type { StoredCohort } from '../../template.js';
import type { PersonWithUser } from '../embedding-store.js';
import type { User } from '../people-store.js';
import type { GuardedDatabase } from './guarded-database.js';
import type { Statements } from './sqlite-statements.js';

/** The choice of people for cohorts in the rows of SQLite; each function is as in EmbeddingStore. */
export class CohortRows {
  readonly #db: GuardedDatabase;
  readonly #sql: Statements;
  readonly #encryption: RowEncryption;

  constructor(db: GuardedDatabase, sql: Statements, encryption: RowEncryption) {
    this.#db = db;
    this.#sql = sql;
    this.#encryption = encryption;
  }

  peopleWithFaces(collectionId: number, model: string, after: number, limit: number): PersonWithUser[] {
    const [db, encryption] = [this.#db, this.#encryption];
    return db
      .read(() => this.#sql.peopleWithFaces.all({ collectionId, model, after, limit }))
      .map((row) => ({
        collectionId,
        personId: row.userId,
        get user(): User {
          return db.read(() => encryption.decryptUser(row));
        },
      }));
  }

  find(tenant: string, model: string): StoredCohort | undefined {
    return this.#db.read(() => {
      const tenantId = this.#sql.tenantId.get(tenant);
      const found = tenantId === undefined ? undefined : this.#sql.cohort.get(tenantId, model);
      return found && tenantId !== undefined
        ? { ...found, members: this.#sql.cohortMembers.all(tenantId, model) }
        : undefined;
    });
  }

  save(tenant: string, model: string, { build, people, members }: StoredCohort): boolean {
    return this.#db.write(() => {
      const tenantId = this.#sql.tenantId.get(tenant);
      if (tenantId === undefined) return false;
      if ((this.#sql.cohort.get(tenantId, model)?.build ?? 0) !== build - 1) return false;
      this.#sql.saveCohort.run(tenantId, model, build, people);
      this.#sql.deleteCohortMembers.run(model, tenantId);
      for (const { collectionId, personId } of members) this.#sql.addCohortMember.run(model, collectionId, personId);
      return true;
    });
  }
}
