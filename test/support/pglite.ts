import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { afterAll, beforeAll } from 'vitest';
import { PostgresStore } from '../../src/store/postgres/postgres-store.js';

/**
 * PostgreSQL with pgvector inside the test's process, behind a socket. It has one session, whatever connects: use one
 * connection at a time, or transactions only.
 */
export class TestDatabase {
  readonly #engine: PGlite;
  #server: PGLiteSocketServer;
  readonly port: number;

  static async start(): Promise<TestDatabase> {
    const engine = await PGlite.create({ extensions: { vector } });
    const server = new PGLiteSocketServer({ db: engine, port: 0, maxConnections: 20 });
    await server.start();
    const database = new TestDatabase(engine, server, Number(server.getServerConn().split(':').at(-1)));
    const store = database.store();
    await store.migrate();
    await store.close();
    return database;
  }

  private constructor(engine: PGlite, server: PGLiteSocketServer, port: number) {
    this.#engine = engine;
    this.#server = server;
    this.port = port;
  }

  get url(): string {
    return `postgres://postgres:postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** For a server that uses it. */
  get env(): Record<string, string> {
    return { DATABASE_URL: this.url, DATABASE_POOL: '1', DATABASE_TIMEOUT: '30000' };
  }

  /** Leaves the tables only. */
  async clear(): Promise<void> {
    await this.#engine.exec(
      'TRUNCATE tenants, api_keys, collections, users, faces, pending_object_deletions RESTART IDENTITY',
    );
  }

  /** Asks the engine itself. */
  async query(sql: string): Promise<object[]> {
    return (await this.#engine.query<object>(sql)).rows;
  }

  /** Ends every connection and takes no new one. */
  async goAway(): Promise<void> {
    await this.#server.stop();
  }

  async comeBack(): Promise<void> {
    this.#server = new PGLiteSocketServer({ db: this.#engine, port: this.port, maxConnections: 20 });
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await this.#engine.close();
  }

  /** A store on this database, as another server would have it. */
  store(): PostgresStore {
    return new PostgresStore({ url: this.url, connections: 1, timeout: 30_000 });
  }
}

/** One for all tests of a file or group. */
export function useTestDatabase(): () => TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await TestDatabase.start();
  });
  afterAll(() => database?.stop());
  return () => {
    if (!database) throw new Error('the database is there while tests run');
    return database;
  };
}
