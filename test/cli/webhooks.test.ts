import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { runCommand } from '../support/command.js';

test('webhooks are added, listed, retried and deleted by command line, and audited', async () => {
  const folder = await temporaryFolder();
  await (await SqliteStore.open(join(folder, 'facesearch.sqlite'))).close();
  const env = { AUDIT_LOG: join(folder, 'audit.log') };
  const webhooks = (...args: string[]) => runCommand('webhooks', folder, args, { env });

  const added = await webhooks('add', 'https://example.com/hook', '--tenant', 'acme', '--events', 'match,deleted');
  expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_\S{43}\n$/) });
  expect(added.stderr).toContain('Webhook 1 of the tenant "acme"');
  const { stdout } = await webhooks('list', '--tenant', 'acme');
  expect(stdout).toMatch(/^id +url +events +waiting +dead\n1 +https:\/\/example.com\/hook +match deleted +0 +0\n$/);
  expect((await webhooks('list')).stdout).toBe('The tenant "default" has no webhook.\n');
  expect((await webhooks('retry', '1', '--tenant', 'acme')).stdout).toBe('0 deliveries are tried again.\n');
  expect(await webhooks('delete', '1')).toMatchObject({ code: 1, stderr: 'The tenant "default" has no webhook 1.\n' });
  expect((await webhooks('delete', '1', '--tenant', 'acme')).stdout).toBe('Webhook 1 is deleted.\n');
  expect((await webhooks('dead-letters', '--tenant', 'acme')).stdout).toContain('was given up');
  const lines = (await readFile(env.AUDIT_LOG, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).call)).toEqual(['add webhook', 'retry webhook', 'delete webhook']);
});

test.each([
  [['add', 'http://localhost/hook'], 'must not lead to a private network'],
  [['add', 'https://example.com', '--events', 'hired'], 'there is no event "hired"'],
  [['add'], 'It is webhooks list'],
  [['delete', 'one'], 'It is webhooks list'],
  [['destroy'], 'There is no "webhooks destroy"'],
])('%j is refused in one sentence with exit code 2', async (args, message) => {
  const folder = await temporaryFolder();
  await (await SqliteStore.open(join(folder, 'facesearch.sqlite'))).close();
  const { code, stderr } = await runCommand('webhooks', folder, args);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  expect(stderr).not.toContain('    at ');
});
