import { setTimeout } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { type Delivery, eventTypes } from '../persistence/webhooks/webhook-store.js';
import { serverVersion } from '../util/version.js';
import { messageOf, type Sender } from './sender.js';

/** How long the broker may take to confirm, and how long when the server closes. */
const TIMEOUT_MS = 10_000;
const FAREWELL_MS = 1000;

/** What a client that comes later shall find. */
const RETAINED = { qos: 1, retain: true } as const;

export interface MqttOptions {
  /** `mqtt://host:1883` or `mqtts://…`, with user and password where the broker asks for them. */
  url: string;
  tenant: string;
  /** What topics begin with. */
  topic: string;
  /** Topic under which Home Assistant looks for devices; undefined: none is announced. */
  discovery: string | undefined;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Publishes events at an MQTT broker, with QoS 1 and not retained. Topics are `<topic>/<tenant>/event`; whether the
 * server is there lies, retained, at `<topic>/<tenant>/status`, which the broker sets to `offline` when it is gone.
 */
export class MqttSender implements Sender {
  readonly #client: MqttClient;
  readonly #topics: ReturnType<typeof topicsOf>;

  /** The package is loaded only here. Connects in the background, again and again. */
  static async open(options: MqttOptions): Promise<MqttSender> {
    const { connect } = await import('mqtt');
    const topics = topicsOf(options);
    const client = connect(options.url, {
      clientId: `facesearch-${topics.node}-${process.pid}`,
      connectTimeout: TIMEOUT_MS,
      // Deliveries wait in the outbox, not in memory.
      queueQoSZero: false,
      will: { topic: topics.status, payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    return new MqttSender(client, topics, options);
  }

  private constructor(client: MqttClient, topics: ReturnType<typeof topicsOf>, options: MqttOptions) {
    this.#client = client;
    this.#topics = topics;
    const { logger, discovery } = options;
    let isWarned = false;
    client.on('connect', () => {
      isWarned = false;
      logger.info('connected to the MQTT broker');
      client.publish(topics.status, 'online', RETAINED);
      if (discovery === undefined) return;
      for (const [topic, config] of Object.entries(discoveryOf(topics, discovery)))
        client.publish(topic, JSON.stringify(config), RETAINED);
    });
    // Once for each time that it goes away; the message of a broker may repeat its address, the code does not.
    client.on('error', (error) => {
      const { code } = error as { code?: unknown };
      if (!isWarned) logger.warn({ code }, 'the MQTT broker cannot be reached; tried again');
      isWarned = true;
    });
  }

  async send(delivery: Delivery, closing: AbortSignal): Promise<void> {
    if (!this.#client.connected) throw new Error('the MQTT broker is not connected');
    const { type, data, ...message } = messageOf(delivery);
    // Home Assistant's event entities go by `event_type`, and templates by members of the first level.
    const payload = JSON.stringify({ event_type: type, ...message, ...data });
    const ended = AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)]);
    await new Promise<void>((resolve, reject) => {
      ended.onabort = () => reject(new Error(`the MQTT broker did not confirm within ${TIMEOUT_MS / 1000} s`));
      this.#client.publish(this.#topics.event, payload, { qos: 1 }, (error) => {
        ended.onabort = null;
        if (error) reject(new Error('the MQTT broker did not take it'));
        else resolve();
      });
    });
  }

  async close(): Promise<void> {
    // A broker that goes away at the same time says it by itself: nobody waits for its confirmation.
    const told = this.#client.connected && this.#client.publishAsync(this.#topics.status, 'offline', RETAINED);
    await Promise.race([Promise.resolve(told).catch(() => undefined), setTimeout(FAREWELL_MS)]);
    await this.#client.endAsync(true);
  }
}

function topicsOf({ topic, tenant }: Pick<MqttOptions, 'topic' | 'tenant'>) {
  // A tenant's name may hold what means something in a topic.
  const name = encodeURIComponent(tenant);
  const node = `facesearch_${name.replace(/[^\w-]/g, '_')}`;
  return { node, tenant, event: `${topic}/${name}/event`, status: `${topic}/${name}/status` };
}

/** Messages that make Home Assistant show a device with an event and the person seen last, by topic. */
function discoveryOf({ node, tenant, event, status }: ReturnType<typeof topicsOf>, prefix: string) {
  const device = { identifiers: [node], name: `FaceSearch ${tenant}`, sw_version: serverVersion };
  const common = { device, availability_topic: status };
  return {
    [`${prefix}/event/${node}/event/config`]: {
      ...common,
      name: 'Event',
      unique_id: `${node}_event`,
      state_topic: event,
      event_types: eventTypes,
    },
    [`${prefix}/sensor/${node}/last_seen/config`]: {
      ...common,
      name: 'Last seen',
      unique_id: `${node}_last_seen`,
      state_topic: event,
      icon: 'mdi:face-recognition',
      // Other events leave what is shown.
      value_template:
        "{{ (value_json.name or value_json.id) if value_json.event_type in ['match', 'recognised'] else this.state }}",
    },
  };
}
