import { setTimeout as delay } from 'node:timers/promises';
import { blobToEmbedding, embeddingToBlob } from '../../persistence/encryption/embedding-blob.js';
import { PostgresDatabase, type RunQuery, SERVER } from '../../persistence/people/postgres/database.js';
import { FORMS_DUE } from '../../persistence/people/postgres/id-forms.js';
import { migrate } from '../../persistence/people/postgres/migrate.js';
import { COUNTED_ANEW, FACES_NOTED, migrations } from '../../persistence/people/postgres/migrations.js';
import { SEARCH_DUE } from '../../persistence/people/postgres/search-columns.js';
import { MOVE_MARK } from '../../persistence/people/postgres/unfinished-move.js';
import { fromVectorBytes, toVectorBytes } from '../../persistence/people/postgres/vector-bytes.js';
import { OperatorError } from '../../util/operator-error.js';
import type { TargetSide, TargetState } from './side.js';
import { type ColumnKind, type Place, placeOf, type Row, type Table, tables, type Value } from './tables.js';

/** Building the index over all faces is one statement. */
const TIMEOUT_MS = 12 * 3_600_000;

/** The name of a move's connection. */
const MOVE = 'facesearch-move';

/** How long a connection may take to end whose other side is gone: that of a server just stopped, or of a killed move. */
const ENDING_MS = 5000;
const POLL_MS = 50;

/** Made anew when the faces are there: that is faster than to add them one by one. */
const GRAPH = 'faces_by_embedding';

/** How a column is read as a Value, or nearly. */
const readAs: Readonly<Record<ColumnKind, (column: string) => string>> = {
  number: (column) => column,
  text: (column) => column,
  name: (column) => column,
  bytes: (column) => column,
  flag: (column) => column,
  time: (column) => `floor(extract(epoch FROM ${column}) * 1000)::bigint AS ${column}`,
  // Kept in 16 bits they are read as what they stand for.
  embedding: (column) => `vector_send(${column}::vector) AS ${column}`,
};

const typeOf: Readonly<Record<ColumnKind, string>> = {
  number: 'bigint',
  text: 'bytea',
  name: 'text',
  bytes: 'bytea',
  flag: 'boolean',
  time: 'timestamptz',
  embedding: 'vector',
};

/** What is read in the place of a table: deleted users who could be brought back are not moved, so their photos are to be erased. */
const SOURCES: Readonly<Record<string, string>> = {
  pending_object_deletions: `(SELECT object_key, since, tenant_id FROM pending_object_deletions
    UNION SELECT unnest(object_keys), erase_at, tenant_id FROM recycled JOIN collections USING (collection_id)) AS pending`,
};

/** PostgreSQL as the source or the target of a move. As a source it is read in read-only transactions. */
export class PostgresSide implements TargetSide {
  readonly name: string;
  readonly #db: PostgresDatabase;

  /**
   * Brings a target's schema to this version.
   * @throws StoreError; OperatorError when a server or another move is connected
   */
  static async open(url: string, role: 'source' | 'target'): Promise<PostgresSide> {
    const side = new PostgresSide(url);
    try {
      await side.#refuseOthers();
      // In 16 bits no embedding would be what the source holds.
      if (role === 'target') await migrate(side.#db, 'vector');
      else await side.#requireSchema();
      return side;
    } catch (error) {
      await side.close();
      throw error;
    }
  }

  private constructor(url: string) {
    this.name = `PostgreSQL at ${url.replace(/^\w+:\/\/([^@/]*@)?/, '').replace(/\?.*$/, '')}`;
    this.#db = new PostgresDatabase({ url, connections: 1, timeout: TIMEOUT_MS, name: MOVE });
  }

  async count({ name }: Table): Promise<number> {
    const [row] = await this.#read<{ rows: number }>(`SELECT count(*) AS rows FROM ${SOURCES[name] ?? name}`);
    return row?.rows ?? 0;
  }

  async page(table: Table, after: Place | undefined, limit: number): Promise<Row[]> {
    const columns = Object.entries(table.columns).map(([column, kind]) => readAs[kind](column));
    const from = after && `WHERE (${orderOf(table)}) > (${table.key.map((_, i) => `$${i + 2}`)})`;
    const rows = await this.#read<Row>(
      `SELECT ${columns} FROM ${SOURCES[table.name] ?? table.name} ${from ?? ''} ORDER BY ${orderOf(table)} LIMIT $1`,
      [limit, ...(after ?? [])],
    );
    return rows.map((row) => mapRow(table, row, fromColumn));
  }

  async lastNumber({ name, numbered }: Table): Promise<number> {
    if (numbered === undefined) return 0;
    const [sequence] = await this.#read<{ name: string }>(sequenceOf, [name, numbered]);
    const [row] = await this.#read<{ last: number }>(
      `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM ${sequence?.name}`,
    );
    return row?.last ?? 0;
  }

  async begin(source: string): Promise<TargetState> {
    return this.#db.transaction(async (run) => {
      await run(`CREATE TABLE IF NOT EXISTS ${MOVE_MARK} (source text NOT NULL, graph text)`);
      const [mark] = await run<{ source: string }>(`SELECT source FROM ${MOVE_MARK}`);
      if (mark) return mark.source === source ? 'unfinished' : 'occupied';
      for (const { name } of tables) {
        if ((await run(`SELECT FROM ${name} LIMIT 1`)).length === 0) continue;
        await run(`DROP TABLE ${MOVE_MARK}`);
        return 'occupied';
      }
      await run(
        `INSERT INTO ${MOVE_MARK} VALUES ($1, (SELECT pg_get_indexdef(oid) FROM pg_class WHERE oid = to_regclass('${GRAPH}')))`,
        [source],
      );
      await run(`DROP INDEX IF EXISTS ${GRAPH}`);
      return 'empty';
    });
  }

  async lastPlace(table: Table): Promise<Place | undefined> {
    const [row] = await this.#db.run<Row>(
      `SELECT ${table.key} FROM ${table.name} ORDER BY ${orderOf(table, ' DESC')} LIMIT 1`,
    );
    return row && placeOf(table, row);
  }

  async insert(table: Table, rows: readonly Row[]): Promise<void> {
    const columns = Object.entries(table.columns);
    const values: unknown[] = [];
    const lines = rows.map((row) => {
      const places = columns.map(([column, kind]) => {
        values.push(toColumn(kind, row[column] as Value));
        return `$${values.length}::${typeOf[kind]}`;
      });
      return `(${places})`;
    });
    await this.#db.run(
      `INSERT INTO ${table.name} (${columns.map(([column]) => column)}) OVERRIDING SYSTEM VALUE VALUES ${lines}`,
      values,
    );
  }

  async finish(lastNumbers: ReadonlyMap<Table, number>): Promise<void> {
    // Until it has counted its rows the planner does not know how to search them.
    for (const { name } of tables) await this.#db.run(`ANALYZE ${name}`);
    await this.#db.transaction(async (run) => {
      const [mark] = await run<{ graph: string | null }>(`SELECT graph FROM ${MOVE_MARK}`);
      // That of a partitioned table is described as if it were to be made without those of its partitions.
      if (mark?.graph) await run(mark.graph.replace(' ON ONLY ', ' ON '));
      for (const [{ name, numbered }, last] of lastNumbers) {
        if (numbered === undefined || last === 0) continue;
        const [sequence] = await run<{ name: string }>(sequenceOf, [name, numbered]);
        await run('SELECT setval($1::regclass, $2)', [sequence?.name, last]);
      }
      await run('DELETE FROM collection_counts');
      await run(COUNTED_ANEW);
      await run(FACES_NOTED);
      await run(FORMS_DUE);
      await run(SEARCH_DUE);
      await run(`DROP TABLE ${MOVE_MARK}`);
    });
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  #read<R extends object>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.#db.transaction(async (run: RunQuery) => {
      await run('SET TRANSACTION READ ONLY');
      return run<R>(sql, values);
    });
  }

  async #refuseOthers(): Promise<void> {
    for (const since = Date.now(); ; await delay(POLL_MS)) {
      const [other] = await this.#db.run<{ name: string }>(
        `SELECT application_name AS name FROM pg_stat_activity
         WHERE application_name IN ($1, $2) AND datname = current_database() AND pid <> pg_backend_pid() ORDER BY 1`,
        [SERVER, MOVE],
      );
      if (other === undefined) return;
      if (Date.now() < since + ENDING_MS) continue;
      if (other.name === SERVER) throw new OperatorError(`Servers are connected to ${this.name}; stop them first.`);
      throw new OperatorError(
        `Another move is connected to ${this.name}, or the database still does what a killed one sent.`,
      );
    }
  }

  async #requireSchema(): Promise<void> {
    const [row] = await this.#read<{ mark: string | null; schema: string | null }>(
      `SELECT to_regclass('${MOVE_MARK}')::text AS mark, to_regclass('schema_migrations')::text AS schema`,
    );
    if (row?.schema === null) throw new OperatorError(`${this.name} has never been used by a server.`);
    if (row?.mark) throw new OperatorError(`${this.name} is the target of a move that is not finished.`);
    const [last] = await this.#read<{ version: number }>('SELECT max(version) AS version FROM schema_migrations');
    if (last?.version !== migrations.length) {
      throw new OperatorError(`${this.name} is of another version; start and stop a server of this one on it once.`);
    }
  }
}

/** The sequence that numbers a column: faces, being partitioned, have one by a name of its own. */
const sequenceOf = `SELECT coalesce(pg_get_serial_sequence($1, $2), 'face_ids') AS name`;

function orderOf({ key, columns }: Table, direction = ''): string {
  return key.map((column) => `${column}${columns[column] === 'name' ? ' COLLATE "C"' : ''}${direction}`).join();
}

function mapRow(table: Table, row: Row, map: (kind: ColumnKind, value: Value) => Value): Row {
  const entries = Object.entries(table.columns).map(([column, kind]) => [column, map(kind, row[column] as Value)]);
  return Object.fromEntries(entries) as Row;
}

function fromColumn(kind: ColumnKind, value: Value): Value {
  if (!Buffer.isBuffer(value)) return value;
  if (kind === 'text') return value.toString('utf8');
  return kind === 'embedding' ? embeddingToBlob(fromVectorBytes(value)) : value;
}

function toColumn(kind: ColumnKind, value: Value): unknown {
  if (value === null) return null;
  if (kind === 'text') return Buffer.from(value as string, 'utf8');
  if (kind === 'time') return new Date(value as number);
  return kind === 'embedding' ? toVectorBytes(blobToEmbedding(value as Buffer)) : value;
}
