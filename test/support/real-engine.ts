import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Client } from 'pg';
import type { Engine } from './test-database.js';

/**
 * An empty database of its own on a PostgreSQL that runs, behind a relay that can go away.
 * @param url leads to any database of it, as a role that may create databases
 */
export async function createOnRealEngine(url: string): Promise<Engine> {
  const name = `test_${process.pid}_${Date.now()}`;
  await administer(url, `CREATE DATABASE ${name}`);
  const { hostname, port } = new URL(url);
  const relay = new Relay(hostname, Number(port || 5432));
  await relay.comeBack();
  const through = new URL(url);
  through.host = `127.0.0.1:${relay.port}`;
  through.pathname = `/${name}`;
  return {
    url: through.href,
    connections: 4,
    goAway: () => relay.goAway(),
    comeBack: () => relay.comeBack(),
    async stop() {
      await relay.goAway();
      await administer(url, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** Passes bytes on to a port. */
class Relay {
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();
  #server = createServer();
  port = 0;

  constructor(host: string, port: number) {
    this.#target = { host, port };
  }

  async comeBack(): Promise<void> {
    this.#server = createServer((incoming) => {
      const outgoing = connect(this.#target);
      for (const [from, to] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async goAway(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
