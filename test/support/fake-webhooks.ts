import type { WebhookDirectory } from '../../src/events/tenant-webhooks.js';
import {
  type EventType,
  eventTypes,
  type NewEvent,
  type StoredWebhook,
} from '../../src/persistence/webhooks/webhook-store.js';

/** Webhooks in memory, of which `acme` has one; what is published is kept. */
export class FakeWebhooks implements WebhookDirectory {
  readonly published: NewEvent[] = [];
  readonly #webhooks: (StoredWebhook & { tenant: string })[] = [];

  constructor() {
    this.#add('acme', 'https://acme.example/hook', eventTypes);
  }

  async add(tenant: string, url: string, events: readonly EventType[]) {
    return { webhookId: this.#add(tenant, url, events), secret: 'whsec_fake' };
  }

  async list(tenant: string): Promise<StoredWebhook[]> {
    return this.#webhooks.filter((webhook) => webhook.tenant === tenant);
  }

  async remove(tenant: string, webhookId: number): Promise<boolean> {
    const at = this.#webhooks.findIndex((webhook) => webhook.tenant === tenant && webhook.webhookId === webhookId);
    if (at >= 0) this.#webhooks.splice(at, 1);
    return at >= 0;
  }

  async deadLetters() {
    return [];
  }

  async retry(tenant: string, webhookId: number): Promise<number | undefined> {
    return (await this.list(tenant)).some((webhook) => webhook.webhookId === webhookId) ? 0 : undefined;
  }

  async publish(event: NewEvent): Promise<void> {
    this.published.push(event);
  }

  #add(tenant: string, url: string, events: readonly EventType[]): number {
    const webhookId = this.#webhooks.length + 1;
    this.#webhooks.push({ tenant, webhookId, url, events, createdAt: new Date(0), waiting: 0, dead: 0 });
    return webhookId;
  }
}
