import type { NewScale, ScaleStore, StoredScale } from '../../scales.js';
import type { PostgresDatabase } from './database.js';

const columns = 'scale_id AS "scaleId", model, made_at AS "madeAt", is_active AS "isActive", data';

/** Scales in PostgreSQL, which all servers share. */
export class PostgresScales implements ScaleStore {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  add({ model, data }: NewScale): Promise<number> {
    return this.#db.transaction(async (run) => {
      await run('LOCK TABLE scales IN SHARE ROW EXCLUSIVE MODE');
      await run('UPDATE scales SET is_active = false WHERE model = $1 AND is_active', [model]);
      const [row] = await run<{ scaleId: number }>(
        'INSERT INTO scales (model, is_active, data) VALUES ($1, true, $2) RETURNING scale_id AS "scaleId"',
        [model, data],
      );
      return (row as { scaleId: number }).scaleId;
    });
  }

  list(): Promise<StoredScale[]> {
    return this.#db.run<StoredScale>(`SELECT ${columns} FROM scales ORDER BY scale_id`);
  }

  async active(model: string): Promise<StoredScale | undefined> {
    const [row] = await this.#db.run<StoredScale>(`SELECT ${columns} FROM scales WHERE model = $1 AND is_active`, [
      model,
    ]);
    return row;
  }

  async activate(model: string, scaleId: number | undefined): Promise<void> {
    await this.#db.transaction(async (run) => {
      await run('LOCK TABLE scales IN SHARE ROW EXCLUSIVE MODE');
      await run('UPDATE scales SET is_active = false WHERE model = $1 AND is_active', [model]);
      await run('UPDATE scales SET is_active = true WHERE model = $1 AND scale_id = $2', [model, scaleId ?? 0]);
    });
  }
}
