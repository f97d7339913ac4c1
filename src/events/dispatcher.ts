import type { Logger } from 'pino';
import type { Delivery, WebhookStore } from '../persistence/webhooks/webhook-store.js';
import type { Sender } from './sender.js';

/** Between two looks at the outbox, which also finds what other servers have put there. */
const LOOK_MS = 1000;

/** Deliveries claimed at a time, and how long a claim holds: longer than that many deliveries take at worst. */
const CLAIMED = 10;
const CLAIM_MS = 180_000;

/** Seconds until the next try after the first, second, … that failed; about a day in all. */
const BACKOFF_SECONDS: readonly number[] = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800];

/** Tries are spread by so large a share in either direction, so that many do not come at once. */
const JITTER = 0.2;

/** A receiver that fails is left alone for as long as its first tries wait, up to so many milliseconds. */
const MAX_PAUSE_MS = 300_000;

const PRUNE_MS = 3_600_000;
/** How long dead letters are kept. */
const DEAD_LETTER_DAYS = 7;

export type DeliveryOutcome = 'delivered' | 'failed' | 'dead';

export interface DispatcherParts {
  store: WebhookStore;
  /** Who takes a delivery to its URL; undefined where nobody does, so that the delivery waits. */
  senderOf(url: string): Sender | undefined;
  /** Told what came of each try. */
  onOutcome?: (outcome: DeliveryOutcome) => void;
  logger: Pick<Logger, 'warn' | 'error'>;
  /** For tests. */
  backoffSeconds?: readonly number[];
}

/**
 * Delivers what lies in the outbox: one delivery at a time to each webhook, in their order as long as none fails, and to
 * all webhooks at once, so that none waits for another's receiver. A failed delivery is tried again later and later, and
 * becomes a dead letter in the end.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #backoff: readonly number[];
  readonly #busy = new Map<number, Promise<void>>();
  readonly #paused = new Map<number, { until: number; failures: number }>();
  readonly #timer: NodeJS.Timeout;
  readonly #pruneTimer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#backoff = parts.backoffSeconds ?? BACKOFF_SECONDS;
    this.#timer = setInterval(() => this.wake(), LOOK_MS).unref();
    this.#pruneTimer = setInterval(() => void this.#prune(), PRUNE_MS).unref();
    void this.#prune();
    this.wake();
  }

  /** Something has come into the outbox. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Ends the tries under way; what they would have delivered is for the next start, or for another server. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#timer);
    clearInterval(this.#pruneTimer);
    await this.#looking;
    await Promise.all(this.#busy.values());
  }

  async #look(): Promise<void> {
    try {
      const now = new Date();
      for (const webhookId of await this.#parts.store.dueWebhooks(now)) {
        const isPaused = (this.#paused.get(webhookId)?.until ?? 0) > now.getTime();
        if (isPaused || this.#busy.has(webhookId) || this.#closing.signal.aborted) continue;
        const work = this.#drain(webhookId)
          .catch((err: unknown) => this.#parts.logger.error({ err }, 'the outbox cannot be used; tried again'))
          .finally(() => this.#busy.delete(webhookId));
        this.#busy.set(webhookId, work);
      }
    } catch (err) {
      this.#parts.logger.error({ err }, 'the outbox cannot be read; tried again');
    }
  }

  /** Delivers until nothing is due, or a delivery fails. */
  async #drain(webhookId: number): Promise<void> {
    const { store, senderOf } = this.#parts;
    while (!this.#closing.signal.aborted) {
      const now = new Date();
      const claimed = await store.claim(webhookId, now, new Date(now.getTime() + CLAIM_MS), CLAIMED);
      if (claimed.length === 0) return;
      for (const [i, delivery] of claimed.entries()) {
        const sender = senderOf(delivery.url);
        const goesOn = sender !== undefined && !this.#closing.signal.aborted && (await this.#deliver(delivery, sender));
        if (goesOn) continue;
        // What failed has its own time; the rest was not tried.
        const untried = claimed
          .slice(sender && !this.#closing.signal.aborted ? i + 1 : i)
          .map(({ deliveryId }) => deliveryId);
        await store.release(untried, new Date());
        if (!sender) this.#pause(webhookId);
        return;
      }
    }
  }

  /** @returns whether it was delivered */
  async #deliver(delivery: Delivery, sender: Sender): Promise<boolean> {
    const { store, onOutcome, logger } = this.#parts;
    const { deliveryId, webhookId, attempts } = delivery;
    try {
      await sender.send(delivery, this.#closing.signal);
    } catch (error) {
      // Not the receiver's fault.
      if (this.#closing.signal.aborted) return false;
      const message = (error as Error).message.slice(0, 200);
      const seconds = this.#backoff[attempts];
      const spread = 1 + JITTER * (2 * Math.random() - 1);
      const nextAt = seconds === undefined ? undefined : new Date(Date.now() + seconds * spread * 1000);
      await store.failed(deliveryId, message, nextAt);
      this.#pause(webhookId);
      if (!nextAt) logger.warn({ webhook: webhookId, attempts: attempts + 1 }, 'an event was given up');
      onOutcome?.(nextAt ? 'failed' : 'dead');
      return false;
    }
    await store.delivered(deliveryId);
    this.#paused.delete(webhookId);
    onOutcome?.('delivered');
    return true;
  }

  #pause(webhookId: number): void {
    const failures = (this.#paused.get(webhookId)?.failures ?? 0) + 1;
    const seconds = this.#backoff[failures - 1] ?? Number.POSITIVE_INFINITY;
    this.#paused.set(webhookId, { until: Date.now() + Math.min(seconds * 1000, MAX_PAUSE_MS), failures });
  }

  async #prune(): Promise<void> {
    try {
      await this.#parts.store.prune(new Date(Date.now() - DEAD_LETTER_DAYS * 86_400_000));
    } catch (err) {
      this.#parts.logger.error({ err }, 'old dead letters cannot be erased; tried again in an hour');
    }
  }
}
