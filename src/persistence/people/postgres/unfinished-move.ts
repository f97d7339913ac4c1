import type { PostgresDatabase } from './database.js';

/** A table that is there as long as the database is the target of a move that is not finished; src/cli/database-migration. */
export const MOVE_MARK = 'unfinished_move';

/** @throws Error with a message for the operator */
export async function refuseUnfinishedMove(database: PostgresDatabase): Promise<void> {
  const [row] = await database.run<{ mark: string | null }>('SELECT to_regclass($1)::text AS mark', [MOVE_MARK]);
  if (row?.mark) {
    throw new Error(
      'The database is the target of a move that is not finished; run the same command again, it goes on where it was',
    );
  }
}
