import { type PoolClient, TypeOverrides, types } from 'pg';
import { StoreError } from '../../store-error.js';
import { urlsOfHosts } from './hosts.js';
import { asConnectError, asPostgresError } from './postgres-error.js';
import { Primary } from './primary.js';

export interface DatabaseOptions {
  /** postgres://user:password@host:port/name, or several hosts with commas between them. */
  url: string;
  /** Most connections at a time; calls beyond wait for one. */
  connections: number;
  /** Milliseconds that a connection or a statement may take. */
  timeout: number;
  /** What the database knows its connections by. */
  name?: string;
}

/** The name of a server's connections. */
export const SERVER = 'facesearch';

/** Runs one statement. Values travel apart from the SQL; a Buffer as it is, in binary. */
export type RunQuery = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

/** How many candidates a search of the graph keeps: more find more of the nearest, and take longer. */
const EF_SEARCH = 250;

/** How long the network may take on top of a statement, before the connection counts as dead. */
const NETWORK_MS = 1000;

/**
 * A pool of connections. A broken one is thrown away and the next call makes another, so that a database that comes
 * back is used at once. Calls reject with a StoreError when the database cannot do what is asked.
 */
export class PostgresDatabase {
  readonly #primary: Primary;
  readonly #subject: string;
  #closed: Promise<void> | undefined;

  constructor({ url, connections, timeout, name = SERVER }: DatabaseOptions) {
    const places = urlsOfHosts(url).map((each) => new URL(each));
    this.#subject = `The database ${places.map(({ host }) => host).join()}${places[0]?.pathname}`;
    const numbers = new TypeOverrides();
    // Numbers of rows stay far below 2^53.
    numbers.setTypeParser(types.builtins.INT8, Number);
    this.#primary = new Primary(url, {
      types: numbers,
      max: connections,
      connectionTimeoutMillis: timeout,
      query_timeout: timeout + NETWORK_MS,
      keepAlive: true,
      application_name: name,
      // As statements: poolers refuse unknown parameters of the start. A setting takes no parameter; these are numbers.
      onConnect: async (client) => {
        await client.query(
          `SET statement_timeout = ${timeout}; SET idle_in_transaction_session_timeout = ${timeout};
           SET hnsw.iterative_scan = strict_order; SET hnsw.ef_search = ${EF_SEARCH}`,
        );
      },
    });
  }

  /** One statement, a transaction of its own. */
  readonly run: RunQuery = (sql, values = []) => this.#connected((run) => run(sql, values));

  /** All of `work` happens, or nothing. */
  transaction<T>(work: (run: RunQuery) => Promise<T>): Promise<T> {
    return this.#connected(async (run) => {
      await run('BEGIN');
      try {
        const result = await work(run);
        await this.#commit(run);
        return result;
      } catch (error) {
        // After a StoreError the connection is thrown away, and its transaction with it.
        if (!(error instanceof StoreError)) await run('ROLLBACK').catch(asUnusable);
        throw error;
      }
    });
  }

  /** Waits for the calls under way. */
  close(): Promise<void> {
    this.#closed ??= this.#primary.close();
    return this.#closed;
  }

  /** @param work on one connection, which is used again unless the database failed */
  async #connected<T>(work: (run: RunQuery) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    // Between two statements nobody else listens.
    const lost = () => undefined;
    client.on('error', lost);
    const run: RunQuery = async (sql, values = []) => {
      try {
        return (await client.query(sql, [...values])).rows;
      } catch (error) {
        throw asPostgresError(error, this.#subject);
      }
    };
    let broken = false;
    try {
      return await work(run);
    } catch (error) {
      broken = error instanceof StoreError;
      if (error instanceof StoreError && error.trouble === 'read-only') this.#primary.isReplica(client);
      throw error;
    } finally {
      client.off('error', lost);
      client.release(broken);
    }
  }

  async #commit(run: RunQuery): Promise<void> {
    try {
      await run('COMMIT');
    } catch (error) {
      if (!(error instanceof StoreError) || (error.trouble !== 'unreachable' && error.trouble !== 'slow')) throw error;
      throw new StoreError('uncertain', this.#subject, { cause: error.cause });
    }
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#primary.connect();
    } catch (error) {
      throw asConnectError(error, this.#subject);
    }
  }
}

/** A connection that cannot even roll back is thrown away. */
function asUnusable(error: unknown): never {
  throw error instanceof StoreError ? error : new StoreError('failed', 'The connection', { cause: error });
}
