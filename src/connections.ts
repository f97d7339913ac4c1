import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** How long clients with open connections may still send, and be told to go, after a close has begun. */
const FAREWELL_MS = 500;

/**
 * Ends connections gently when the app closes: for a moment, replies say `connection: close`, so that a client that
 * keeps its connection alive loses no request; then connections on which no request is running are cut, those included
 * that never sent one and would hold up the close until its grace is over.
 */
export function endConnectionsOnClose(app: FastifyInstance): void {
  let closing = false;
  /** Running requests by connection. */
  const running = new Map<Socket, number>();

  app.server.on('connection', (socket: Socket) => {
    running.set(socket, 0);
    socket.once('close', () => running.delete(socket));
  });
  app.server.on('request', ({ socket }, response) => {
    const count = (change: number) => running.has(socket) && running.set(socket, (running.get(socket) ?? 0) + change);
    count(1);
    response.once('close', () => count(-1));
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    if (closing) reply.header('connection', 'close');
    return payload;
  });
  app.addHook('preClose', async () => {
    closing = true;
    if (running.size > 0) await delay(FAREWELL_MS);
    for (const [socket, requests] of running) if (requests === 0) socket.destroy();
  });
}
