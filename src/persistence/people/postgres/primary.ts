import { type ClientBase, Pool, type PoolClient, type PoolConfig } from 'pg';
import { urlsOfHosts } from './hosts.js';

/**
 * The database at one of several hosts: the one that takes writes, as libpq's target_session_attrs=read-write has it.
 * When it goes away, or becomes a replica, the next one that is asked and writable takes its place.
 */
export class Primary {
  readonly #pools: readonly Pool[];
  readonly #hostOf = new WeakMap<PoolClient, number>();
  #current = 0;

  /** @param url with the hosts separated by commas, each with its port */
  constructor(url: string, options: PoolConfig) {
    const urls = urlsOfHosts(url);
    const { onConnect } = options;
    this.#pools = urls.map(
      (connectionString) =>
        new Pool({
          ...options,
          connectionString,
          async onConnect(client) {
            await onConnect?.(client);
            // Of a single one, reads are better than nothing.
            if (urls.length > 1) await requireWritable(client);
          },
        }),
    );
    // A connection that breaks while idle has left the pool; the next query that needs one hears of real trouble.
    for (const pool of this.#pools) pool.on('error', () => undefined);
  }

  /** A connection to be released. @throws what the first host said, when none takes writes */
  async connect(): Promise<PoolClient> {
    let failure: unknown;
    for (const _ of this.#pools) {
      const host = this.#current;
      try {
        const client = await (this.#pools[host] as Pool).connect();
        this.#hostOf.set(client, host);
        return client;
      } catch (error) {
        failure ??= error;
        this.#leave(host);
      }
    }
    throw failure;
  }

  /** What this connection leads to takes no writes any more. */
  isReplica(client: PoolClient): void {
    const host = this.#hostOf.get(client);
    if (host !== undefined) this.#leave(host);
  }

  /** Waits for the connections that are in use. */
  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.end()));
  }

  /** Of several calls that find the same host away, the first moves on. */
  #leave(host: number): void {
    if (this.#current === host) this.#current = (host + 1) % this.#pools.length;
  }
}

async function requireWritable(client: ClientBase): Promise<void> {
  const { rows } = await client.query('SHOW transaction_read_only');
  if (rows[0]?.transaction_read_only === 'off') return;
  throw Object.assign(new Error('cannot write to a replica'), { code: '25006' });
}
