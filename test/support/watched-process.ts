import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../persistence/temporary-folder.js';

const hook = fileURLToPath(new URL('note-names.cjs', import.meta.url));

/** Stops at the calls that are asked for only, so that a server starts nearly as fast as without. */
const STRACE = ['-f', '--seccomp-bpf'];

/** strace sees what native code does, too. It is a package of every Linux; without it less is seen. */
export const hasStrace = process.platform === 'linux' && runs('strace', [...STRACE, '-o', '/dev/null', 'true']);

/** Folders of its own for a process, and what it does beyond them. */
export class Watch {
  readonly home: string;
  readonly cwd: string;
  readonly data: string;
  readonly #temporary: string;
  readonly #trace: string;
  readonly #notes: string;

  static async begin(): Promise<Watch> {
    return new Watch(await temporaryFolder());
  }

  private constructor(base: string) {
    const folder = (name: string) => {
      mkdirSync(join(base, name));
      return join(base, name);
    };
    this.home = folder('home');
    this.cwd = folder('cwd');
    this.data = folder('data');
    this.#temporary = folder('tmp');
    this.#trace = join(base, 'trace');
    this.#notes = join(base, 'notes');
  }

  /** What runs a command line that is appended; in `cwd`, with `env`. */
  get command(): string[] {
    const calls = 'connect,sendto,sendmsg,sendmmsg,open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2';
    return hasStrace ? ['strace', ...STRACE, '-y', '-o', this.#trace, '-e', `trace=${calls}`] : [];
  }

  get env(): Record<string, string> {
    const { home, data } = this;
    return {
      HOME: home,
      DATA_DIR: data,
      TMPDIR: this.#temporary,
      NODE_OPTIONS: `--require=${hook}`,
      NOTES: this.#notes,
    };
  }

  /** Names that were looked up and hosts that were connected to, but for this machine's. For use when the process has ended. */
  get contacts(): string[] {
    const notes = existsSync(this.#notes) ? readFileSync(this.#notes, 'utf8').split('\n').filter(Boolean) : [];
    return [...notes, ...this.#calls().flatMap(contactOf)];
  }

  /** What was made or written where a server has nothing to write. For use when the process has ended. */
  get strayFiles(): string[] {
    const left = [this.home, this.cwd].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    );
    const own = [this.data, this.#temporary, this.#notes];
    const written = this.#calls()
      .flatMap((call) => writtenBy(call).map((path) => resolve(this.cwd, path)))
      .filter((path) => !own.some((allowed) => path === allowed || path.startsWith(`${allowed}/`)))
      // Devices, and what the kernel tells of the process itself.
      .filter((path) => !/^\/(dev|proc\/self|proc\/\d+)\//.test(path));
    return [...new Set([...left, ...written])];
  }

  /** System calls as strace writes them, without process ids; one that was interrupted is put together again. */
  #calls(): string[] {
    if (!hasStrace) return [];
    const started = new Map<string, string>();
    const calls: string[] = [];
    for (const line of readFileSync(this.#trace, 'utf8').split('\n')) {
      const [, pid = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
      const begun = /^(.*) <unfinished \.\.\.>$/.exec(text)?.[1];
      const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
      if (begun !== undefined) started.set(pid, begun);
      else if (resumed !== undefined) calls.push(`${started.get(pid) ?? ''}${resumed}`);
      else calls.push(text);
    }
    return calls;
  }
}

/** Every address but this machine's; and port 53 and name services, which look names up elsewhere for this machine. */
function contactOf(call: string): string[] {
  if (!/^(connect|send\w+)\(/.test(call)) return [];
  const unix = /sun_path=@?"([^"]*)/.exec(call)?.[1];
  if (unix !== undefined) return [`connected to ${unix}`];
  const address = /inet_addr\("([^"]+)"|inet_pton\(AF_INET6, "([^"]+)"/.exec(call);
  const host = address?.[1] ?? address?.[2];
  if (host === undefined) return [];
  const port = /port=htons\((\d+)\)/.exec(call)?.[1];
  const isHere = host.startsWith('127.') || host === '::1' || host.startsWith('::ffff:127.');
  return isHere && port !== '53' ? [] : [`sent to ${host}:${port}`];
}

/** Paths that a successful call made, or opened for writing. */
function writtenBy(call: string): string[] {
  if (/ = -1 E/.test(call)) return [];
  if (/^open/.test(call) && !/O_WRONLY|O_RDWR|O_CREAT/.test(call)) return [];
  if (!/^(open|creat|mkdir|rename)/.test(call)) return [];
  // The last name is the new one; with -y a folder's descriptor has its path: openat(AT_FDCWD</cwd>, "name", …).
  const names = [...call.matchAll(/(?:<([^>]*)>, )?"([^"]*)"/g)];
  const [, folder = '', name = ''] = names.at(-1) ?? [];
  if (name.startsWith('/')) return [name];
  return [join(folder, name)];
}

function runs(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
