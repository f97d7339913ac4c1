import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.js';

export interface MetricsServer {
  /** The port that it listens on. */
  port: number;
  close(): Promise<void>;
}

/**
 * Answers GET /metrics in Prometheus' text format, on a port of its own, so that a scraper need not be able to
 * reach the API, and the other way round. It asks for no key.
 * @param port 0 takes any free one
 * @throws Error when the port cannot be listened on
 */
export async function serveMetrics(
  metrics: Metrics,
  { host, port }: { host: string; port: number },
  logger: Pick<Logger, 'info' | 'error'>,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path !== '/metrics') return answer(response, 404, 'Only /metrics is served here.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'Only GET is served.\n');
    metrics.registry.metrics().then(
      (text) => answer(response, 200, text, metrics.registry.contentType),
      (err: unknown) => {
        logger.error({ err }, 'the metrics could not be read');
        answer(response, 500, 'Internal error\n');
      },
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  logger.info({ host, port: bound }, 'metrics are served');
  return {
    port: bound,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}
