import type { Delivery } from '../persistence/webhooks/webhook-store.js';

/** Takes deliveries to where they go. */
export interface Sender {
  /**
   * @param signal ends the try when the server closes
   * @throws Error whose message says in a few words what happened; it is kept with the delivery, and shown
   */
  send(delivery: Delivery, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** What a receiver is sent, whatever the way: JSON, without a photo or a vector. */
export function messageOf({ eventId, type, happenedAt, tenant, data }: Delivery) {
  return { id: eventId, type, time: happenedAt.toISOString(), tenant, data };
}
