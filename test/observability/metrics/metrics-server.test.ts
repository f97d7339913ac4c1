import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Metrics } from '../../../src/observability/metrics/metrics.js';
import { serveMetrics } from '../../../src/observability/metrics/metrics-server.js';

const logger = { info: () => {}, error: () => {} };

async function served() {
  const server = await serveMetrics(new Metrics(() => undefined), { host: '127.0.0.1', port: 0 }, logger);
  onTestFinished(() => server.close());
  return `http://127.0.0.1:${server.port}`;
}

it('the metrics server answers GET /metrics in the text format, and nothing else', async () => {
  const origin = await served();
  const reply = await fetch(`${origin}/metrics`);
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await reply.text()).toContain('# TYPE facesearch_requests_total counter');
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${origin}/`)).status).toBe(404);
});

it('the metrics server fails to start when the port is taken', async () => {
  const occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void occupant.close());
  const { port } = occupant.address() as AddressInfo;
  await expect(serveMetrics(new Metrics(() => undefined), { host: '127.0.0.1', port }, logger)).rejects.toThrow(
    'EADDRINUSE',
  );
});
