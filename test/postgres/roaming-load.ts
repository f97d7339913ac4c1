import { setTimeout as delay } from 'node:timers/promises';
import { compare } from '../faults/compare.js';
import { FaceLibrary } from '../faults/face-library.js';
import { type Calls, LoadClient, type Place } from '../faults/load-client.js';
import { file } from '../support/multipart.js';
import { client, type Target } from '../support/target.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { changedNothing, roamingCalls, Trouble } from './roaming-calls.js';
import type { ServerNodes } from './server-nodes.js';

const CLIENTS = 6;
const keys = { acme: 'key-of-acme', globex: 'key-of-globex' };
const RETRY_MS = 100;

/**
 * The mixed load of the fault tests, over all nodes that are ready, while nodes and the database are killed. Each client
 * compares what it knows with what the nodes say whenever a call got no answer.
 */
export class RoamingLoad {
  static readonly apiKeys = Object.entries(keys)
    .map((pair) => pair.join(':'))
    .join();

  readonly #nodes: ServerNodes;
  readonly #settled: () => Promise<unknown>;
  readonly #faces: FaceLibrary;
  readonly #clients: LoadClient[];
  readonly #random: RandomVectors;
  #isOver = false;
  #driving: Promise<unknown> = Promise.resolve();
  #failure: unknown;
  /** Calls that met 503 or no answer. */
  troubles = 0;

  /** @param settled resolves when nothing that a killed node had begun can happen any more */
  constructor(nodes: ServerNodes, seed: number, settled: () => Promise<unknown> = async () => undefined) {
    this.#nodes = nodes;
    this.#settled = settled;
    this.#random = new RandomVectors(seed);
    this.#faces = new FaceLibrary(seed);
    this.#clients = Array.from(
      { length: CLIENTS },
      (_, i) => new LoadClient(`c${i}-`, placesOf(i), new RandomVectors(seed + i), this.#faces),
    );
  }

  get acknowledged(): number {
    return this.#clients.reduce((sum, each) => sum + each.acknowledged, 0);
  }

  /** Everything goes on until `end`. */
  async start(): Promise<void> {
    for (const name of this.#faces.photoNames) {
      const { json } = await this.#callsOf('acme').post('/extract_from_fm', file(this.#faces.photo(name)));
      this.#faces.learn(name, (json.data as { vector: number[] }).vector);
    }
    this.#driving = Promise.all(this.#clients.map((each) => this.#drive(each))).catch((error) => {
      this.#isOver = true;
      this.#failure = error;
    });
  }

  /** Resolves after so many calls more were acknowledged. @throws what was found wrong meanwhile */
  async goOn(calls: number): Promise<void> {
    const until = this.acknowledged + calls;
    while (this.acknowledged < until && !this.#isOver) await delay(10);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends the load, and asks every node for everything. @throws Error that says what was lost, kept or half done */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#driving;
    if (this.#failure !== undefined) throw this.#failure;
    for (const target of await this.#nodes.ready()) {
      const callsOf = (tenant: string) => client(target, keyOf(tenant));
      for (const each of this.#clients) await compare(each, callsOf, this.#faces, true);
    }
  }

  async #drive(each: LoadClient): Promise<void> {
    while (!this.#isOver) {
      const code = await each.run((tenant) => {
        if (this.#isOver) throw new Trouble('OVER');
        return this.#callsOf(tenant);
      });
      if (code !== 'OVER') this.troubles++;
      if (!changedNothing(code)) await this.#settled();
      else if (each.pending) each.settle(each.pending.place, each.known[each.pending.place] ?? new Map());
      await this.#patiently(() => compare(each, (tenant) => this.#callsOf(tenant), this.#faces, false));
    }
  }

  /** Again and again, as long as calls get no answer. */
  async #patiently(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if ((error as { code?: string }).code === undefined || this.#failure !== undefined) throw error;
        await delay(RETRY_MS);
      }
    }
  }

  #callsOf(tenant: string): Calls {
    return roamingCalls(() => this.#choose(), keyOf(tenant));
  }

  #choose(): Target | undefined {
    const { targets } = this.#nodes;
    return targets[Math.floor(this.#random.next() * targets.length)];
  }
}

function placesOf(i: number): Place[] {
  return [
    { tenant: 'acme', collection: 'common', shared: true },
    { tenant: 'acme', collection: `own-${i}`, shared: false },
    // The other tenant's collection of the same name is another one.
    { tenant: 'globex', collection: `own-${i}`, shared: false },
  ];
}

function keyOf(tenant: string): string {
  return keys[tenant as keyof typeof keys];
}
