import { expect, it } from 'vitest';
import { type GaugeSource, Metrics } from '../../../src/observability/metrics/metrics.js';
import { fakeApp, testKey } from '../../support/fake-app.js';
import { faceOf } from '../../support/fakes.js';
import { field, file, form } from '../../support/multipart.js';

const secrets = { id: 'id-4711', name: 'name-Mai', collection: 'staff-of-acme' };

async function measuredApp(source: () => GaugeSource | undefined = () => undefined) {
  const metrics = new Metrics(source);
  const app = await fakeApp({}, { metrics });
  const where = field('collection', secrets.collection);
  await app.post('/create', where, field('id', secrets.id), field('name', secrets.name));
  await app.post('/add', where, field('id', secrets.id), file('cos:1'));
  await app.post('/search', where, file('cos:0.92'));
  await app.post('/search', where, file('cos:0.62'));
  await app.post('/search', where, file('masked'));
  await app.post('/search_vector', where, field('vector', JSON.stringify([...faceOf(0.5)])));
  await app.post('/search', file('cos:1'));
  await app.target.send({ method: 'GET', path: '/nothing-4711', headers: { api_key: testKey } });
  await app.target.send({ method: 'GET', path: '/list', headers: { api_key: 'wrong' } });
  await app.target.send({ method: 'GET', path: '/health', absolute: true });
  return { app, lines: (await metrics.registry.metrics()).split('\n') };
}

it('metrics count requests by endpoint, HTTP status and code in the body', async () => {
  const { lines } = await measuredApp();
  expect(lines.filter((line) => line.startsWith('facesearch_requests_total')).sort()).toEqual(
    [
      'call="/health",status="200",code="200"} 1',
      'call="add",status="200",code="200"} 1',
      'call="create",status="200",code="200"} 1',
      'call="list",status="401",code="401"} 1',
      'call="search",status="200",code="200"} 1',
      'call="search",status="200",code="404"} 2',
      'call="search",status="200",code="406"} 1',
      'call="search_vector",status="200",code="404"} 1',
      'call="unknown",status="404",code="404"} 1',
    ].map((rest) => `facesearch_requests_total{${rest}`),
  );
  expect(lines).toContain('facesearch_request_duration_seconds_count{call="search"} 4');
});

it('metrics count refusals by group of the table of errors and reason', async () => {
  const { lines } = await measuredApp();
  for (const [labels, count] of [
    ['call="search",error="NOT_FOUND",reason="not-found"', 2],
    ['call="search",error="NOT_FULL_FACE",reason="too-close"', 1],
    ['call="list",error="UNKNOWN_KEY",reason="unknown-key"', 1],
    ['call="unknown",error="UNKNOWN_ROUTE",reason="unknown-route"', 1],
  ])
    expect(lines).toContain(`facesearch_refusals_total{${labels}} ${count}`);
});

it('metrics time the stages that the log has, and count similarities, also of people not found', async () => {
  const { lines } = await measuredApp();
  // The add, three searches that were embedded, and the one whose photo was refused.
  expect(lines).toContain('facesearch_stage_duration_seconds_count{stage="decode"} 5');
  expect(lines).toContain('facesearch_stage_duration_seconds_sum{stage="find"} 0.003');
  expect(lines).toContain('facesearch_stage_duration_seconds_sum{stage="embed"} 0.008');
  // The search of a collection without anybody has no candidate.
  expect(lines).toContain('facesearch_search_similarity_count{call="search"} 2');
  expect(lines).toContain('facesearch_search_similarity_bucket{le="0.65",call="search"} 1');
  expect(lines).toContain('facesearch_search_similarity_count{call="search_vector"} 1');
});

it('metrics show queue, workers and indexes at each scrape, and 0 before the start', async () => {
  let source: GaugeSource | undefined;
  const { registry } = new Metrics(() => source);
  expect(await registry.metrics()).toMatch(/^facesearch_ready 0$/m);
  source = {
    ...{ queued: 3, workers: 2 },
    size: async () => ({ collections: 5, faces: 700 }),
    backlog: async () => ({ waiting: 4, dead: 1 }),
  };
  const text = await registry.metrics();
  const gauges = ['queue_depth 3', 'workers 2', 'index_collections 5', 'webhook_waiting 4', 'webhook_dead 1'];
  for (const line of ['ready 1', 'index_faces 700', ...gauges])
    expect(text.split('\n')).toContain(`facesearch_${line}`);
  source = { ...source, size: () => Promise.reject(new Error('the database is away')) };
  expect((await registry.metrics()).split('\n')).toEqual(
    expect.arrayContaining(['facesearch_ready 1', 'facesearch_index_faces Nan']),
  );
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  expect(text).toMatch(/^process_resident_memory_bytes /m);
});

it('metrics have no key, tenant, collection, id, name or made-up URL in their labels', async () => {
  const text = (await measuredApp()).lines.join('\n');
  for (const secret of [...Object.values(secrets), testKey, 'acme', 'nothing-4711']) expect(text).not.toContain(secret);
});

it('metrics count all pages for browsers as one route each', async () => {
  const metrics = new Metrics(() => undefined);
  const { target } = await fakeApp({}, { metrics });
  for (const path of ['/console', '/console/main.js', '/console/pages/people.js', '/docs', '/docs/json'])
    await target.send({ method: 'GET', path, absolute: true });
  const lines = (await metrics.registry.metrics()).split('\n');
  expect(lines).toContain('facesearch_requests_total{call="/console",status="200",code="200"} 3');
  expect(lines).toContain('facesearch_requests_total{call="/docs",status="200",code="200"} 2');
});

it('metrics keep few labels, whatever clients send', async () => {
  const metrics = new Metrics(() => undefined);
  const { target } = await fakeApp({}, { metrics });
  for (let i = 0; i < 20; i++) {
    const headers = { api_key: testKey };
    await target.send({ method: 'GET', path: `/made-up-${i}`, headers });
    await target.send({ method: 'GET', path: `/%zz${i}`, headers });
    await target.send({ method: 'POST', path: '/search', headers, body: form(field('file', `not base64 ${i}!`)) });
    await target.send({ method: 'POST', path: '/search', headers: { ...headers, 'content-type': `a/b${i}` } });
  }
  const json = await metrics.registry.getMetricsAsJSON();
  const refusals = json.find(({ name }) => name === 'facesearch_refusals_total');
  expect(refusals?.values.length).toBeLessThan(8);
});
