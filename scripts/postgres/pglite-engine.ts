import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** A PostgreSQL with pgvector in this process. */
export interface PgliteEngine {
  readonly url: string;
  /** How many it takes at a time from one server. */
  readonly connections: number;
  /** Ends every connection and takes no new one. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * PostgreSQL with pgvector inside this process, behind a socket. It has one session, whatever connects: use one
 * connection at a time, or transactions only.
 */
export async function startPglite(): Promise<PgliteEngine> {
  const engine = await PGlite.create({ extensions: { vector } });
  const listen = async (port: number) => {
    const server = new PGLiteSocketServer({ db: engine, port, maxConnections: 20 });
    await server.start();
    return server;
  };
  let server = await listen(0);
  const port = Number(server.getServerConn().split(':').at(-1));
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    connections: 1,
    goAway: () => server.stop(),
    async comeBack() {
      server = await listen(port);
    },
    async stop() {
      await server.stop();
      await engine.close();
    },
  };
}
