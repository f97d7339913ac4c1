import type { Config } from '../../config/config.js';
import { PostgresDatabase } from '../../persistence/people/postgres/database.js';
import { MIN_PGVECTOR } from '../../persistence/people/postgres/migrate.js';
import { migrations } from '../../persistence/people/postgres/migrations.js';
import { about, type Finding } from './finding.js';

/** The database at DATABASE_URL: there, with pgvector, of a version that this server knows. Changes nothing. */
export async function checkPostgres(config: Pick<Config, 'DATABASE_TIMEOUT'>, url: string): Promise<Finding[]> {
  const { ok, fail } = about('database');
  const database = new PostgresDatabase({ url, connections: 1, timeout: config.DATABASE_TIMEOUT });
  try {
    const [server] = await database.run<{ version: string }>("SELECT current_setting('server_version') AS version");
    const findings = [ok(`PostgreSQL ${server?.version}`)];
    const extensions = await database.run<{ version: string; there: boolean }>(
      `SELECT coalesce(installed_version, default_version) AS version, installed_version IS NOT NULL AS there
       FROM pg_available_extensions WHERE name = 'vector'`,
    );
    findings.push(pgvectorFinding(extensions[0]));
    const [table] = await database.run<{ there: boolean }>(
      "SELECT to_regclass('schema_migrations') IS NOT NULL AS there",
    );
    if (!table?.there) return [...findings, ok('it is empty: tables will be made at the first start')];
    const [row] = await database.run<{ version: number }>(
      'SELECT coalesce(max(version), 0)::int AS version FROM schema_migrations',
    );
    const version = row?.version ?? 0;
    findings.push(
      version > migrations.length
        ? fail(
            `schema ${version} was made by a newer server; this one knows ${migrations.length}`,
            'Update this server.',
          )
        : ok(`schema ${version}`),
    );
    return findings;
  } catch (error) {
    return [
      fail(
        (error as Error).message,
        'See that it runs, that DATABASE_URL is right, and that the network lets it through.',
      ),
    ];
  } finally {
    await database.close();
  }
}

export function pgvectorFinding(extension: { version: string; there: boolean } | undefined): Finding {
  const { ok, fail } = about('pgvector');
  const least = MIN_PGVECTOR.join('.');
  if (!extension) return fail('pgvector is not installed', `Install pgvector ${least} or later for this PostgreSQL.`);
  const [major = 0, minor = 0] = extension.version.split('.').map(Number);
  const [leastMajor, leastMinor] = MIN_PGVECTOR;
  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    return fail(
      `pgvector ${extension.version} is too old`,
      `Install ${least} or later, then: ALTER EXTENSION vector UPDATE`,
    );
  }
  return ok(`pgvector ${extension.version}${extension.there ? '' : ', is made an extension at the first start'}`);
}
