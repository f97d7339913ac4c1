import { Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** How long clients with open connections may still send, and be told to go, after a close has begun. */
const FAREWELL_MS = 500;

/**
 * Ends connections gently when the app closes. New ones are refused at once, so that a balancer asks another server. For
 * a moment, replies say `connection: close`, so that a client that keeps its connection alive loses no request; then connections on which no request is running are cut, those included
 * that never sent one and would hold up the close until its grace is over.
 */
export function endConnectionsOnClose(app: FastifyInstance): void {
  let closing = false;
  /** By the client's end: with TLS, a request names another socket than the connection that it came over. */
  const connections = new Map<string, { socket: Socket; requests: number }>();

  app.server.on('connection', (socket: Socket) => {
    const end = clientEndOf(socket);
    connections.set(end, { socket, requests: 0 });
    socket.once('close', () => {
      if (connections.get(end)?.socket === socket) connections.delete(end);
    });
  });
  app.server.on('request', ({ socket }, response) => {
    const connection = connections.get(clientEndOf(socket));
    if (!connection) return;
    connection.requests++;
    response.once('close', () => connection.requests--);
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    if (closing) reply.header('connection', 'close');
    return payload;
  });
  app.addHook('preClose', async () => {
    closing = true;
    const ended = stopListening(app.server);
    if (connections.size > 0) await delay(FAREWELL_MS);
    for (const { socket, requests } of connections.values()) if (requests === 0) socket.destroy();
    await ended;
  });
}

/** @returns when the last connection has ended. Not by the close of HTTP's server, which cuts idle connections first */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => Server.prototype.close.call(server, () => resolve()));
}

function clientEndOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
