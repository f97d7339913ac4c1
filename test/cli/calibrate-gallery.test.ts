import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { identityOf } from '../../src/gallery/model-identity.js';
import { ownScaleSchema } from '../../src/gallery/own-scale/own-scale.js';
import { scalePoints } from '../../src/gallery/scoring/similarity.js';
import { readPack } from '../../src/models/choose-pack.js';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import type { PostgresStore } from '../../src/persistence/people/postgres/postgres-store.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import type { Store } from '../../src/persistence/store.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { runCommand } from '../support/command.js';
import { useTestDatabase } from '../support/test-database.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

const key = '2'.repeat(64);
const packModel = (await readPack(defaultManifestPath, 'default')).embedders.v3.model;
const model = identityOf(packModel);
const packPoints = scalePoints(packModel.calibration);
const database = useTestDatabase();

/** Random people, two photos each; the last is the first again, under another id. */
async function fill(store: Store, people: number, random = new RandomVectors(1)): Promise<void> {
  const where = { tenant: 'acme', collection: 'staff' };
  const first = random.unit(512);
  for (let i = 0; i < people; i++) {
    const direction = i === 0 || i === people - 1 ? first : random.unit(512);
    const face = () => ({ embedding: random.near(direction, 0.95), model });
    await store.addUserWithFace(where, { id: `u${i}`, name: 'U' }, face());
    await store.addFace(where, `u${i}`, face());
  }
}

test('a scale is shown, written, listed and taken back, with a data key, beside an open store', async () => {
  const folder = await temporaryFolder();
  const store = await SqliteStore.open(join(folder, 'facesearch.sqlite'), { dataKey: DataKey.parse(key) });
  const log = join(folder, 'audit.log');
  const run = (...args: string[]) =>
    runCommand('calibrate', folder, ['--gallery', ...args], { env: { DATA_KEY: key, AUDIT_LOG: log } });
  try {
    await fill(store, 19);
    const refused = await run('--write');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^The largest tenant has 19 people .* The pack's scale stays\.\n$/);

    await fill(store, 31, new RandomVectors(2));
    const shown = await run();
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout).toMatch(/pairs of strangers: 30 people with/);
    expect(shown.stdout).toMatch(/"u(0|30)" in "staff" +"u(0|30)" in "staff" +"acme"/);
    expect(await store.scales.list()).toEqual([]);

    expect((await run('--list')).stdout).toMatch(/None was written/);
    expect((await run('--write')).stdout).toMatch(/Written as scale 1/);
    expect((await run('--write')).stdout).toMatch(/Written as scale 2/);
    expect((await store.scales.active(model))?.scaleId).toBe(2);
    // Random vectors resemble each other less than people do, and these are few: the pack's scores stay.
    const written = ownScaleSchema.parse(JSON.parse((await store.scales.active(model))?.data ?? ''));
    expect(written.rates.find(({ similarity }) => similarity === 0.85)?.score).toBeLessThan(0.3);
    expect(written.points.slice(2)).toEqual(packPoints.slice(2));
    expect((await run('--list')).stdout).toMatch(/\n2 .* active\n/);
    expect((await run('--revert')).stdout).toBe('Scale 1 holds again.\n');
    expect((await run('--revert')).stdout).toBe("The pack's scale holds again.\n");
    expect(await run('--revert')).toMatchObject({ code: 1, stderr: expect.stringMatching(/nothing to revert/) });
    expect((await store.scales.list()).length).toBe(2);
    const lines = (await readFile(log, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject(
      ['write', 'write', 'revert', 'revert'].map((done) => ({ tenant: '', call: `${done} scale`, code: '200' })),
    );
    // Another pack has none of these.
    const light = await runCommand('calibrate', folder, ['--gallery', '--pack', 'light'], { env: { DATA_KEY: key } });
    expect(light.stderr).toMatch(/has 0 people with faces of this model/);
  } finally {
    await store.close();
  }
}, 120_000);

test('a scale is shown, written, listed and taken back in PostgreSQL', async () => {
  await database().clear();
  const store: PostgresStore = database().store();
  await fill(store, 25);
  await store.close();
  const run = async (...args: string[]) =>
    runCommand('calibrate', await temporaryFolder(), ['--gallery', ...args], { env: database().env });
  const written = await run('--write');
  expect(written.stderr).toBe('');
  expect(written.stdout).toMatch(/24 people with 48 faces[\s\S]*Written as scale 1/);
  expect((await run('--revert')).stdout).toBe("The pack's scale holds again.\n");
}, 120_000);

test.each([
  [['--gallery', 'folder'], 'It is a folder or --gallery, not both.'],
  [['--gallery', '--out', 'x'], '--out does not go with --gallery.'],
  [['--gallery', '--write', '--revert'], 'Only one of'],
  [['--revert', 'folder'], '--revert and --list go with --gallery.'],
  [[], '<folder> is missing, or --gallery.'],
])('a wrong command line is refused: %j', async (args, message) => {
  const { code, stderr } = await runCommand('calibrate', await temporaryFolder(), args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('calibrate --gallery makes no database in a folder without one', async () => {
  const folder = await temporaryFolder();
  const { code, stderr } = await runCommand('calibrate', folder, ['--gallery']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: `There is no database in ${folder}.\n` });
  expect(await readdir(folder)).toEqual([]);
});
