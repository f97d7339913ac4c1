import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export interface CommandOptions {
  env?: Record<string, string>;
  /** Standard input. */
  input?: string;
  /** Milliseconds after which it is killed, if it is not at its end by then. */
  killAfter?: number;
}

export interface CommandResult {
  /** Null when it was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Path of the compiled program. */
export const program = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** Runs a command of the compiled `facesearch` on a data folder. */
export async function runCommand(
  command: string,
  dataDir: string,
  args: readonly string[],
  { env = {}, input = '', killAfter }: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [program, command, ...args], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...env },
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (text) => {
      output[stream] += text;
    });
  }
  // A command that is killed, or reads nothing, closes it early.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, ...output };
}

/** Kills a command later and later, until it comes to its end, which is returned. */
export async function killLaterAndLater(run: (killAfter: number) => Promise<CommandResult>): Promise<CommandResult> {
  let killed = 0;
  for (let after = 120; ; after *= 1.7) {
    const result = await run(after);
    if (result.code === 0) {
      expect(killed).toBeGreaterThan(0);
      return result;
    }
    expect(result.code, result.stderr).toBe(null);
    killed++;
  }
}
