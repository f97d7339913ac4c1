import { spawn } from 'node:child_process';

/** Set where the tests made an engine of their own: scripts/container/engine.sh. */
const engine = process.env.TRIAL_ENGINE;
const [program, ...before] = engine ? [engine, 'docker'] : ['docker'];

export interface Outcome {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

export interface Options {
  cwd?: string;
  env?: Record<string, string>;
  /** Told each piece of either stream as it comes. */
  onOutput?: (text: string) => void;
}

/** Runs Docker's client and reports how it ended, whatever that is. */
export function tryDocker(args: readonly string[], options: Options = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program as string, [...before, ...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout.push(chunk);
      options.onOutput?.(String(chunk));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
      options.onOutput?.(String(chunk));
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(stdout), stderr }));
  });
}

/** @returns the standard output without white space around it. @throws Error with the standard error when the client fails */
export async function docker(args: readonly string[], options: Options = {}): Promise<string> {
  const { code, stdout, stderr } = await tryDocker(args, options);
  if (code === 0) return stdout.toString().trim();
  throw new Error(`docker ${args.join(' ')} ended with ${code}: ${stderr.trim().split('\n').slice(-20).join('\n')}`);
}

/** A template of `docker inspect`, evaluated. */
export function inspect(name: string, template: string): Promise<string> {
  return docker(['inspect', '--format', template, name]);
}

/** What a container wrote, to both streams. */
export async function logs(container: string): Promise<string> {
  const { stdout, stderr } = await tryDocker(['logs', container]);
  return `${stdout}${stderr}`;
}

/** Runs a command inside a running container, as the container's own user. */
export function exec(container: string, ...command: string[]): Promise<string> {
  return docker(['exec', container, ...command]);
}
