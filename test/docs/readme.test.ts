import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configPage, withConfigTable } from '../../scripts/config-table.js';
import { reasonPage, withReasonTable } from '../../scripts/reason-table.js';
import { basePath } from '../../src/http/routes/v4/v4.js';
import type { Server } from '../../src/server.js';
import { projectRoot } from '../../src/util/paths.js';
import { photo } from '../support/photos.js';
import { realServer } from '../support/real-server.js';
import { socketTarget, type Target } from '../support/target.js';

const read = (page: string) => readFileSync(join(projectRoot, page), 'utf8');

it('docs/configuration.md lists every variable as it is declared (npm run docs:config writes the table)', () => {
  const page = readFileSync(configPage, 'utf8');
  expect(page).toBe(withConfigTable(page));
});

it('the documentation names only npm scripts that exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const files = ['docs', 'deploy', 'models', 'examples', 'scripts'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const texts = files.filter((name) => /\.(md|service|ya?ml|ts|sh)$/.test(name));
  // After `npm explore PACKAGE --` it is a script of another package.
  for (const file of ['README.md', 'README.vi.md', 'CONTRIBUTING.md', 'Dockerfile', 'docker-compose.yml', ...texts]) {
    for (const [, script = ''] of read(file).matchAll(/(?<!-- )\bnpm run (?:--silent )?([a-z][\w:-]*)/g))
      expect(Object.keys(scripts), `npm run ${script} in ${file}`).toContain(script);
  }
});

it('docs/api.md lists every reason as the table of errors has it (npm run docs:reasons writes the table)', () => {
  const page = readFileSync(reasonPage, 'utf8');
  expect(page).toBe(withReasonTable(page));
});

const pages = [
  'README.md',
  'README.vi.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'models/README.md',
  'examples/README.md',
  ...readdirSync(join(projectRoot, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Anchors of the page's headings, as GitHub makes them. */
function anchors(page: string): string[] {
  const text = read(page).replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

it.each(pages)('%s links only to files and sections that exist', (page) => {
  for (const [, path = '', anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
    const target = path === '' ? page : join(dirname(page), path);
    expect(existsSync(join(projectRoot, target)), `${path} in ${page}`).toBe(true);
    if (anchor !== undefined && target.endsWith('.md'))
      expect(anchors(target), `#${anchor} of ${target} in ${page}`).toContain(anchor);
  }
});

const run = promisify(execFile);
const hasCurl = process.env.CI !== undefined || spawnSync('curl', ['--version']).status === 0;

/** The page's block of curl commands. */
function sampleBlock(page: string): string {
  return /```sh\n(URL=[\s\S]*?)```/.exec(read(page))?.[1] ?? '';
}

/** Commands of this block, each with the reply that it promises. */
function samples(page: string): { command: string; reply: string }[] {
  const block = sampleBlock(page);
  const found: { command: string; reply: string }[] = [];
  let command = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('#> ')) found.push({ command, reply: line.slice(3) });
    else if (!line.startsWith('#')) command = line;
  }
  return found;
}

// `…` stands for anything.
function pattern(reply: string): RegExp {
  return new RegExp(`^${reply.split('…').map(literally).join('.*')}$`);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

describe.skipIf(!hasCurl)('the curl samples (skipped without curl)', () => {
  let server: Server & { key: string };
  let target: Target & { port: number };
  const folder = mkdtempSync(join(tmpdir(), 'facesearch-readme-'));

  beforeAll(async () => {
    server = await realServer();
    target = await socketTarget(server.app);
    const files = { 'an-1': 'franck_01829', 'an-2': 'franck_02045', 'an-3': 'franck_02888', stranger: 'audrey' };
    for (const [name, source] of Object.entries(files)) {
      writeFileSync(join(folder, `${name}.jpg`), photo(`${source}.jpg`));
    }
    const crop = { left: 210, top: 60, width: 350, height: 440 };
    writeFileSync(join(folder, 'crop.jpg'), await sharp(photo('franck_01829.jpg')).extract(crop).jpeg().toBuffer());
    const { stdout } = await curl(`curl -s -H "api_key: $KEY" -F file=@an-2.jpg $URL/extract_from_fm`);
    writeFileSync(join(folder, 'vector.json'), JSON.stringify(JSON.parse(stdout).data.vector));
  });

  afterAll(async () => {
    await target.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function curl(command: string, { cwd = folder, PHOTOS = '' } = {}): Promise<{ stdout: string }> {
    const env = { ...process.env, URL: `http://127.0.0.1:${target.port}${basePath}`, KEY: server.key, PHOTOS };
    return run('bash', ['-c', command.replace('curl ', 'curl -s ')], { cwd, env });
  }

  it('the curl samples of docs/api.md cover the twelve endpoints', () => {
    const calls = new Set(samples('docs/api.md').map(({ command }) => /\$URL\/(\w+)/.exec(command)?.[1]));
    expect([...calls].sort()).toEqual([
      'add',
      'add_vector',
      'create',
      'delete',
      'delete_collection',
      'delete_faces',
      'extract_from_fm',
      'extract_no_crop_from_fm',
      'list',
      'search',
      'search_no_crop',
      'search_vector',
    ]);
  });

  it('the curl samples of docs/api.md get the replies that the page shows', { timeout: 180_000 }, async () => {
    const all = samples('docs/api.md');
    expect(all.length).toBeGreaterThan(3);
    for (const { command, reply } of all) expect((await curl(command)).stdout, command).toMatch(pattern(reply));
  });

  it('the curl samples of README.md, with the photos that it names, get the replies that it shows', async () => {
    // Also where those of docs/api.md have left people behind.
    await curl('curl -H "api_key: $KEY" -X DELETE -F collection= $URL/delete_collection');
    const PHOTOS = /^PHOTOS=(\S+)$/m.exec(sampleBlock('README.md'))?.[1];
    const all = samples('README.md');
    expect(all.length).toBeGreaterThan(3);
    for (const { command, reply } of all)
      expect((await curl(command, { cwd: projectRoot, PHOTOS })).stdout, command).toMatch(pattern(reply));
  });
});

describe('README.vi.md', () => {
  const headings = (page: string) => read(page).match(/^#+ /gm) ?? [];
  // The comments are translated, the commands and replies are not.
  const blocks = (page: string) =>
    (read(page).match(/^```[\s\S]*?^```$/gm) ?? []).map((block) => block.replace(/ *# .*$/gm, ''));
  const links = (page: string) => [...read(page).matchAll(/\]\(((?!README)[^)]+)\)/g)].map(([, link]) => link);

  it('README.vi.md has as many sections of each level as README.md', () => {
    expect(headings('README.md').length).toBeGreaterThan(5);
    expect(headings('README.vi.md')).toEqual(headings('README.md'));
  });

  it('README.vi.md has the same commands and replies as README.md', () => {
    expect(blocks('README.vi.md')).toEqual(blocks('README.md'));
  });

  it('README.vi.md links to the same pages as README.md, and both link to each other', () => {
    expect(links('README.vi.md')).toEqual(links('README.md'));
    expect(read('README.md')).toContain('(README.vi.md)');
    expect(read('README.vi.md')).toContain('(README.md)');
  });
});
