import { randomUUID } from 'node:crypto';
import type { RunQuery } from '../people/postgres/database.js';
import { bytes } from '../people/postgres/user-row.js';
import type { NewEvent } from './webhook-store.js';

/** Puts an event into the outbox, in the transaction of `run` where it has one. */
export async function queueEvent(run: RunQuery, { tenant, type, data }: NewEvent): Promise<void> {
  await run(
    `INSERT INTO deliveries (webhook_id, event_id, type, happened_at, data, next_at)
     SELECT w.webhook_id, $1, $2, $3, $4, $3 FROM webhooks w JOIN tenants t USING (tenant_id)
     WHERE t.name_hash = sha256($5) AND $2 = ANY (string_to_array(w.events, ' '))`,
    [randomUUID(), type, new Date(), bytes(JSON.stringify(data)), bytes(tenant)],
  );
}
