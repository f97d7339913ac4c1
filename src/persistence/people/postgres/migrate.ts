import { OperatorError } from '../../../util/operator-error.js';
import { StoreError } from '../../store-error.js';
import type { PostgresDatabase, RunQuery } from './database.js';
import { migrations, type VectorType, vectorTypeChange } from './migrations.js';

/** Any number that no other program takes in the same database. */
const MIGRATION_LOCK = 4_205_197_330_712;

/** The first with iterative scans. */
export const MIN_PGVECTOR: readonly [number, number] = [0, 8];

/**
 * Brings the schema to this version, in one transaction; nodes that start together wait for one another.
 * @param vectors the type of embeddings that the schema must have; undefined for that which it has, `vector` in a new one
 * @throws StoreError, or Error with a message for the operator
 */
export async function migrate(database: PostgresDatabase, vectors?: VectorType): Promise<void> {
  await database.transaction(async (run) => {
    await run('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await run('CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY KEY, at timestamptz DEFAULT now())');
    const [row] = await run<{ version: number }>('SELECT coalesce(max(version), 0) AS version FROM schema_migrations');
    const version = row?.version ?? 0;
    if (version > migrations.length) {
      throw new OperatorError(
        `The database has version ${version}, made by a newer server; this one knows ${migrations.length}`,
      );
    }
    await requirePgvector(run);
    for (const [i, sql] of migrations.entries()) {
      if (i < version) continue;
      await run(sql);
      await run('INSERT INTO schema_migrations (version) VALUES ($1)', [i + 1]);
    }
    if (version === 0 && vectors === 'halfvec') await run(vectorTypeChange(vectors));
    await requireVectorType(run, vectors);
  });
}

async function requireVectorType(run: RunQuery, vectors: VectorType | undefined): Promise<void> {
  const [row] = await run<{ type: string }>(
    `SELECT atttypid::regtype::text AS type FROM pg_attribute
     WHERE attrelid = 'faces'::regclass AND attname = 'embedding'`,
  );
  if (vectors === undefined || row?.type === vectors) return;
  throw new OperatorError(
    `The database keeps embeddings as ${row?.type}, and ${vectors} is asked for; docs/scale.md says how to change that`,
  );
}

async function requirePgvector(run: RunQuery): Promise<void> {
  try {
    await run('CREATE EXTENSION IF NOT EXISTS vector');
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const { message } = error as Error;
    throw new OperatorError(`The database needs the extension pgvector; create it there as a superuser (${message})`);
  }
  const [row] = await run<{ extversion: string }>(`SELECT extversion FROM pg_extension WHERE extname = 'vector'`);
  const [major = 0, minor = 0] = (row?.extversion ?? '').split('.').map(Number);
  const [leastMajor, leastMinor] = MIN_PGVECTOR;
  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    throw new OperatorError(`The database has pgvector ${row?.extversion}; ${MIN_PGVECTOR.join('.')} is needed`);
  }
}
