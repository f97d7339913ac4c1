import { randomBytes } from 'node:crypto';
import type { BlockList } from 'node:net';
import { isIP } from 'node:net';
import {
  type DeadLetter,
  type EventType,
  MQTT_TARGET,
  type NewEvent,
  type StoredWebhook,
  type WebhookStore,
} from '../persistence/webhooks/webhook-store.js';
import { requirePermitted } from './addresses.js';

/** Webhooks of one tenant at most. */
export const MAX_WEBHOOKS = 20;

const MAX_URL = 2000;
/** Dead letters that are shown. */
const SHOWN_LETTERS = 100;
/** How long it is remembered who listens: another server, or a command, may have added a webhook. */
const LISTENERS_MS = 2000;

/** A webhook that cannot be added. The message says why. */
export class WebhookError extends Error {
  override name = 'WebhookError';
}

/** What the endpoints and the command do with a tenant's webhooks. */
export interface WebhookDirectory {
  /** @returns its number, and the secret, which is shown only now @throws WebhookError */
  add(tenant: string, url: string, events: readonly EventType[]): Promise<{ webhookId: number; secret: string }>;
  list(tenant: string): Promise<StoredWebhook[]>;
  /** False where the tenant has no such webhook. */
  remove(tenant: string, webhookId: number): Promise<boolean>;
  /** The newest 100, the newest first. */
  deadLetters(tenant: string): Promise<DeadLetter[]>;
  /** @returns how many are tried again; undefined where the tenant has no such webhook */
  retry(tenant: string, webhookId: number): Promise<number | undefined>;
  /** Puts an event into the outbox where a webhook of the tenant listens to it. */
  publish(event: NewEvent): Promise<void>;
}

/** Webhooks in a store. */
export class TenantWebhooks implements WebhookDirectory {
  readonly #store: WebhookStore;
  readonly #permitted: BlockList;
  readonly #onQueued: () => void;
  #listening: { until: number; who: Promise<Set<string>> } | undefined;

  /**
   * @param permitted private networks that webhooks may lead to
   * @param onQueued told when something may have come into the outbox
   */
  constructor(store: WebhookStore, permitted: BlockList, onQueued: () => void = () => {}) {
    this.#store = store;
    this.#permitted = permitted;
    this.#onQueued = onQueued;
  }

  async add(tenant: string, url: string, events: readonly EventType[]) {
    const target = this.#checkedUrl(url);
    const present = await this.#store.list(tenant);
    if (present.length >= MAX_WEBHOOKS) throw new WebhookError(`must be one of at most ${MAX_WEBHOOKS} of a tenant`);
    const secret = `whsec_${randomBytes(32).toString('base64url')}`;
    const webhookId = await this.#store.add(tenant, { url: target, secret, events });
    this.#listening = undefined;
    return { webhookId, secret };
  }

  list(tenant: string): Promise<StoredWebhook[]> {
    return this.#store.list(tenant);
  }

  async remove(tenant: string, webhookId: number): Promise<boolean> {
    const removed = await this.#store.remove(tenant, webhookId);
    this.#listening = undefined;
    return removed;
  }

  deadLetters(tenant: string): Promise<DeadLetter[]> {
    return this.#store.deadLetters(tenant, SHOWN_LETTERS);
  }

  async retry(tenant: string, webhookId: number): Promise<number | undefined> {
    const retried = await this.#store.retry(tenant, webhookId);
    this.#onQueued();
    return retried;
  }

  async publish(event: NewEvent): Promise<void> {
    const listening = await this.#listeners();
    if (!listening.has(listenerKey(event.tenant, event.type))) return;
    await this.#store.publish(event);
    this.#onQueued();
  }

  /** Asked for by every search, and of the store every two seconds. */
  #listeners(): Promise<Set<string>> {
    const now = Date.now();
    if (!this.#listening || this.#listening.until <= now) {
      const who = this.#store
        .listeners()
        .then((all) => new Set(all.flatMap(({ tenant, events }) => events.map((type) => listenerKey(tenant, type)))));
      this.#listening = { until: now + LISTENERS_MS, who };
      // A store that does not answer is asked again by the next.
      who.catch(() => {
        this.#listening = undefined;
      });
    }
    return this.#listening.who;
  }

  /** Names are looked up at each delivery only: what a name leads to may change. */
  #checkedUrl(text: string): string {
    const url = text.length <= MAX_URL && URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || text.startsWith(MQTT_TARGET))
      throw new WebhookError(`must be an http or https URL of at most ${MAX_URL} characters`);
    if (url.username || url.password || url.hash) throw new WebhookError('must have no user, password or fragment');
    const address = url.hostname.replace(/^\[|\]$/g, '');
    try {
      if (isIP(address)) requirePermitted(address, this.#permitted);
      if (/(^|\.)localhost\.?$/i.test(address)) requirePermitted('127.0.0.1', this.#permitted);
    } catch (error) {
      throw new WebhookError(`must not lead to a private network: ${(error as Error).message}`);
    }
    return url.href;
  }
}

function listenerKey(tenant: string, type: EventType): string {
  return JSON.stringify([type, tenant]);
}
