import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPath } from '../../src/http/routes/admin/admin.js';
import { basePath } from '../../src/http/routes/v4/v4.js';
import type { Server } from '../../src/server.js';
import { projectRoot } from '../../src/util/paths.js';
import { photos } from '../contract/contract-photos.js';
import { realServer } from '../support/real-server.js';
import { socketTarget, type Target } from '../support/target.js';
import { refusingFront } from './refusing-front.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'facesearch-examples-'));
const source = (file: string) => join(projectRoot, 'examples', file);
const csharp = join(folder, 'FaceSearch.exe');

interface Example {
  /** Commands that succeed where the tools are, each with what it stands for. */
  tools: Record<string, readonly string[]>;
  compile?: readonly string[];
  command: readonly string[];
}

/** What each example needs and how it is started. */
const examples: Record<string, Example> = {
  'facesearch.sh': {
    tools: { curl: ['curl', '--version'], jq: ['jq', '--version'] },
    command: ['sh', source('facesearch.sh')],
  },
  'facesearch.mjs': { tools: {}, command: [process.execPath, source('facesearch.mjs')] },
  'facesearch.py': {
    tools: { 'python3 with requests': ['python3', '-c', 'import requests'] },
    command: ['python3', source('facesearch.py')],
  },
  'FaceSearch.cs': {
    tools: { 'mcs (C# compiler of Mono)': ['mcs', '--version'], mono: ['mono', '--version'] },
    compile: [
      'mcs',
      `-out:${csharp}`,
      ...['System.Net.Http', 'System.Runtime.Serialization', 'System.Xml', 'System.Xml.Linq'].map(
        (name) => `-r:${name}`,
      ),
      source('FaceSearch.cs'),
    ],
    command: ['mono', csharp],
  },
  'facesearch.php': {
    tools: { 'php with its curl extension': ['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);'] },
    command: ['php', source('facesearch.php')],
  },
  'FaceSearch.java': {
    tools: { 'java and its compiler (a JDK)': ['javac', '--version'] },
    command: ['java', source('FaceSearch.java')],
  },
};

it('the tests know every file of examples/', () => {
  const files = readdirSync(join(projectRoot, 'examples')).filter((name) => name !== 'README.md');
  expect(files.sort()).toEqual(Object.keys(examples).sort());
});

describe('the examples', () => {
  let server: Server & { key: string };
  let target: Target & { port: number };
  let front: Awaited<ReturnType<typeof refusingFront>>;

  beforeAll(async () => {
    server = await realServer();
    target = await socketTarget(server.app);
    front = await refusingFront(target.port);
    const files = {
      'an-1': 'franck',
      'an-2': 'franckAgain',
      stranger: 'audrey',
      group: 'group',
      close: 'tooClose',
    } as const;
    for (const [name, photo] of Object.entries({ ...files, 'not-a-photo': 'gif' } as const))
      writeFileSync(join(folder, `${name}.jpg`), photos[photo]);
  });

  afterAll(async () => {
    await front.close();
    await target.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function start({ command }: Example, url: string, key: string, photoNames: readonly string[]) {
    const [program = '', ...args] = command;
    return run(program, [...args, ...photoNames.map((name) => join(folder, `${name}.jpg`))], {
      env: { ...process.env, FACESEARCH_URL: url, FACESEARCH_KEY: key },
    });
  }

  describe.each(Object.entries(examples))('%s', (_, example) => {
    beforeAll(async () => {
      const [program, ...args] = missingTools(example) === '' ? (example.compile ?? []) : [];
      if (program !== undefined) await run(program, args);
    });

    it('the example enrols, finds, reads refusals, waits when it is told to, and leaves nothing behind', async (context) => {
      const missing = missingTools(example);
      context.skip(missing !== '', `not run: ${missing} missing`);
      front.takeRefused();

      const probes = ['an-2', 'stranger', 'group', 'close', 'not-a-photo'];
      const { stdout, stderr } = await start(example, front.url, server.key, ['an-1', ...probes]);

      expect(stderr).toBe('');
      const lines = stdout.split('\n');
      expect(lines).toEqual([
        'create: 200 User created/updated',
        'add an-1.jpg: 200 Add photo success',
        expect.stringMatching(/^search an-2\.jpg: 200 an \(Nguyễn Văn An\), similarity (?:0\.\d\d|1\.00)$/),
        'search stranger.jpg: 404 Not found (not-found)',
        'search group.jpg: 407 More than 1 faces detected (many-faces)',
        'search close.jpg: 406 Photo not contains full face, too close; wearing mask, sunglasses or hat (too-close)',
        expect.stringMatching(/^search not-a-photo\.jpg: 400 \S.+\. \(image-format\)$/),
        'delete: 200 User deleted',
        'delete_collection: 200 Remove collection success',
        '',
      ]);
      expect(front.takeRefused()).toEqual({
        [`POST ${basePath}/create`]: 503,
        [`POST ${basePath}/add`]: 429,
        [`POST ${basePath}/search`]: 503,
        [`DELETE ${basePath}/delete`]: 429,
        [`DELETE ${basePath}/delete_collection`]: 503,
      });
      const headers = { api_key: server.key };
      const left = await target.send({ method: 'GET', path: `${adminPath}/collections`, absolute: true, headers });
      expect(left.json.data).toEqual([]);
    });

    it('the example fails with an unknown key', async (context) => {
      const missing = missingTools(example);
      context.skip(missing !== '', `not run: ${missing} missing`);
      const started = start(example, `http://127.0.0.1:${target.port}`, 'wrong', ['an-1', 'an-2']);
      await expect(started).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/create failed: .*Unknown api_key/),
      });
    });
  });
});

/** What the example needs and this machine has not, in words. */
function missingTools({ tools }: Example): string {
  const missing = Object.entries(tools).filter(([, [program = '', ...args]]) => spawnSync(program, args).status !== 0);
  return missing.map(([name]) => name).join(', ');
}
