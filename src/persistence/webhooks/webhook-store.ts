/** What a tenant can be told of, in the order in which it is shown. */
export const eventTypes = [
  'match',
  'no_match',
  'enrolled',
  'deleted',
  'refused',
  'recognised',
  'changed',
  'duplicate',
] as const;

export type EventType = (typeof eventTypes)[number];

/** Something that happened to a tenant's people. Never a photo or a vector. */
export interface NewEvent {
  tenant: string;
  type: EventType;
  /** What JSON can hold: ids, names, similarities, reasons. */
  data: Readonly<Record<string, unknown>>;
}

/** Where the events of a tenant go. */
export interface WebhookTarget {
  /** `https://…`, `http://…`, or {@link MQTT_TARGET}. */
  url: string;
  /** What requests are signed with. */
  secret: string;
  events: readonly EventType[];
}

/** The target that stands for the MQTT broker of the configuration. */
export const MQTT_TARGET = 'mqtt:';

export interface StoredWebhook {
  webhookId: number;
  url: string;
  events: readonly EventType[];
  createdAt: Date;
  /** Deliveries that are still tried. */
  waiting: number;
  /** Deliveries that were given up. */
  dead: number;
}

/** One event on its way to one webhook. */
export interface Delivery {
  deliveryId: number;
  webhookId: number;
  tenant: string;
  url: string;
  secret: string;
  /** A UUID, the same at each try. */
  eventId: string;
  type: EventType;
  happenedAt: Date;
  data: Readonly<Record<string, unknown>>;
  /** Tries that failed. */
  attempts: number;
}

/** A delivery that was given up. What it would have told is not shown. */
export interface DeadLetter {
  deliveryId: number;
  webhookId: number;
  type: EventType;
  happenedAt: Date;
  attempts: number;
  /** What the last try met. */
  error: string;
}

/**
 * Webhooks of the tenants, and the outbox of what they are told. Changes of people put their events into the outbox in
 * the transaction that makes them. A delivery that is claimed and neither delivered nor failed is due again when its
 * claim ends, so that each event is delivered at least once.
 *
 *     waiting ──claim──▶ claimed ──delivered──▶ (removed)
 *        ▲                  │failed, tried again later
 *        ├──────────────────┤
 *        └──────retry── dead ◀──failed, given up
 */
export interface WebhookStore {
  /** @returns its number */
  add(tenant: string, target: WebhookTarget): Promise<number>;

  /** In order of creation. */
  list(tenant: string): Promise<StoredWebhook[]>;

  /** With everything on its way to it. False where the tenant has no such webhook. */
  remove(tenant: string, webhookId: number): Promise<boolean>;

  /** The newest first. */
  deadLetters(tenant: string, limit: number): Promise<DeadLetter[]>;

  /** Makes the dead letters of a webhook due again. @returns how many; undefined where the tenant has no such webhook */
  retry(tenant: string, webhookId: number): Promise<number | undefined>;

  /** Who listens, and to what. */
  listeners(): Promise<{ tenant: string; webhookId: number; url: string; events: readonly EventType[] }[]>;

  /** Puts an event that belongs to no change into the outbox of each webhook of the tenant that listens to it. */
  publish(event: NewEvent): Promise<void>;

  /** Webhooks that something is due for. */
  dueWebhooks(now: Date): Promise<number[]>;

  /** The deliveries that are due longest; no other claim gets them until the given time. */
  claim(webhookId: number, now: Date, until: Date, limit: number): Promise<Delivery[]>;

  /** Takes a delivery out of the outbox. */
  delivered(deliveryId: number): Promise<void>;

  /** @param nextAt when it is tried again; undefined gives it up */
  failed(deliveryId: number, error: string, nextAt: Date | undefined): Promise<void>;

  /** Ends claims without a try. */
  release(deliveryIds: readonly number[], now: Date): Promise<void>;

  /** Over all tenants. */
  backlog(): Promise<{ waiting: number; dead: number }>;

  /** Erases dead letters of events that happened before a time. */
  prune(before: Date): Promise<void>;
}

/** As a store keeps them. */
export function eventsText(events: readonly EventType[]): string {
  return eventTypes.filter((type) => events.includes(type)).join(' ');
}

export function storedEvents(text: string): EventType[] {
  const names = text.split(' ');
  return eventTypes.filter((type) => names.includes(type));
}
