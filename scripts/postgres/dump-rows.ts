import type { RunQuery } from '../../src/persistence/people/postgres/database.js';

/** Columns that rows give, by table; a table comes after those that it refers to. */
export type Columns = ReadonlyMap<string, readonly string[]>;

const tablesInOrder = [
  'tenants',
  'accounts',
  'recovery_codes',
  'failed_logins',
  'api_keys',
  'sessions',
  'collections',
  'collection_counts',
  'users',
  'faces',
  'attendance',
  'templates',
  'recycled',
  'duplicate_scans',
  'duplicate_pairs',
  'cohorts',
  'cohort_members',
  'staged_embeddings',
  'scales',
  'webhooks',
  'deliveries',
  'pending_object_deletions',
  'forms_due',
  'search_due',
  'schema_migrations',
];

/** @throws Error for a table that this does not know */
export async function columnsOf(run: RunQuery): Promise<Columns> {
  const rows = await run<{ table: string; columns: string[] }>(
    `SELECT c.relname::text AS table, array_agg(a.attname::text ORDER BY attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND attnum > 0 AND NOT attisdropped AND attgenerated = '' GROUP BY c.relname`,
  );
  const found = new Map(rows.map(({ table, columns }) => [table, columns]));
  const unknown = [...found.keys()].filter((table) => !tablesInOrder.includes(table));
  if (unknown.length > 0) throw new Error(`The dump does not know the tables ${unknown.join(', ')}`);
  return new Map(tablesInOrder.filter((table) => found.has(table)).map((table) => [table, found.get(table) ?? []]));
}

/** The rows of a database as SQL, with their numbers and with the sequences that go on behind them. */
export async function dumpRows(run: RunQuery, columns: Columns): Promise<string> {
  const lines: string[] = [];
  for (const [table, names] of columns) {
    const values = names.map((name) => `quote_nullable(${name}::text)`).join(`, ', ', `);
    const rows = await run<{ values: string }>(`SELECT concat(${values}) AS values FROM ${table} ORDER BY 1`);
    for (const row of rows) {
      lines.push(`INSERT INTO ${table} (${names.join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${row.values});`);
    }
  }
  const sequences = await run<{ sql: string }>(
    `SELECT format('SELECT setval(%L, %s);', quote_ident(sequencename), last_value) AS sql
     FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY 1`,
  );
  return `${[...lines, ...sequences.map(({ sql }) => sql)].join('\n')}\n`;
}
