import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { AuditLog } from '../../../src/observability/audit/audit-log.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';

const entry = (requestId: string) => ({ tenant: 'acme', keyId: '1', call: 'search', requestId, code: '200', ms: 3 });

async function open(file: string, size = 1024 * 1024, keep = 3) {
  const logger = { info: vi.fn(), error: vi.fn() };
  const log = await AuditLog.open(file, { size, keep, logger });
  onTestFinished(() => log.close());
  return { log, logger };
}

async function idsIn(...files: string[]): Promise<string[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
  return lines.map((line) => (JSON.parse(line) as { requestId: string }).requestId);
}

test('the audit log gets one line for each entry, in order, in a file that only its owner can read', async () => {
  const file = join(await temporaryFolder(), 'made', 'audit.log');
  const first = await open(file);
  await Promise.all(['a', 'b', 'c'].map((id) => first.log.append(entry(id))));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await first.log.close();
  const second = await open(file);
  await second.log.append(entry('d'));
  expect(await idsIn(file)).toEqual(['a', 'b', 'c', 'd']);
  const [line] = (await readFile(file, 'utf8')).split('\n');
  expect(JSON.parse(line ?? '')).toEqual({ time: expect.stringMatching(/^20.*Z$/), ...entry('a') });
});

test('the audit log begins a new file when one is full, keeps some and deletes the oldest', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'audit.log');
  const { log } = await open(file, 1024, 2);
  const ids = Array.from({ length: 40 }, (_, i) => `request-${i}`);
  for (const id of ids) await log.append(entry(id));
  expect((await readdir(folder)).sort()).toEqual(['audit.log', 'audit.log.1', 'audit.log.2']);
  for (const name of await readdir(folder)) {
    const { mode, size } = await stat(join(folder, name));
    expect(mode & 0o777).toBe(0o600);
    expect(size).toBeLessThan(1024 + 200);
  }
  const kept = await idsIn(`${file}.2`, `${file}.1`, file);
  expect(kept).toEqual(ids.slice(-kept.length));
});

test('a log that cannot be written says so, keeps its lines, and writes them when it can', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'log', 'audit.log');
  const { log, logger } = await open(file, 1024, 2);
  // A rotation meets a folder where its file should go: the rename fails, with any user.
  await mkdir(join(`${file}.1`, 'in the way'), { recursive: true });
  await mkdir(join(`${file}.2`, 'in the way'), { recursive: true });
  const ids: string[] = [];
  while (log.isWritable) {
    ids.push(`before-${ids.length}`);
    await log.append(entry(ids.at(-1) ?? ''));
  }
  expect(logger.error).toHaveBeenCalledWith(
    { err: expect.objectContaining({ message: expect.stringContaining(file) }) },
    'calls answer 503 until it can be written',
  );
  await log.append(entry('meanwhile'));
  expect(log.isWritable).toBe(false);
  await rm(`${file}.1`, { recursive: true });
  await rm(`${file}.2`, { recursive: true });
  await expect.poll(() => log.isWritable, { timeout: 30_000 }).toBe(true);
  await log.append(entry('after'));
  expect(logger.error).toHaveBeenCalledTimes(1);
  const written = await idsIn(`${file}.1`, file);
  // The line before the trouble may have been cut short, so it is there twice.
  expect([...new Set(written)]).toEqual([...ids, 'meanwhile', 'after']);
});

test('what waits is written at the end, or counted as lost', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'audit.log');
  const { log, logger } = await open(file, 1024, 1);
  await mkdir(join(`${file}.1`, 'in the way'), { recursive: true });
  while (log.isWritable) await log.append(entry('x'));
  await log.close();
  expect(logger.error).toHaveBeenCalledWith({ lines: expect.any(Number) }, 'lines of the audit log are lost');
});

test('the audit log refuses a path that is no file', async () => {
  const folder = await temporaryFolder();
  await expect(open(folder)).rejects.toThrow(`Cannot write the audit log ${folder}`);
  await expect(open('/dev/null/audit.log')).rejects.toThrow('/dev/null/audit.log');
});
