import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { runCommand } from '../support/command.js';
import { listeningFakeApp, readOnlyKey } from '../support/fake-app.js';

async function comparing(words: readonly string[], ...options: string[]) {
  const { target } = await listeningFakeApp();
  const folder = await temporaryFolder();
  const files = words.map((_, i) => join(folder, `${i + 1}.jpg`));
  await Promise.all(files.map((file, i) => writeFile(file, words[i] ?? '')));
  const url = ['--url', `http://127.0.0.1:${target.port}`];
  return runCommand('compare', '/nowhere', [...files, ...url, ...options], { env: { FACESEARCH_KEY: readOnlyKey } });
}

describe('facesearch compare', () => {
  it.each([
    ['one person', ['cos:1', 'cos:0.875'], 0, 'One person: similarity 87.50 of 100, and 80 is a match.\n'],
    ['two people', ['cos:1', 'cos:0.796875'], 1, 'Two people: similarity 79.68 of 100, and 80 is a match.\n'],
    ['two cards', ['card', 'card'], 0, expect.stringContaining('Both are photos of identity documents.')],
    ['no face', ['cos:1', 'none'], 1, 'Refused: No faces detected (407, no-face): 2.jpg\n'],
    ['no image', ['broken', 'cos:1'], 1, expect.stringContaining('(408, image-format): 1.jpg')],
  ] as const)('%s', async (_what, words, code, stdout) => {
    expect(await comparing(words)).toEqual({ code, stdout, stderr: '' });
  });

  it('looks at the quality when asked, and prints the reply as JSON', async () => {
    expect((await comparing(['masked', 'cos:1'])).code).toBe(0);
    const { code, stdout } = await comparing(['masked', 'cos:1'], '--validate', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ code: '406', reason: 'too-close', photo: 1 });
  });

  it('says which file is not there', async () => {
    const { code, stderr } = await runCommand('compare', '/nowhere', ['/nowhere/a.jpg', '/nowhere/b.jpg']);
    expect(code).toBe(2);
    expect(stderr).toContain('There is no file /nowhere/');
  });
});
