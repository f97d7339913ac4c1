import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { type ServerProcess, startServer } from '../support/server-process.js';
import { httpTarget, type Target } from '../support/target.js';

interface Node {
  name: string;
  process: ServerProcess;
  /** Undefined until it is ready. */
  target: Target | undefined;
}

/** Servers, each a process of its own, over one database and one folder of photos; killed when the test ends. */
export class ServerNodes {
  readonly folder: string;
  readonly #env: Record<string, string>;
  readonly #nodes: Node[];

  /** Starts them together, without waiting for them. @param url of the database */
  static async start(url: string, count: number, env: Record<string, string> = {}): Promise<ServerNodes> {
    return new ServerNodes(await temporaryFolder(), url, count, env);
  }

  private constructor(folder: string, url: string, count: number, env: Record<string, string>) {
    this.folder = folder;
    this.#env = { DATABASE_URL: url, FAILED_KEY_LIMIT: '0', ...env };
    this.#nodes = Array.from({ length: count }, (_, i) => this.#launch(`node-${i}`));
    onTestFinished(() => {
      for (const { process } of this.#nodes) process.child.kill('SIGKILL');
    });
  }

  /** Of those that are ready. */
  get targets(): Target[] {
    return this.#nodes.flatMap(({ target }) => target ?? []);
  }

  /** What each of them logged since it was started. */
  get logs(): string[] {
    return this.#nodes.map(({ process: { output } }) => output.stdout + output.stderr);
  }

  /** Resolves when every node is ready, with what speaks to each. */
  async ready(): Promise<Target[]> {
    return Promise.all(
      this.#nodes.map(async (node) => {
        node.target ??= httpTarget(await node.process.ready());
        return node.target;
      }),
    );
  }

  /** Resolves when it listens, which it does before it is ready. */
  async listening(i: number): Promise<Target> {
    return httpTarget(await this.#node(i).process.waitFor(/listening at (http:\/\/127\.0\.0\.1:\d+)/));
  }

  /** As a power cut would. @returns the name that it had in the database */
  async kill(i: number): Promise<string> {
    const { process, name } = this.#node(i);
    this.#node(i).target = undefined;
    process.child.kill('SIGKILL');
    await process.exitCode;
    return name;
  }

  /** After `kill`; resolves when it is ready. */
  async restart(i: number): Promise<void> {
    this.#nodes[i] = this.#launch(this.#node(i).name);
    await this.ready();
  }

  /** It stands still, as a machine does that swaps or is moved, and goes on by `resume`. */
  pause(i: number): void {
    this.#node(i).process.child.kill('SIGSTOP');
  }

  resume(i: number): void {
    this.#node(i).process.child.kill('SIGCONT');
  }

  #node(i: number): Node {
    return this.#nodes[i] as Node;
  }

  #launch(name: string): Node {
    const url = `${this.#env.DATABASE_URL}?application_name=${name}`;
    return { name, process: startServer(this.folder, { ...this.#env, DATABASE_URL: url }), target: undefined };
  }
}
