import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AuditReader } from '../../../src/observability/audit/audit-reader.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';

const line = (n: number, tenant: string, more = '') =>
  `${JSON.stringify({ time: `t${n}`, tenant, call: 'search', requestId: `é${more}` })}\n`;

/** Times of all lines of a tenant, page by page. */
async function all(reader: AuditReader, tenant: string, limit: number, between = async () => {}) {
  const times: string[] = [];
  let from: string | undefined;
  do {
    const page = await reader.page({ tenants: [tenant], from, limit });
    times.push(...page.lines.map(({ time }) => time));
    from = page.next;
    await between();
  } while (from !== undefined);
  return times;
}

const down = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((from - to) / step) + 1 }, (_, i) => `t${from - i * step}`);

test('the newest lines of a tenant come first, page by page through all files, each once', async () => {
  const file = join(await temporaryFolder(), 'audit.log');
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => line(from + i, (from + i) % 2 ? 'globex' : 'acme')).join('');
  await writeFile(`${file}.2`, lines(0, 9));
  await writeFile(`${file}.1`, lines(10, 19));
  // A disk that was full for a moment left half a line.
  await writeFile(file, `${lines(20, 24)}{"time":"t99","tenant":"acme\n${lines(25, 29)}`);
  const reader = new AuditReader(file, 5);
  expect(await all(reader, 'acme', 3)).toEqual(down(28, 0, 2));
  expect(await all(reader, 'globex', 200)).toEqual(down(29, 1, 2));
  expect(await all(reader, 'nobody', 3)).toEqual([]);
});

test('a page goes on where the one before ended, also when the file has got another name meanwhile', async () => {
  const file = join(await temporaryFolder(), 'audit.log');
  await writeFile(file, [0, 1, 2, 3].map((n) => line(n, 'acme')).join(''));
  const reader = new AuditReader(file, 5);
  let isMoved = false;
  const move = async () => {
    if (isMoved) await appendFile(file, line(5, 'acme'));
    else {
      await rename(file, `${file}.1`);
      await writeFile(file, line(4, 'acme'));
    }
    isMoved = true;
  };
  expect(await all(reader, 'acme', 1, move)).toEqual(down(3, 0));
  expect(await reader.page({ tenants: ['acme'], from: '1-10', limit: 5 })).toEqual({ lines: [], next: undefined });
  expect(await new AuditReader(`${file}.none`, 5).page({ tenants: ['acme'], limit: 5 })).toMatchObject({ lines: [] });
});

test('one page reads at most 8 MiB, however few lines of the tenant it finds', async () => {
  const file = join(await temporaryFolder(), 'audit.log');
  const others = line(1, 'globex', 'x'.repeat(1000)).repeat(10_000);
  await writeFile(file, line(0, 'acme') + others);
  const first = await new AuditReader(file, 5).page({ tenants: ['acme'], limit: 5 });
  expect(first).toEqual({ lines: [], next: expect.stringMatching(/^\d+-\d+$/) });
  expect(await all(new AuditReader(file, 5), 'acme', 5)).toEqual(['t0']);
});
