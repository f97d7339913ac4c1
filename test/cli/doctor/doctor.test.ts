import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkDataFolder } from '../../../src/cli/doctor/data-folder-check.js';
import type { Finding } from '../../../src/cli/doctor/finding.js';
import {
  checkClock,
  checkCores,
  checkMemory,
  checkNode,
  checkProcessor,
  MEMORY,
} from '../../../src/cli/doctor/machine.js';
import { checkModels } from '../../../src/cli/doctor/models-check.js';
import { checkPorts, checkTls } from '../../../src/cli/doctor/network-check.js';
import { checkOtherModels, otherModelsFinding } from '../../../src/cli/doctor/other-models-check.js';
import { checkPostgres, pgvectorFinding } from '../../../src/cli/doctor/postgres-check.js';
import { scaleFinding } from '../../../src/cli/doctor/scale-check.js';
import { checkSqlite } from '../../../src/cli/doctor/sqlite-check.js';
import { readConfig } from '../../../src/config/config.js';
import { lockDataFolder } from '../../../src/persistence/data-folder/data-folder-lock.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { ownScaleOf } from '../../gallery/own-scale/own-scales.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { asNobody } from '../../support/as-nobody.js';
import { runCommand } from '../../support/command.js';
import { damageTable } from '../../support/damage.js';
import { makeCertificate } from '../../support/make-certificate.js';
import { useTestDatabase } from '../../support/test-database.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

const dataKey = '1'.repeat(64);

/** `state text` of each finding; what is not ok must say how to fix it. */
function said(findings: Finding | readonly Finding[]): string[] {
  return [findings].flat().map(({ state, text, fix }) => {
    expect(state === 'ok' ? fix : fix?.length, text).toEqual(state === 'ok' ? undefined : expect.any(Number));
    return `${state} ${text}`;
  });
}

/** A data folder with this many faces. */
async function folderWith(faces: number, key?: string): Promise<string> {
  const folder = join(await temporaryFolder(), 'data');
  await mkdir(folder, { mode: 0o700 });
  const store = await SqliteStore.open(join(folder, 'facesearch.sqlite'), {
    dataKey: key === undefined ? undefined : DataKey.parse(key),
  });
  const random = new RandomVectors(1);
  for (let i = 0; i < faces; i++) {
    const user = { id: `u${i}`, name: 'U' };
    await store.addUserWithFace({ tenant: 'acme', collection: '' }, user, { embedding: random.unit(512), model: 'm' });
  }
  await store.close();
  return folder;
}

test('Node.js must be new enough, and should get security fixes', () => {
  expect(said([checkNode('22.0.0'), checkNode('24.19.0')])).toEqual(['ok Node.js 22.0.0', 'ok Node.js 24.19.0']);
  for (const version of ['20.9.0', '20.20.2', '21.7.3', '23.11.1']) {
    expect(said(checkNode(version))).toEqual([`warn Node.js ${version} gets no security fixes any more`]);
  }
  for (const version of ['20.8.1', '18.20.0']) {
    expect(said(checkNode(version))).toEqual([`fail Node.js ${version} is too old`]);
  }
});

test.each([
  ['flags\t\t: fpu avx2 avx512f avx512_vnni', 'x64', /^ok .*AVX-512 with VNNI/],
  ['flags\t\t: fpu avx2', 'x64', /^ok .*AVX2 \(/],
  ['flags\t\t: fpu sse4_2', 'x64', /^warn .*no AVX2/],
  [undefined, 'x64', /^ok .*not known/],
  [undefined, 'arm64', /^ok .*\(arm64\)/],
] as const)('a processor with %s on %s', (cpuinfo, arch, expected) => {
  // An argument that is undefined would be read from this machine.
  expect(said(checkProcessor(cpuinfo ?? '', arch))[0]).toMatch(expected);
});

test('workers, cores and memory must fit', () => {
  expect(said(checkCores({ WORKERS: 2 }, 4, 4))).toEqual(['ok 4 cores, WORKERS is 2']);
  expect(checkCores({ WORKERS: 8 }, 8, 2.5)).toMatchObject({
    state: 'warn',
    fix: expect.stringContaining('WORKERS=2'),
  });
  expect(said(checkCores({ WORKERS: 1 }, 1, 1))[0]).toMatch(/^warn 1 cores/);
  const two = { WORKERS: 2, MAX_PIXELS: 50_000_000, VECTOR_INDEX: 'scan' } as const;
  expect(said(checkMemory(two, 1000, 4e9))[0]).toMatch(/^ok 4.0 GB; 0.4 GB for 2 workers and 1000 faces, 0.7 GB while/);
  expect(said(checkMemory(two, 1000, 0.7e9))[0]).toMatch(/^warn 0.7 GB are little/);
  expect(said(checkMemory(two, 1_000_000, 4e9))[0]).toMatch(/^ok 4.0 GB; 1.2 GB/);
  expect(said(checkMemory({ ...two, VECTOR_INDEX: 'hnsw' }, 3_000_000, 4e9))[0]).toMatch(
    /^fail 4.0 GB are too little: 5.3 GB/,
  );
  expect(said(checkMemory(two, undefined, 4e9))[0]).not.toContain('faces');
  // A pack of 260 MB, in two workers.
  expect(said(checkMemory(two, 1000, 4e9, 280e6))[0]).toMatch(/^ok 4.0 GB; 1.7 GB for 2 workers/);
  expect(said(checkMemory(two, 1000, 1.5e9, 280e6))[0]).toMatch(/^fail 1.5 GB are too little/);
});

test('docs/operations.md says the memory that doctor counts', async () => {
  const page = await readFile('docs/operations.md', 'utf8');
  const kB = (bytes: number) => `${bytes / 1000} KB`;
  expect(page).toContain(`${kB(MEMORY.face.scan)} more`);
  expect(page).toContain(`${kB(MEMORY.face.hnsw)} with \`VECTOR_INDEX=hnsw\``);
  const afterFirst = (MEMORY.process + 2 * MEMORY.worker) / 1e9;
  expect(page).toContain(`| after the first photos | ${afterFirst} GB |`);
  expect(page).toContain(`\`MAX_PIXELS\` × ${MEMORY.bytesPerPixel} bytes more`);
});

test('a face takes as much memory in the index as doctor counts', () => {
  const faces = 100_000;
  const index = (name: string) => JSON.stringify(resolve('dist/src/vector-index', name));
  // A process of its own, whose memory nothing else moves.
  const script = `
    import { Arenas } from ${index('scan/arenas.js')};
    import { ScanIndex } from ${index('scan/scan-index.js')};
    const scan = new ScanIndex(new Arenas());
    const add = (from, count) => {
      const embeddings = new Float32Array(512 * count);
      for (let i = 0; i < count; i++) embeddings[512 * i + ((from + i) * 7) % 512] = 1;
      scan.add({ faceIds: Float64Array.from({ length: count }, (_, i) => from + i), embeddings });
    };
    add(1, 100);
    gc();
    const before = process.memoryUsage.rss();
    for (let at = 101; at <= ${faces}; at += 100) add(at, 100);
    gc();
    console.log(process.memoryUsage.rss() - before);`;
  const measured = Number(execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script])) / faces;
  expect(measured).toBeGreaterThan(MEMORY.face.scan * 0.75);
  expect(measured).toBeLessThan(MEMORY.face.scan * 1.25);
});

test('faces that another model made are a warning that names the way back', async () => {
  const folder = await folderWith(3);
  expect(said(await checkOtherModels(configOf(folder)))).toEqual([
    'warn 3 of 3 were made by another model: they are kept, but not searched',
  ]);
  expect((await checkOtherModels(configOf(folder)))[0]?.fix).toContain('facesearch re-embed');
  expect(await checkOtherModels(configOf(join(folder, 'none')))).toEqual([]);
  expect(said(otherModelsFinding({ others: 0, faces: 7 }))).toEqual(['ok 7, all made by the model of the pack']);
});

test('a clock that is behind, jumps or has no time zone is found', async () => {
  expect(said(await checkClock())[0]).toMatch(/^ok 20/);
  expect(said(await checkClock(Date.now() + 10 * 86_400_000))[0]).toMatch(/^fail .* before this server was built/);
  let hours = 0;
  const jumping = () => Date.now() + 3_600_000 * hours++;
  expect(said(await checkClock(0, jumping))[0]).toMatch(/^warn it jumped by 3[56]\d{5} ms/);
  const zone = process.env.TZ;
  onTestFinished(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  process.env.TZ = 'Asia/Saigonn';
  expect(said(await checkClock())[1]).toMatch(/^warn the time zone TZ=Asia\/Saigonn is not known/);
  process.env.TZ = 'Asia/Ho_Chi_Minh';
  expect(said(await checkClock())[1]).toMatch(/^ok time zone Asia/);
});

test('models must be there, whole, and of a pack that exists', async () => {
  const config = { MODEL_MANIFEST: undefined, MODEL_PACK: 'default' };
  expect(said(await checkModels(config))).toEqual([expect.stringMatching(/^ok \d models of the pack "default"/)]);
  const missing = await checkModels(config, await temporaryFolder());
  expect(said(missing)).toEqual(Array.from({ length: 6 }, () => expect.stringMatching(/^fail .+ is missing$/)));
  expect(missing[0]?.fix).toContain('facesearch models');
  expect(said(await checkModels({ ...config, MODEL_PACK: 'none' }))[0]).toMatch(/^fail .*has no pack "none"/);
});

test('a data folder is looked at without being made or changed', async () => {
  const above = await temporaryFolder();
  const folder = join(above, 'a', 'b');
  expect(said(checkDataFolder(folder).findings)[0]).toBe(`ok ${folder} will be made at the first start`);
  expect(await readdir(above)).toEqual([]);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  expect(checkDataFolder(folder)).toMatchObject({ inUse: false });
  const unlock = lockDataFolder(folder);
  const used = checkDataFolder(folder);
  unlock();
  expect(used.inUse).toBe(true);
  expect(said(used.findings)).toContain('ok a server runs on it');
  expect(checkDataFolder(folder)).toMatchObject({ inUse: false });
  await chmod(folder, 0o755);
  expect(said(checkDataFolder(folder).findings)).toContainEqual(expect.stringMatching(/^warn .* open to other users/));
  await writeFile(join(above, 'file'), '');
  expect(said(checkDataFolder(join(above, 'file')).findings)[0]).toMatch(/^fail .* is a file/);
});

test('a data folder that cannot be written is a failure', async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o500);
  expect(said(asNobody(folder, () => checkDataFolder(folder)).findings)[0]).toMatch(/^fail .* cannot be written/);
});

const configOf = (folder: string, env: Record<string, string> = {}) => readConfig({ DATA_DIR: folder, ...env });

test('the database must be whole, of this version, and fit the data key', async () => {
  const folder = await folderWith(3);
  const plain = checkSqlite(configOf(folder));
  expect(plain.faces).toBe(3);
  expect(said(plain.findings)).toEqual([
    expect.stringMatching(/^ok SQLite, whole \(quick_check\), schema \d+$/),
    'ok none: the data is not encrypted (docs/encryption.md)',
  ]);
  const unwanted = said(checkSqlite(configOf(folder, { DATA_KEY: dataKey })).findings);
  expect(unwanted[1]).toMatch(/^fail the database does not fit: it is not encrypted/);
  const encrypted = await folderWith(1, dataKey);
  expect(said(checkSqlite(configOf(encrypted, { DATA_KEY: dataKey })).findings)[1]).toMatch(
    /^ok the data is encrypted/,
  );
  const wrong = said(checkSqlite(configOf(encrypted, { DATA_KEY: '2'.repeat(64) })).findings);
  expect(wrong[1]).toMatch(/^fail .* is another/);
  expect(wrong.join()).not.toContain('2222');
  expect(said(checkSqlite(configOf(join(folder, 'none'))).findings)).toEqual([expect.stringContaining('first start')]);
});

test('a damaged database is found', async () => {
  const folder = await folderWith(50);
  damageTable(join(folder, 'facesearch.sqlite'), 'faces');
  expect(said(checkSqlite(configOf(folder)).findings)[0]).toMatch(/^fail /);
  await writeFile(join(folder, 'facesearch.sqlite'), 'no database at all, but long enough to look at '.repeat(30));
  await rm(join(folder, 'facesearch.sqlite-wal'), { force: true });
  expect(said(checkSqlite(configOf(folder)).findings)[0]).toMatch(/^fail .*not a database/);
});

const database = useTestDatabase();

test('doctor checks PostgreSQL, and fails when it does not answer', async () => {
  const { url } = database();
  expect(said(await checkPostgres({ DATABASE_TIMEOUT: 30_000 }, url))).toEqual([
    expect.stringMatching(/^ok PostgreSQL \d/),
    expect.stringMatching(/^ok pgvector 0\.\d/),
    expect.stringMatching(/^ok schema \d/),
  ]);
  await database().goAway();
  const away = said(await checkPostgres({ DATABASE_TIMEOUT: 1000 }, url));
  await database().comeBack();
  expect(away).toEqual([expect.stringMatching(/^fail The database 127\.0\.0\.1.* /)]);
  expect(away.join()).not.toContain('postgres:postgres');
  expect(said([pgvectorFinding(undefined), pgvectorFinding({ version: '0.7.4', there: true })])).toEqual([
    'fail pgvector is not installed',
    'fail pgvector 0.7.4 is too old',
  ]);
});

test('doctor reports a free port, and one that another program uses', async () => {
  const other = createServer((socket) => socket.resume().end('220 mail.example\r\n'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  const config = configOf('data', { HOST: '127.0.0.1', PORT: String(port), METRICS_PORT: '0' });
  expect(said(await checkPorts(config, false))).toEqual([
    `fail 127.0.0.1:${port} is in use by another program`,
    'ok METRICS_PORT is any free one',
  ]);
  await new Promise((resolve) => other.close(resolve));
  expect(said(await checkPorts(config, false))[0]).toBe(`ok 127.0.0.1:${port} is free`);
  const strange = configOf('data', { HOST: '203.0.113.7' });
  expect(said(await checkPorts(strange, false))[0]).toMatch(/^fail 203\.0\.113\.7 is no address of this machine/);
});

test('a certificate must be there, fit its key, and last', async () => {
  const folder = await temporaryFolder();
  const long = makeCertificate(folder, 'long', 365);
  const short = makeCertificate(folder, 'short', 5);
  const env = (cert: string, key: string) => configOf('data', { TLS_CERT: cert, TLS_KEY: key });
  expect(said(checkTls(env(long.cert, long.key)))[0]).toMatch(/^ok certificate of CN=long, until 20/);
  expect(said(checkTls(env(short.cert, short.key)))[0]).toMatch(/^warn .* in [45] days/);
  expect(said(checkTls(env(short.cert, short.key), Date.now() + 6 * 86_400_000))[0]).toMatch(/^fail .* ended on/);
  expect(said(checkTls(env(long.cert, short.key)))[0]).toMatch(/^fail TLS_KEY: the key is not that/);
  expect(said(checkTls(env(join(folder, 'none'), long.key)))[0]).toMatch(/^fail TLS_CERT/);
  await chmod(long.key, 0o644);
  expect(said(checkTls(env(long.cert, long.key)))[1]).toMatch(/^warn .* can be read by every user/);
  expect(said(checkTls(configOf('data', { HOST: '127.0.0.1' })))[0]).toMatch(/^ok none/);
  expect(said(checkTls(configOf('data', { TRUST_PROXY: 'loopback' })))[0]).toMatch(/^ok none/);
  expect(said(checkTls(configOf('data')))[0]).toMatch(/^warn none/);
});

test('the command prints a line for each finding, or JSON, and ends with 1 when something fails', async () => {
  const folder = await folderWith(1);
  const env = { HOST: '127.0.0.1', PORT: '0', DATA_KEY: dataKey };
  const well = await runCommand('doctor', folder, [], { env: { ...env, DATA_KEY: '', HOST: '0.0.0.0' } });
  expect(well.code, well.stdout).toBe(0);
  expect(well.stdout).toMatch(/^ok {4}settings {3}every variable is right$/m);
  expect(well.stdout).toMatch(/^WARN {2}tls .*\n {17}→ Set TLS_CERT/m);
  expect(well.stdout).toMatch(/The server can start; \d+ warnings?\.\n$/);
  const ill = await runCommand('doctor', folder, ['--json'], { env });
  expect(ill.code).toBe(1);
  const { ok, findings } = JSON.parse(ill.stdout) as { ok: boolean; findings: Finding[] };
  expect(ok).toBe(false);
  expect(findings.filter(({ state }) => state === 'fail').map(({ check }) => check)).toEqual(['data-key']);
  expect(ill.stdout).not.toContain(dataKey);
  const unset = await runCommand('doctor', folder, [], { env: { PORT: 'x', WORKERS: '0' } });
  expect(unset.code).toBe(1);
  expect(unset.stdout.match(/^FAIL {2}settings/gm)).toHaveLength(2);
});

test('doctor warns of a scale that is not of the own gallery or not of its people of today', () => {
  const madeAt = new Date('2027-01-31');
  const scale = (at80: number, centres = 'c1') => ({ data: JSON.stringify(ownScaleOf(at80, centres)), madeAt });
  const seen = (people: number, made?: { data: string; madeAt: Date }) =>
    said(scaleFinding({ people, largest: people, scale: made }, 'c1'))[0];
  expect(seen(19)).toMatch(/^ok the pack's: the gallery is too small .*19 people, 20 are needed/);
  expect(seen(99)).toMatch(/^ok the pack's: none was made from your own 99 people/);
  expect(seen(100)).toMatch(/^warn the pack's: none was made/);
  const provisional = scaleFinding({ people: 5, largest: 5, scale: undefined }, 'c1', true);
  expect(said(provisional)[0]).toMatch(/^warn the pack's, which is provisional: nobody has measured it/);
  expect(said(scaleFinding({ people: 210, largest: 210, scale: scale(0.3) }, 'c1', true))[0]).toMatch(
    /^ok made from your/,
  );
  expect(seen(210, scale(0.3))).toBe('ok made from your own gallery on 2027-01-31, from 200 people');
  expect(seen(315, scale(0.3))).toMatch(/^warn .* is stale: 210 people had faces then, 315 have now/);
  expect(seen(210, scale(0.3, 'c2'))).toMatch(/^warn .*another version/);
  expect(seen(210, { data: '{}', madeAt })).toMatch(/^warn .*another version/);
});
