import type { BlockList } from 'node:net';
import type { Logger } from 'pino';
import { eventTypes, MQTT_TARGET, type WebhookStore } from '../persistence/webhooks/webhook-store.js';
import { type DeliveryOutcome, Dispatcher } from './dispatcher.js';
import { HttpSender } from './http-sender.js';
import { type MqttOptions, MqttSender } from './mqtt-sender.js';

export interface DeliveryOptions {
  /** Closed by its owner. */
  store: WebhookStore;
  /** Private networks that webhooks may lead to. */
  permitted: BlockList;
  /** Undefined where no broker is configured. */
  mqtt: Omit<MqttOptions, 'logger'> | undefined;
  onOutcome?: (outcome: DeliveryOutcome) => void;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Deliveries under way. */
export interface Delivery {
  /** Something has come into the outbox. */
  wake: () => void;
  /** Ends the tries under way; what they would have delivered is for the next start, or for another server. */
  close(): Promise<void>;
}

/** Begins to deliver what lies in the outbox, by HTTP and, where a broker is configured, by MQTT. */
export async function startDelivery({ store, permitted, mqtt, onOutcome, logger }: DeliveryOptions): Promise<Delivery> {
  await followBroker(store, mqtt?.tenant);
  const http = new HttpSender(permitted);
  const broker = mqtt && (await MqttSender.open({ ...mqtt, logger }));
  const senderOf = (url: string) => (url === MQTT_TARGET ? broker : http);
  const dispatcher = new Dispatcher({ store, senderOf, logger, ...(onOutcome && { onOutcome }) });
  return {
    wake: () => dispatcher.wake(),
    async close() {
      await dispatcher.close();
      await broker?.close();
    },
  };
}

/** The broker is a webhook of its tenant, so that the outbox and its transactions serve it as well. */
async function followBroker(store: WebhookStore, tenant: string | undefined): Promise<void> {
  const present = (await store.listeners()).filter(({ url }) => url === MQTT_TARGET);
  for (const each of present) if (each.tenant !== tenant) await store.remove(each.tenant, each.webhookId);
  if (tenant === undefined || present.some((each) => each.tenant === tenant)) return;
  await store.add(tenant, { url: MQTT_TARGET, secret: '', events: eventTypes });
}
