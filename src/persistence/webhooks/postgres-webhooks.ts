import type { PostgresDatabase } from '../people/postgres/database.js';
import { makeTenant } from '../people/postgres/tenants.js';
import { bytes } from '../people/postgres/user-row.js';
import { queueEvent } from './postgres-outbox.js';
import {
  type DeadLetter,
  type Delivery,
  type EventType,
  eventsText,
  type NewEvent,
  type StoredWebhook,
  storedEvents,
  type WebhookStore,
  type WebhookTarget,
} from './webhook-store.js';

interface WebhookRow {
  webhookId: number;
  tenant: Buffer;
  target: Buffer;
  events: string;
  createdAt: Date;
}

interface DeliveryRow {
  deliveryId: number;
  webhookId: number;
  tenant: Buffer;
  target: Buffer;
  eventId: string;
  type: EventType;
  happenedAt: Date;
  data: Buffer;
  attempts: number;
}

const webhookColumns = 'w.webhook_id AS "webhookId", t.name AS tenant, w.target, w.events, w.created_at AS "createdAt"';
const ofTenant = 'webhook_id = $1 AND tenant_id = (SELECT tenant_id FROM tenants WHERE name_hash = sha256($2))';

/** Webhooks and their outbox in PostgreSQL: any of the servers delivers. */
export class PostgresWebhooks implements WebhookStore {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  add(tenant: string, { url, secret, events }: WebhookTarget): Promise<number> {
    return this.#db.transaction(async (run) => {
      const tenantId = await makeTenant(run, tenant);
      const [row] = await run<{ webhookId: number }>(
        `INSERT INTO webhooks (tenant_id, target, events, created_at) VALUES ($1, $2, $3, $4)
         RETURNING webhook_id AS "webhookId"`,
        [tenantId, bytes(JSON.stringify([url, secret])), eventsText(events), new Date()],
      );
      return (row as { webhookId: number }).webhookId;
    });
  }

  async list(tenant: string): Promise<StoredWebhook[]> {
    const rows = await this.#db.run<WebhookRow & { waiting: number; dead: number }>(
      `SELECT ${webhookColumns}, (SELECT count(next_at) FROM deliveries d WHERE d.webhook_id = w.webhook_id) AS waiting,
         (SELECT count(*) - count(next_at) FROM deliveries d WHERE d.webhook_id = w.webhook_id) AS dead
       FROM webhooks w JOIN tenants t USING (tenant_id) WHERE t.name_hash = sha256($1) ORDER BY w.webhook_id`,
      [bytes(tenant)],
    );
    return rows.map(({ webhookId, target, events, createdAt, waiting, dead }) => ({
      webhookId,
      url: targetOf(target).url,
      events: storedEvents(events),
      createdAt,
      waiting,
      dead,
    }));
  }

  async remove(tenant: string, webhookId: number): Promise<boolean> {
    const rows = await this.#db.run(`DELETE FROM webhooks WHERE ${ofTenant} RETURNING webhook_id`, [
      webhookId,
      bytes(tenant),
    ]);
    return rows.length > 0;
  }

  deadLetters(tenant: string, limit: number): Promise<DeadLetter[]> {
    return this.#db.run<DeadLetter>(
      `SELECT d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", d.type, d.happened_at AS "happenedAt",
         d.attempts, d.error
       FROM deliveries d JOIN webhooks w USING (webhook_id) JOIN tenants t USING (tenant_id)
       WHERE t.name_hash = sha256($1) AND d.next_at IS NULL ORDER BY d.delivery_id DESC LIMIT $2`,
      [bytes(tenant), limit],
    );
  }

  retry(tenant: string, webhookId: number): Promise<number | undefined> {
    return this.#db.transaction(async (run) => {
      const found = await run(`SELECT FROM webhooks WHERE ${ofTenant}`, [webhookId, bytes(tenant)]);
      if (found.length === 0) return undefined;
      const rows = await run(
        `UPDATE deliveries SET next_at = $2, attempts = 0 WHERE webhook_id = $1 AND next_at IS NULL
         RETURNING delivery_id`,
        [webhookId, new Date()],
      );
      return rows.length;
    });
  }

  async listeners() {
    const rows = await this.#db.run<WebhookRow>(
      `SELECT ${webhookColumns} FROM webhooks w JOIN tenants t USING (tenant_id)`,
    );
    return rows.map(({ tenant, webhookId, target, events }) => ({
      tenant: tenant.toString('utf8'),
      webhookId,
      url: targetOf(target).url,
      events: storedEvents(events),
    }));
  }

  publish(event: NewEvent): Promise<void> {
    return queueEvent(this.#db.run, event);
  }

  async dueWebhooks(now: Date): Promise<number[]> {
    const rows = await this.#db.run<{ webhookId: number }>(
      'SELECT DISTINCT webhook_id AS "webhookId" FROM deliveries WHERE next_at <= $1',
      [now],
    );
    return rows.map(({ webhookId }) => webhookId);
  }

  async claim(webhookId: number, now: Date, until: Date, limit: number): Promise<Delivery[]> {
    // Of two servers that look at the same rows the second one waits for the first, and finds that they are not due.
    const rows = await this.#db.run<DeliveryRow>(
      `UPDATE deliveries d SET next_at = $3 FROM webhooks w JOIN tenants t USING (tenant_id)
       WHERE w.webhook_id = d.webhook_id AND d.next_at <= $2 AND d.delivery_id IN (
         SELECT delivery_id FROM deliveries WHERE webhook_id = $1 AND next_at <= $2 ORDER BY next_at, delivery_id LIMIT $4)
       RETURNING d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", t.name AS tenant, w.target,
         d.event_id AS "eventId", d.type, d.happened_at AS "happenedAt", d.data, d.attempts`,
      [webhookId, now, until, limit],
    );
    return rows
      .sort((a, b) => a.deliveryId - b.deliveryId)
      .map(({ tenant, target, data, ...row }) => ({
        ...row,
        ...targetOf(target),
        tenant: tenant.toString('utf8'),
        data: JSON.parse(data.toString('utf8')) as Record<string, unknown>,
      }));
  }

  async delivered(deliveryId: number): Promise<void> {
    await this.#db.run('DELETE FROM deliveries WHERE delivery_id = $1', [deliveryId]);
  }

  async failed(deliveryId: number, error: string, nextAt: Date | undefined): Promise<void> {
    await this.#db.run(
      'UPDATE deliveries SET attempts = attempts + 1, error = $2, next_at = $3 WHERE delivery_id = $1',
      [deliveryId, error, nextAt ?? null],
    );
  }

  async release(deliveryIds: readonly number[], now: Date): Promise<void> {
    await this.#db.run('UPDATE deliveries SET next_at = $2 WHERE delivery_id = ANY ($1::bigint[])', [deliveryIds, now]);
  }

  async backlog(): Promise<{ waiting: number; dead: number }> {
    const [row] = await this.#db.run<{ waiting: number; dead: number }>(
      'SELECT count(next_at) AS waiting, count(*) - count(next_at) AS dead FROM deliveries',
    );
    return row ?? { waiting: 0, dead: 0 };
  }

  async prune(before: Date): Promise<void> {
    await this.#db.run('DELETE FROM deliveries WHERE next_at IS NULL AND happened_at < $1', [before]);
  }
}

function targetOf(target: Buffer): { url: string; secret: string } {
  const [url, secret] = JSON.parse(target.toString('utf8')) as [string, string];
  return { url, secret };
}
