import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the gauges show, read at each scrape. */
export interface GaugeSource {
  /** Photos that wait for a worker. */
  queued: number;
  /** Threads that run the models. */
  workers: number;
  /** Collections, and faces of all of them, that searches look at. */
  size(): Promise<{ collections: number; faces: number }>;
  /** Deliveries to webhooks that are still tried, and those that were given up. */
  backlog(): Promise<{ waiting: number; dead: number }>;
}

/** One request that was answered. Every text is one of few: it becomes a label. */
export interface AnsweredRequest {
  /** Name of the call, such as `search`, or the pattern of another route. */
  call: string;
  /** HTTP status. */
  status: number;
  /** Code in the body; the status where there is none. */
  code: string;
  /** From the first byte of the request to the last of the reply. */
  seconds: number;
  /** Milliseconds per stage of the analysis. */
  stages?: Readonly<Record<string, number>> | undefined;
  /** Row of the table of errors, and its reason; absent for a success. */
  refusal?: { error: string; reason: string } | undefined;
  /** Of the best candidate of a search, 0–1. */
  similarity?: number | undefined;
}

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8];
const STAGE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6];
/** Every step is ten times fewer strangers on the calibrated scale. */
const SIMILARITIES = [0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1];

/** The numbers of one server for Prometheus. No label holds a tenant, a collection, an id or a name. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests;
  readonly #aborted;
  readonly #duration;
  readonly #stages;
  readonly #refusals;
  readonly #similarity;
  readonly #deliveries;

  /** @param source undefined while the server is starting; its gauges are 0 then */
  constructor(source: () => GaugeSource | undefined) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Counter({
      name: 'facesearch_requests_total',
      help: 'Requests answered, by call, HTTP status and code in the body.',
      labelNames: ['call', 'status', 'code'],
      registers,
    });
    this.#aborted = new Counter({
      name: 'facesearch_requests_aborted_total',
      help: 'Requests that their client gave up.',
      labelNames: ['call'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'facesearch_request_duration_seconds',
      help: 'Time of a request, its upload included.',
      labelNames: ['call'],
      buckets: REQUEST_SECONDS,
      registers,
    });
    this.#stages = new Histogram({
      name: 'facesearch_stage_duration_seconds',
      help: 'Time of one stage of the analysis of an image, accepted or refused: decode, find, idCard, embed.',
      labelNames: ['stage'],
      buckets: STAGE_SECONDS,
      registers,
    });
    this.#refusals = new Counter({
      name: 'facesearch_refusals_total',
      help: 'Refusals, also those that /analyse tells of, by row of the table of errors and reason.',
      labelNames: ['call', 'error', 'reason'],
      registers,
    });
    this.#similarity = new Histogram({
      name: 'facesearch_search_similarity',
      help: 'Similarity of the best candidate of a search, whatever the threshold; empty collections do not count.',
      labelNames: ['call'],
      buckets: SIMILARITIES,
      registers,
    });
    this.#deliveries = new Counter({
      name: 'facesearch_webhook_tries_total',
      help: 'Tries to deliver an event, by what came of them: delivered, failed (tried again), dead (given up).',
      labelNames: ['outcome'],
      registers,
    });
    const gauge = (name: string, help: string, read: (from: GaugeSource) => number | Promise<number>) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          const from = source();
          // A database that is away hides no other number.
          this.set(from ? await Promise.resolve(read(from)).catch(() => Number.NaN) : 0);
        },
      });
    gauge('facesearch_ready', '1 once models and faces are loaded.', () => 1);
    gauge('facesearch_queue_depth', 'Photos that wait for a worker.', ({ queued }) => queued);
    gauge('facesearch_workers', 'Threads that run the models.', ({ workers }) => workers);
    gauge('facesearch_index_collections', 'Collections.', async ({ size }) => (await size()).collections);
    gauge('facesearch_index_faces', 'Faces, over all collections.', async ({ size }) => (await size()).faces);
    const waiting = 'Deliveries to webhooks that are still tried.';
    gauge('facesearch_webhook_waiting', waiting, async ({ backlog }) => (await backlog()).waiting);
    const dead = 'Deliveries to webhooks that were given up, of the last seven days.';
    gauge('facesearch_webhook_dead', dead, async ({ backlog }) => (await backlog()).dead);
  }

  countRequest({ call, status, code, seconds, stages, refusal, similarity }: AnsweredRequest): void {
    this.#requests.inc({ call, status: String(status), code });
    this.#duration.observe({ call }, seconds);
    for (const [stage, ms] of Object.entries(stages ?? {})) this.#stages.observe({ stage }, ms / 1000);
    if (refusal) this.#refusals.inc({ call, ...refusal });
    if (similarity !== undefined) this.#similarity.observe({ call }, similarity);
  }

  countDelivery(outcome: 'delivered' | 'failed' | 'dead'): void {
    this.#deliveries.inc({ outcome });
  }

  countAborted(call: string): void {
    this.#aborted.inc({ call });
  }
}
