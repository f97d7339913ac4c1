import type { NewScale, ScaleStore, StoredScale } from '../../scales.js';
import type { GuardedDatabase } from './guarded-database.js';
import type { ScaleRow, Statements } from './sqlite-statements.js';

/** Scales in the rows of SQLite: a change counts at once, whichever process made it. */
export class ScaleRows implements ScaleStore {
  readonly #db: GuardedDatabase;
  readonly #sql: Statements;

  constructor(db: GuardedDatabase, sql: Statements) {
    this.#db = db;
    this.#sql = sql;
  }

  async add({ model, data }: NewScale): Promise<number> {
    return this.#db.write(() => {
      const scaleId = Number(this.#sql.addScale.run(model, Date.now(), data).lastInsertRowid);
      this.#sql.activateScale.run(scaleId, model);
      return scaleId;
    });
  }

  async list(): Promise<StoredScale[]> {
    return this.#db.read(() => this.#sql.scales.all()).map(scaleOf);
  }

  async active(model: string): Promise<StoredScale | undefined> {
    const row = this.#db.read(() => this.#sql.activeScale.get(model));
    return row && scaleOf(row);
  }

  async activate(model: string, scaleId: number | undefined): Promise<void> {
    // No scale has the number 0.
    this.#db.write(() => this.#sql.activateScale.run(scaleId ?? 0, model));
  }
}

function scaleOf({ madeAt, isActive, ...row }: ScaleRow): StoredScale {
  return { ...row, madeAt: new Date(madeAt), isActive: isActive === 1 };
}
