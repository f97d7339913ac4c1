import type { Calls, Reply } from './calls.js';

const DIMENSIONS = 512;

/** Clients that enrol made-up people without a pause, and remember who was acknowledged. */
export class Load {
  readonly acknowledged = new Map<string, string>();
  /** Requests that got no answer, or another one than success. */
  readonly failures: string[] = [];
  readonly #calls: Calls;
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();
  #made = 0;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  start(clients = 4): void {
    this.#running = Promise.all(Array.from({ length: clients }, () => this.#drive()));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  /** @throws Error that names the first of the acknowledged whom the server does not know */
  async compare(): Promise<void> {
    const { data } = await this.#calls.get('/list');
    const listed = new Set((data as { id: string }[]).map(({ id }) => id));
    for (const [id, vector] of this.acknowledged) {
      if (!listed.has(id)) throw new Error(`${id} was acknowledged and is not listed`);
      const found = await this.#calls.post('/search_vector', { vector });
      if ((found.data as { id?: string }).id !== id) throw new Error(`${id} is not found: ${JSON.stringify(found)}`);
    }
  }

  async #drive(): Promise<void> {
    while (!this.#isOver) {
      const id = `person-${this.#made++}`;
      const vector = JSON.stringify(Array.from({ length: DIMENSIONS }, () => Math.random() - 0.5));
      if ((await this.#ask('/create', { id, name: id })) && (await this.#ask('/add_vector', { id, vector }))) {
        this.acknowledged.set(id, vector);
      } else await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #ask(path: string, fields: Record<string, string>): Promise<boolean> {
    const reply = await this.#calls.post(path, fields).catch((error: Error): Reply => {
      return { status: 0, code: '', data: String(error.cause ?? error) };
    });
    if (reply.code === '200') return true;
    this.failures.push(`${path}: ${reply.status} ${JSON.stringify(reply.data)}`);
    return false;
  }
}
