import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { projectRoot } from '../../src/util/paths.js';

const script = join(projectRoot, 'scripts', 'postgres', 'real-engine.sh');

/** The first of the ports that the tests use: for the database that tests share, a scenario's own, and its replica. */
export const FIRST_PORT = Number(process.env.TEST_POSTGRES_PORT ?? 55_450);
export const ports = { shared: FIRST_PORT, own: FIRST_PORT + 1, replica: FIRST_PORT + 2 };

/** A real PostgreSQL with pgvector on a port of the loopback, with data of its own, which can be killed. */
export class PostgresServer {
  readonly #port: number;
  readonly #settings: string[];

  /** With an empty cluster. @param settings as in postgresql.conf, such as `fsync=off` */
  static async start(port: number = ports.own, settings: readonly string[] = []): Promise<PostgresServer> {
    const server = new PostgresServer(port, settings);
    await server.remove();
    await server.start();
    return server;
  }

  /** Of a server on this port, also while there is none. */
  static urlOf(port: number): string {
    return `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  private constructor(port: number, settings: readonly string[]) {
    this.#port = port;
    this.#settings = settings.flatMap((setting) => ['--set', setting]);
  }

  /** Host and port, as they stand in a URL. */
  get place(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Leads to it as a superuser. */
  get url(): string {
    return PostgresServer.urlOf(this.#port);
  }

  /** After `stop` or `kill`; resolves when it takes connections. */
  start(): Promise<void> {
    return this.#do('start', ...this.#settings);
  }

  /** In an orderly way. */
  stop(): Promise<void> {
    return this.#do('stop');
  }

  /** Every process of it at once, as a power cut would. */
  kill(): Promise<void> {
    return this.#do('kill');
  }

  /** A streaming replica of it. */
  async replica(port: number = ports.replica): Promise<PostgresServer> {
    const replica = new PostgresServer(port, []);
    await replica.remove();
    await replica.#do('replica', '--of', String(this.#port));
    return replica;
  }

  /** A replica takes writes when this resolves. */
  promote(): Promise<void> {
    return this.#do('promote');
  }

  /** Stops it and deletes its data. */
  remove(): Promise<void> {
    return this.#do('remove');
  }

  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = await this.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** To be ended by the caller. */
  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async #do(command: string, ...options: string[]): Promise<void> {
    await realEngine(command, '--port', String(this.#port), ...options);
  }
}

/** Runs a command of scripts/postgres/real-engine.sh. @throws Error with what it says */
export async function realEngine(...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(script, args)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${args.join(' ')}: ${`${stdout}${stderr}`.trim() || message}`);
  }
}
