import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { program, runCommand } from '../../support/command.js';
import { scriptedServer } from '../../support/scripted-server.js';
import { TroubledServer } from './troubled-server.js';

test('an import that gets Ctrl-C finishes the photo under way, and the next run sends the rest', async () => {
  const folder = join(await temporaryFolder(), 'photos');
  await mkdir(folder);
  for (let i = 0; i < 3; i++) await writeFile(join(folder, `an_${i}.jpg`), `photo ${i}`);
  const server = new TroubledServer([]);
  const args = [folder, '--url', await scriptedServer(server.answer), '--parallel', '1'];
  const child = spawn(process.execPath, [program, 'import', ...args], { env: { FACESEARCH_KEY: 'k' } });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (text) => (output[stream] += text));
  server.onAdd = async () => {
    child.kill('SIGINT');
    await expect.poll(() => output.stderr, { timeout: 20_000 }).toContain('stopping');
  };
  const [code] = await once(child, 'close');
  expect(code, output.stderr).toBe(1);
  expect(output.stdout).toContain('1 photos added, 0 refused.\n2 photos are not sent yet');
  expect(server.faces).toEqual(['photo 0']);

  server.onAdd = () => {};
  const second = await runCommand('import', '/nowhere', args, { env: { FACESEARCH_KEY: 'k' } });
  expect(second.code, second.stderr).toBe(0);
  expect(second.stdout).toContain('2 photos added (1 earlier), 0 refused.');
  expect(server.faces).toEqual(['photo 0', 'photo 1', 'photo 2']);
  expect(server.calls).not.toContain('/candidates');
});
