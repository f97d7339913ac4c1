import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { FaceSearchError } from '../core/errors.js';
import type { PasswordTask } from './password-worker.js';

/** Passwords that may wait to be hashed, about 100 ms each; one more is refused. */
const MAX_WAITING = 50;

/** How long the thread stays after its last password, in milliseconds. */
const STAYS = 30_000;

/** Hashes passwords in one thread of its own, which is there only while it is needed: HTTP never waits for it. */
export class Passwords {
  readonly #filename: string;
  #pool: Piscina<PasswordTask, string | boolean> | undefined;

  /** @param workerUrl the compiled worker, where it does not lie beside this file */
  constructor(workerUrl = new URL('./password-worker.js', import.meta.url)) {
    this.#filename = fileURLToPath(workerUrl);
  }

  /** @throws FaceSearchError OVERLOADED */
  async hash(password: string): Promise<string> {
    return String(await this.#run({ password }));
  }

  /**
   * Takes as long without a hash, so that the time does not tell whether there is one.
   * @throws FaceSearchError OVERLOADED
   */
  async fits(password: string, hash: string | undefined): Promise<boolean> {
    const isRight = await this.#run({ password, hash: hash ?? NO_ONES });
    return isRight === true && hash !== undefined;
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
  }

  #run(task: PasswordTask): Promise<string | boolean> {
    this.#pool ??= new Piscina({
      filename: this.#filename,
      name: 'run',
      minThreads: 0,
      maxThreads: 1,
      maxQueue: Number.POSITIVE_INFINITY,
      idleTimeout: STAYS,
    });
    if (this.#pool.queueSize >= MAX_WAITING) throw new FaceSearchError('OVERLOADED', 'queue-full');
    return this.#pool.run(task);
  }
}

/** Of random bytes, with the parameters of password-hash.ts: no password is known that fits. */
const NO_ONES = '$argon2id$v=19$m=19456,t=2,p=1$b2xZuM6GeK7zYb0g3mC6Xg$3v1mV4nNgk8mC1sUo2nq0Xr3fQwT5yLz7dHcB9aJkEs';
