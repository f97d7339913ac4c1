import { type ChildProcess, spawn } from 'node:child_process';
import { expect } from 'vitest';
import { program as facesearch } from './command.js';

/** The real server as a process of its own, on a free port of the loopback. */
export interface ServerProcess {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  /** Null when a signal ended it. */
  exitCode: Promise<number | null>;
  /** Resolves with the pattern's first group once the standard output matches. */
  waitFor(pattern: RegExp): Promise<string>;
  /** Resolves with the origin once the models are loaded and the gallery is open. */
  ready(): Promise<string>;
}

/**
 * @param command runs the server's own command line, which is appended
 * @param cwd its working folder; by default that of the tests
 */
export function startServer(
  folder: string,
  env: Record<string, string> = {},
  command: string[] = [],
  cwd?: string,
): ServerProcess {
  const [program = '', ...args] = [...command, process.execPath, facesearch, 'serve'];
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH, DATA_DIR: folder, HOST: '127.0.0.1', PORT: '0', WORKERS: '1', ...env },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const exitCode = new Promise<number | null>((resolve) => child.on('close', resolve));
  const waitFor = async (pattern: RegExp) => {
    const hasCome = () => child.exitCode !== null || pattern.test(output.stdout);
    await expect.poll(hasCome, { timeout: 30_000 }).toBe(true);
    expect(output.stdout, output.stderr).toMatch(pattern);
    return pattern.exec(output.stdout)?.[1] ?? '';
  };
  const ready = async () => {
    await waitFor(/"msg":"ready"/);
    return waitFor(/listening at (https?:\/\/127\.0\.0\.1:\d+)/);
  };
  return { child, output, exitCode, waitFor, ready };
}
