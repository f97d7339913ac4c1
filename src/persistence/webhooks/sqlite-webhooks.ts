import { randomUUID } from 'node:crypto';
import type { RowEncryption } from '../encryption/row-encryption.js';
import type { GuardedDatabase } from '../people/sqlite/guarded-database.js';
import type { PeopleRows } from '../people/sqlite/people-rows.js';
import type { Database, Statement } from '../sqlite.js';
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
  tenant: string;
  target: Buffer;
  events: string;
  createdAt: number;
}

interface DeliveryRow {
  deliveryId: number;
  webhookId: number;
  tenant: string;
  target: Buffer;
  eventId: string;
  type: EventType;
  happenedAt: number;
  data: Buffer;
  attempts: number;
}

const webhookColumns = 'w.webhook_id AS webhookId, t.name AS tenant, w.target, w.events, w.created_at AS createdAt';
const ofTenant = 'webhook_id = ? AND tenant_id = (SELECT tenant_id FROM tenants WHERE name = ?)';

/** Webhooks and their outbox in SQLite. With a data key, addresses, secrets and what is told are encrypted. */
export class SqliteWebhooks implements WebhookStore {
  readonly #db: GuardedDatabase;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rows: PeopleRows;
  readonly #encryption: RowEncryption;

  constructor(raw: Database, db: GuardedDatabase, rows: PeopleRows, encryption: RowEncryption) {
    this.#db = db;
    this.#sql = prepare(raw);
    this.#rows = rows;
    this.#encryption = encryption;
  }

  /** Part of a transaction of the caller's. */
  queue({ tenant, type, data }: NewEvent): void {
    const listening = this.#sql.listening.all(tenant, type);
    if (listening.length === 0) return;
    const eventId = randomUUID();
    const now = Date.now();
    const content = this.#encryption.encryptEvent(eventId, JSON.stringify(data));
    for (const webhookId of listening) this.#sql.addDelivery.run(webhookId, eventId, type, now, content, now);
  }

  async add(tenant: string, { url, secret, events }: WebhookTarget): Promise<number> {
    return this.#db.write(() => {
      const tenantId = this.#rows.makeTenant(tenant);
      const added = this.#sql.addWebhook.run(tenantId, Buffer.alloc(0), eventsText(events), Date.now());
      const webhookId = Number(added.lastInsertRowid);
      // Bound to its number, which is known only now.
      const target = this.#encryption.encryptTarget(webhookId, JSON.stringify([url, secret]));
      this.#sql.saveTarget.run(target, webhookId);
      return webhookId;
    });
  }

  async list(tenant: string): Promise<StoredWebhook[]> {
    return this.#db.read(() =>
      this.#sql.webhooks.all(tenant).map(({ webhookId, target, events, createdAt, waiting, dead }) => ({
        webhookId,
        url: this.#target(webhookId, target).url,
        events: storedEvents(events),
        createdAt: new Date(createdAt),
        waiting,
        dead,
      })),
    );
  }

  async remove(tenant: string, webhookId: number): Promise<boolean> {
    const removed = this.#db.write(() => this.#sql.removeWebhook.run(webhookId, tenant).changes > 0);
    if (removed) this.#db.forgetSoon();
    return removed;
  }

  async deadLetters(tenant: string, limit: number): Promise<DeadLetter[]> {
    const rows = this.#db.read(() => this.#sql.deadLetters.all(tenant, limit));
    return rows.map((row) => ({ ...row, happenedAt: new Date(row.happenedAt) }));
  }

  async retry(tenant: string, webhookId: number): Promise<number | undefined> {
    return this.#db.write(() => {
      if (this.#sql.isOfTenant.get(webhookId, tenant) === undefined) return undefined;
      return this.#sql.retry.run(Date.now(), webhookId).changes;
    });
  }

  async listeners() {
    return this.#db.read(() =>
      this.#sql.allWebhooks.all().map(({ tenant, webhookId, target, events }) => ({
        tenant,
        webhookId,
        url: this.#target(webhookId, target).url,
        events: storedEvents(events),
      })),
    );
  }

  async publish(event: NewEvent): Promise<void> {
    this.#db.write(() => this.queue(event));
  }

  async dueWebhooks(now: Date): Promise<number[]> {
    return this.#db.read(() => this.#sql.dueWebhooks.all(now.getTime()));
  }

  async claim(webhookId: number, now: Date, until: Date, limit: number): Promise<Delivery[]> {
    const rows = this.#db.write(() => {
      const due = this.#sql.due.all(webhookId, now.getTime(), limit);
      for (const { deliveryId } of due) this.#sql.setNext.run(until.getTime(), deliveryId);
      return due;
    });
    return this.#db.read(() =>
      rows.map(({ target, data, happenedAt, ...row }) => ({
        ...row,
        ...this.#target(row.webhookId, target),
        happenedAt: new Date(happenedAt),
        data: JSON.parse(this.#encryption.decryptEvent(row.eventId, data)) as Record<string, unknown>,
      })),
    );
  }

  async delivered(deliveryId: number): Promise<void> {
    this.#db.write(() => this.#sql.removeDelivery.run(deliveryId));
    this.#db.forgetSoon();
  }

  async failed(deliveryId: number, error: string, nextAt: Date | undefined): Promise<void> {
    this.#db.write(() => this.#sql.fail.run(error, nextAt?.getTime() ?? null, deliveryId));
  }

  async release(deliveryIds: readonly number[], now: Date): Promise<void> {
    this.#db.write(() => {
      for (const deliveryId of deliveryIds) this.#sql.setNext.run(now.getTime(), deliveryId);
    });
  }

  async backlog(): Promise<{ waiting: number; dead: number }> {
    return this.#db.read(() => this.#sql.backlog.get()) ?? { waiting: 0, dead: 0 };
  }

  async prune(before: Date): Promise<void> {
    const pruned = this.#db.write(() => this.#sql.prune.run(before.getTime()).changes);
    if (pruned > 0) this.#db.forgetSoon();
  }

  #target(webhookId: number, target: Buffer): { url: string; secret: string } {
    const [url, secret] = JSON.parse(this.#encryption.decryptTarget(webhookId, target)) as [string, string];
    return { url, secret };
  }
}

function prepare(db: Database) {
  const one = <P extends unknown[], R>(sql: string): Statement<P, R> => db.prepare<P, R>(sql);
  const value = <P extends unknown[], R>(sql: string): Statement<P, R> =>
    db.prepare<P, R>(sql).pluck() as Statement<P, R>;
  return {
    addWebhook: one<[tenantId: number, target: Buffer, events: string, now: number], never>(
      'INSERT INTO webhooks (tenant_id, target, events, created_at) VALUES (?, ?, ?, ?)',
    ),
    saveTarget: one<[target: Buffer, webhookId: number], never>('UPDATE webhooks SET target = ? WHERE webhook_id = ?'),
    webhooks: one<[tenant: string], WebhookRow & { waiting: number; dead: number }>(
      `SELECT ${webhookColumns},
         (SELECT count(*) FROM deliveries d WHERE d.webhook_id = w.webhook_id AND d.next_at IS NOT NULL) AS waiting,
         (SELECT count(*) FROM deliveries d WHERE d.webhook_id = w.webhook_id AND d.next_at IS NULL) AS dead
       FROM webhooks w JOIN tenants t USING (tenant_id) WHERE t.name = ? ORDER BY w.webhook_id`,
    ),
    allWebhooks: one<[], WebhookRow>(`SELECT ${webhookColumns} FROM webhooks w JOIN tenants t USING (tenant_id)`),
    listening: value<[tenant: string, type: string], number>(
      `SELECT w.webhook_id FROM webhooks w JOIN tenants t USING (tenant_id)
       WHERE t.name = ? AND instr(' ' || w.events || ' ', ' ' || ? || ' ') > 0`,
    ),
    removeWebhook: one<[webhookId: number, tenant: string], never>(`DELETE FROM webhooks WHERE ${ofTenant}`),
    isOfTenant: value<[webhookId: number, tenant: string], number>(`SELECT webhook_id FROM webhooks WHERE ${ofTenant}`),
    deadLetters: one<[tenant: string, limit: number], Omit<DeadLetter, 'happenedAt'> & { happenedAt: number }>(
      `SELECT d.delivery_id AS deliveryId, d.webhook_id AS webhookId, d.type, d.happened_at AS happenedAt, d.attempts, d.error
       FROM deliveries d JOIN webhooks w USING (webhook_id) JOIN tenants t USING (tenant_id)
       WHERE t.name = ? AND d.next_at IS NULL ORDER BY d.delivery_id DESC LIMIT ?`,
    ),
    retry: one<[now: number, webhookId: number], never>(
      'UPDATE deliveries SET next_at = ?, attempts = 0 WHERE webhook_id = ? AND next_at IS NULL',
    ),
    addDelivery: one<
      [webhookId: number, eventId: string, type: string, happenedAt: number, data: Buffer, nextAt: number],
      never
    >('INSERT INTO deliveries (webhook_id, event_id, type, happened_at, data, next_at) VALUES (?, ?, ?, ?, ?, ?)'),
    dueWebhooks: value<[now: number], number>('SELECT DISTINCT webhook_id FROM deliveries WHERE next_at <= ?'),
    due: one<[webhookId: number, now: number, limit: number], DeliveryRow>(
      `SELECT d.delivery_id AS deliveryId, d.webhook_id AS webhookId, t.name AS tenant, w.target, d.event_id AS eventId,
         d.type, d.happened_at AS happenedAt, d.data, d.attempts
       FROM deliveries d JOIN webhooks w USING (webhook_id) JOIN tenants t USING (tenant_id)
       WHERE d.webhook_id = ? AND d.next_at <= ? ORDER BY d.next_at, d.delivery_id LIMIT ?`,
    ),
    setNext: one<[nextAt: number, deliveryId: number], never>(
      'UPDATE deliveries SET next_at = ? WHERE delivery_id = ?',
    ),
    removeDelivery: one<[deliveryId: number], never>('DELETE FROM deliveries WHERE delivery_id = ?'),
    fail: one<[error: string, nextAt: number | null, deliveryId: number], never>(
      'UPDATE deliveries SET attempts = attempts + 1, error = ?, next_at = ? WHERE delivery_id = ?',
    ),
    backlog: one<[], { waiting: number; dead: number }>(
      'SELECT count(next_at) AS waiting, count(*) - count(next_at) AS dead FROM deliveries',
    ),
    prune: one<[before: number], never>('DELETE FROM deliveries WHERE next_at IS NULL AND happened_at < ?'),
  };
}
