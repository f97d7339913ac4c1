import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { networkList } from '../../src/events/addresses.js';
import { Dispatcher, type DispatcherParts } from '../../src/events/dispatcher.js';
import { HttpSender } from '../../src/events/http-sender.js';
import { TenantWebhooks } from '../../src/events/tenant-webhooks.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { eventTypes } from '../../src/persistence/webhooks/webhook-store.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { startReceiver } from './receiver.js';

const loopback = networkList(['127.0.0.1']);
const logger = { warn: vi.fn(), error: vi.fn() };

async function openStore(folder?: string) {
  const store = await SqliteStore.open(join(folder ?? (await temporaryFolder()), 'facesearch.sqlite'));
  onTestFinished(() => store.close());
  return store;
}

function dispatch(store: SqliteStore, parts: Partial<DispatcherParts> = {}) {
  const http = new HttpSender(loopback);
  const dispatcher = new Dispatcher({ store: store.webhooks, senderOf: () => http, logger, ...parts });
  onTestFinished(() => dispatcher.close());
  return dispatcher;
}

const match = (n: number) => ({ tenant: 'acme', type: 'match', data: { n } }) as const;
const told = (received: readonly { body: string }[]) => received.map(({ body }) => JSON.parse(body).data.n as number);

test('events are delivered in their order, each once where all goes well', async () => {
  const { received, url } = await startReceiver();
  const store = await openStore();
  const dispatcher = dispatch(store);
  const webhooks = new TenantWebhooks(store.webhooks, loopback, () => dispatcher.wake());
  await webhooks.add('acme', url, ['match']);
  for (let n = 0; n < 25; n++) await webhooks.publish(match(n));
  await webhooks.publish({ tenant: 'acme', type: 'deleted', data: {} });
  await vi.waitFor(async () => expect(await store.webhooks.backlog()).toEqual({ waiting: 0, dead: 0 }), 10_000);
  expect(told(received)).toEqual(Array.from({ length: 25 }, (_, n) => n));
});

test('a failed delivery is tried again, later and later, and given up in the end', async () => {
  const { received, url } = await startReceiver(() => 503);
  const store = await openStore();
  await store.webhooks.add('acme', { url, secret: 's', events: ['match'] });
  await store.webhooks.publish(match(1));
  const outcomes: string[] = [];
  dispatch(store, { backoffSeconds: [0.01, 0.01], onOutcome: (outcome) => outcomes.push(outcome) });
  await vi.waitFor(() => expect(outcomes).toEqual(['failed', 'failed', 'dead']), 10_000);
  expect(await store.webhooks.deadLetters('acme', 10)).toMatchObject([{ attempts: 3, error: 'HTTP 503' }]);
  // The same event, so that a receiver can tell that it has it.
  expect(new Set(received.map(({ headers }) => headers['facesearch-id'])).size).toBe(1);
  // And signed anew each time, so that none is too old to be taken.
  expect(received).toHaveLength(3);
});

test('a receiver that is down holds up no other webhook', async () => {
  const { received, url } = await startReceiver();
  const down = await startReceiver(() => 'never');
  const store = await openStore();
  await store.webhooks.add('acme', { url: down.url, secret: 's', events: eventTypes });
  await store.webhooks.add('acme', { url, secret: 's', events: eventTypes });
  for (let n = 0; n < 3; n++) await store.webhooks.publish(match(n));
  dispatch(store);
  await vi.waitFor(() => expect(told(received)).toEqual([0, 1, 2]), 10_000);
});

test('what a server had claimed when it stopped is delivered by the next', async () => {
  let status: number | 'never' = 'never';
  const { received, url } = await startReceiver(() => status);
  const folder = await temporaryFolder();
  const store = await openStore(folder);
  await store.webhooks.add('acme', { url, secret: 's', events: ['match'] });
  for (let n = 0; n < 3; n++) await store.webhooks.publish(match(n));
  const first = dispatch(store);
  await vi.waitFor(() => expect(received).toHaveLength(1), 10_000);
  // It waits for an answer; closing does not.
  await first.close();
  expect(await store.webhooks.list('acme')).toMatchObject([{ waiting: 3, dead: 0 }]);
  status = 200;
  received.length = 0;
  dispatch(store);
  await vi.waitFor(async () => expect(await store.webhooks.backlog()).toEqual({ waiting: 0, dead: 0 }), 10_000);
  expect(told(received)).toEqual([0, 1, 2]);
});

test('a store that fails for a while loses nothing', async () => {
  const { received, url } = await startReceiver();
  const store = await openStore();
  await store.webhooks.add('acme', { url, secret: 's', events: ['match'] });
  await store.webhooks.publish(match(1));
  const spy = vi.spyOn(store.webhooks, 'dueWebhooks').mockRejectedValueOnce(new Error('the disk is away'));
  dispatch(store);
  await vi.waitFor(() => expect(told(received)).toEqual([1]), 10_000);
  expect(spy.mock.calls.length).toBeGreaterThan(1);
  expect(logger.error).toHaveBeenCalled();
});

test.each([
  ['ftp://example.com', 'must be an http or https URL'],
  ['mqtt:', 'must be an http or https URL'],
  ['no URL', 'must be an http or https URL'],
  [`https://example.com/${'a'.repeat(2000)}`, 'must be an http or https URL'],
  ['https://user:word@example.com', 'must have no user'],
  ['https://example.com#part', 'must have no user, password or fragment'],
  ['http://192.168.1.5/hook', 'must not lead to a private network'],
  ['http://0x7f.1/hook', 'must not lead to a private network'],
  ['http://localhost:8123', 'must not lead to a private network'],
])('%s is no webhook', async (url, message) => {
  const store = await openStore();
  const webhooks = new TenantWebhooks(store.webhooks, networkList([]));
  await expect(webhooks.add('acme', url, eventTypes)).rejects.toThrow(message);
  expect(await webhooks.list('acme')).toEqual([]);
});

test('a tenant has at most 20 webhooks, each with a secret of its own', async () => {
  const store = await openStore();
  const webhooks = new TenantWebhooks(store.webhooks, networkList([]));
  const secrets = new Set<string>();
  for (let n = 0; n < 20; n++) secrets.add((await webhooks.add('acme', 'https://example.com', ['match'])).secret);
  expect(secrets.size).toBe(20);
  await expect(webhooks.add('acme', 'https://example.com', ['match'])).rejects.toThrow('at most 20');
  await webhooks.add('globex', 'https://example.com', ['match']);
});
