import { afterAll, beforeAll } from 'vitest';
import { startPglite } from '../../scripts/postgres/pglite-engine.js';
import { PostgresDatabase } from '../../src/persistence/people/postgres/database.js';
import { PostgresStore } from '../../src/persistence/people/postgres/postgres-store.js';
import { createOnRealEngine } from './real-engine.js';

/** A PostgreSQL with pgvector that can go away for a while. */
export interface Engine {
  readonly url: string;
  /** How many it takes at a time from one server. */
  readonly connections: number;
  /** Ends every connection and takes no new one. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

const TIMEOUT = 30_000;

/** A database for tests: in PGlite, or on the real PostgreSQL of TEST_DATABASE_URL. */
export class TestDatabase {
  readonly #engine: Engine;

  static async start(): Promise<TestDatabase> {
    const url = process.env.TEST_DATABASE_URL;
    const database = new TestDatabase(url ? await createOnRealEngine(url) : await startPglite());
    const store = database.store();
    await store.migrate();
    await store.close();
    return database;
  }

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  get url(): string {
    return this.#engine.url;
  }

  /** For a server that uses it. */
  get env(): Record<string, string> {
    return {
      DATABASE_URL: this.url,
      DATABASE_POOL: String(this.#engine.connections),
      DATABASE_TIMEOUT: String(TIMEOUT),
    };
  }

  /** Leaves the tables only. */
  async clear(): Promise<void> {
    await this.query(
      'TRUNCATE tenants, api_keys, collections, collection_counts, users, faces, staged_embeddings, attendance, templates, cohorts, cohort_members, scales, webhooks, deliveries, accounts, recovery_codes, sessions, failed_logins, pending_object_deletions RESTART IDENTITY',
    );
  }

  /** Asks over a connection of its own. */
  async query(sql: string): Promise<object[]> {
    const database = new PostgresDatabase({ url: this.url, connections: 1, timeout: TIMEOUT });
    try {
      return await database.run(sql);
    } finally {
      await database.close();
    }
  }

  goAway(): Promise<void> {
    return this.#engine.goAway();
  }

  comeBack(): Promise<void> {
    return this.#engine.comeBack();
  }

  stop(): Promise<void> {
    return this.#engine.stop();
  }

  /** A store on this database, as another server would have it. */
  store(): PostgresStore {
    return new PostgresStore({ url: this.url, connections: this.#engine.connections, timeout: TIMEOUT });
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
