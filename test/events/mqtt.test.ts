import { createServer } from 'node:net';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { expect, onTestFinished, test, vi } from 'vitest';
import { networkList } from '../../src/events/addresses.js';
import { startDelivery } from '../../src/events/delivery.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';

/** A broker on loopback, which may go away and come back on its port. */
async function startBroker(port = 0) {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = async () => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as { port: number }).port, stop };
}

/** What is published under a topic, as topic and text. */
async function listen(port: number, topic: string) {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  onTestFinished(() => client.endAsync(true));
  const messages: { topic: string; text: string; retain: boolean }[] = [];
  client.on('message', (topic, payload, { retain }) => messages.push({ topic, text: payload.toString(), retain }));
  await client.subscribeAsync(topic, { qos: 1 });
  return messages;
}

async function openStore() {
  const store = await SqliteStore.open(join(await temporaryFolder(), 'facesearch.sqlite'));
  onTestFinished(() => store.close());
  return store;
}

const permitted = networkList([]);
const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const mqttAt = (port: number, tenant = 'acme/door') => ({
  url: `mqtt://127.0.0.1:${port}`,
  tenant,
  topic: 'facesearch',
  discovery: 'homeassistant',
});

test('events are published, Home Assistant is told how to show them, and the broker knows when the server is gone', async () => {
  const broker = await startBroker();
  onTestFinished(broker.stop);
  const messages = await listen(broker.port, '#');
  const store = await openStore();
  const delivery = await startDelivery({ store: store.webhooks, permitted, mqtt: mqttAt(broker.port), logger });
  await store.webhooks.publish({ tenant: 'acme/door', type: 'match', data: { id: 'an', name: 'An', similarity: 0.9 } });
  await store.webhooks.publish({ tenant: 'globex', type: 'match', data: { id: 'of globex' } });
  await vi.waitFor(() => expect(messages.filter(({ topic }) => topic.endsWith('/event'))).toHaveLength(1), 10_000);
  const textOf = (topic: string) => messages.find((message) => message.topic === topic)?.text ?? '{}';
  expect(JSON.parse(textOf('facesearch/acme%2Fdoor/event'))).toMatchObject({
    event_type: 'match',
    id: 'an',
    name: 'An',
    similarity: 0.9,
    tenant: 'acme/door',
  });
  const event = JSON.parse(textOf('homeassistant/event/facesearch_acme_2Fdoor/event/config'));
  expect(event).toMatchObject({
    state_topic: 'facesearch/acme%2Fdoor/event',
    availability_topic: 'facesearch/acme%2Fdoor/status',
    event_types: expect.arrayContaining(['match', 'no_match', 'enrolled', 'deleted', 'refused', 'recognised']),
    device: { name: 'FaceSearch acme/door' },
  });
  const sensor = JSON.parse(textOf('homeassistant/sensor/facesearch_acme_2Fdoor/last_seen/config'));
  expect(sensor).toMatchObject({ device: event.device, unique_id: expect.not.stringMatching(event.unique_id) });
  expect(textOf('facesearch/acme%2Fdoor/status')).toBe('online');
  await delivery.close();
  await vi.waitFor(() =>
    expect(messages.at(-1)).toMatchObject({ topic: 'facesearch/acme%2Fdoor/status', text: 'offline' }),
  );
  // A client that comes later finds the announcement and the status, not the event of a moment that is over.
  const later = await listen(broker.port, '#');
  await vi.waitFor(() => expect(later.length).toBeGreaterThanOrEqual(3));
  expect(later.every(({ retain }) => retain)).toBe(true);
  expect(later.map(({ topic }) => topic)).not.toContain('facesearch/acme%2Fdoor/event');
});

test('events wait for a broker that is away', async () => {
  const first = await startBroker();
  const store = await openStore();
  await first.stop();
  const delivery = await startDelivery({ store: store.webhooks, permitted, mqtt: mqttAt(first.port), logger });
  onTestFinished(() => delivery.close());
  await store.webhooks.publish({ tenant: 'acme/door', type: 'match', data: { id: 'an' } });
  await vi.waitFor(() => expect(logger.warn).toHaveBeenCalled(), 10_000);
  const broker = await startBroker(first.port);
  onTestFinished(broker.stop);
  const messages = await listen(broker.port, 'facesearch/+/event');
  await vi.waitFor(() => expect(messages).toHaveLength(1), { timeout: 30_000, interval: 200 });
  expect(JSON.parse(messages[0]?.text ?? '')).toMatchObject({ id: 'an' });
}, 60_000);

test('without a broker nothing waits for one, and a change of its tenant moves it', async () => {
  const store = await openStore();
  const start = async (mqtt: ReturnType<typeof mqttAt> | undefined) => {
    const delivery = await startDelivery({ store: store.webhooks, permitted, mqtt, logger });
    await delivery.close();
    return (await store.webhooks.listeners()).map(({ tenant, url }) => [tenant, url]);
  };
  expect(await start(undefined)).toEqual([]);
  expect(await start(mqttAt(1, 'acme'))).toEqual([['acme', 'mqtt:']]);
  expect(await start(mqttAt(1, 'globex'))).toEqual([['globex', 'mqtt:']]);
  expect(await start(undefined)).toEqual([]);
});
