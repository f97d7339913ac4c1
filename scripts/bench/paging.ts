import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScript } from '../../src/cli/run-script.js';
import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import { unitVector } from '../../src/core/unit-vector.js';
import { DATABASE } from '../../src/persistence/data-folder/data-folder.js';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { SqliteTransfer } from '../../src/persistence/people/sqlite/sqlite-transfer.js';
import type { StoredUserPage, UserPageQuery, UserPlace } from '../../src/persistence/people/user-pages.js';
import { machine, median, quantile, report } from './report.js';

/**
 * `npm run bench:paging [-- --users 1000000] [--report]`: milliseconds of a page of 50 users and of a keystroke of a search, over
 * SQLite, plain and encrypted. One user in ten has a face. With --report the table goes to docs/benchmarks.md.
 */
const { values } = parseArgs({
  options: { users: { type: 'string', default: '100000' }, report: { type: 'boolean', default: false } },
});
const USERS = Number(values.users);
const REPEATS = 30;
const collection = { tenant: 'bench', collection: '' };
const firstPage = { search: '', sort: 'created', withoutFace: false, offset: 0, after: undefined, limit: 50 } as const;

const surnames = [
  'Nguyễn',
  'Trần',
  'Lê',
  'Phạm',
  'Hoàng',
  'Huỳnh',
  'Phan',
  'Vũ',
  'Võ',
  'Đặng',
  'Bùi',
  'Đỗ',
  'Hồ',
  'Ngô',
];
const given = [
  'Anh',
  'Bình',
  'Chi',
  'Dũng',
  'Đức',
  'Giang',
  'Hà',
  'Hùng',
  'Khánh',
  'Lan',
  'Linh',
  'Mai',
  'Nam',
  'Ngọc',
  'Phúc',
];

await runScript(async () => {
  const where = await machine();
  const folder = await mkdtemp(join(tmpdir(), 'facesearch-bench-'));
  try {
    const times = [];
    for (const dataKey of [undefined, new DataKey(randomBytes(32))]) {
      const file = join(folder, dataKey ? 'encrypted' : 'plain', DATABASE);
      fill(file, dataKey);
      const store = await SqliteStore.open(file, { dataKey });
      times.push(await measure(store));
      await store.close();
    }
    const [plain = [], encrypted = []] = times;
    const lines = [
      `${USERS.toLocaleString('en')} users in one collection, pages of 50; ms, median / 95 % of ${REPEATS}. ${where}`,
      '',
      '| what | plain | encrypted |',
      '|---|---|---|',
      ...plain.map(({ what, text }, i) => `| ${what} | ${text} | ${encrypted[i]?.text} |`),
    ];
    if (values.report) report('paging', { users: USERS, machine: where, plain, encrypted }, lines);
    else console.log(lines.join('\n'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function fill(file: string, dataKey: DataKey | undefined): void {
  const target = SqliteTransfer.open(file, dataKey, collection, 'bench');
  const embedding = unitVector(Float32Array.from({ length: EMBEDDING_LENGTH }, () => Math.random() - 0.5));
  const one = (list: readonly string[], i: number) => list[i % list.length] as string;
  for (let i = 0; i < USERS; ) {
    target.write(() => {
      for (const end = Math.min(USERS, i + 1000); i < end; i++) {
        const seed = Math.imul(i, 0x9e3779b1) >>> 0;
        const name = `${one(surnames, (seed % 97) % 23 < 9 ? 0 : seed)} ${one(given, seed >>> 7)} ${one(given, seed >>> 12)}`;
        target.saveUser({ id: `${seed.toString(36)}-${i}`, name });
        if (i % 10 === 0) target.addFace(`${seed.toString(36)}-${i}`, embedding);
      }
    });
  }
  target.close();
}

async function measure(store: SqliteStore): Promise<{ what: string; text: string }[]> {
  const page = (query: Partial<UserPageQuery>): Promise<StoredUserPage> =>
    store.userPages.page(collection, { ...firstPage, ...query });
  const results: { what: string; text: string }[] = [];
  const time = async (what: string, work: (i: number) => Promise<unknown>, repeats = REPEATS) => {
    const taken: number[] = [];
    for (let i = 0; i < repeats; i++) {
      const start = performance.now();
      await work(i);
      taken.push(performance.now() - start);
    }
    const ms = (number: number) => number.toFixed(number < 10 ? 1 : 0);
    results.push({
      what,
      text: repeats === 1 ? ms(taken[0] ?? 0) : `${ms(median(taken))} / ${ms(quantile(taken, 0.95))}`,
    });
  };
  const half: UserPlace = { userId: USERS / 2, key: '' };
  await time('first page', () => page({}));
  await time('page in the middle, by cursor', () => page({ after: half }));
  await time('page in the middle, by `offset`', () => page({ offset: USERS / 2 }));
  await time('newest, page in the middle', () => page({ sort: 'newest', after: half }));
  await time('without a face, first page', () => page({ withoutFace: true }));
  await time('counts of the collections', () => store.countPeople(collection.tenant));
  const before = process.memoryUsage.rss();
  await time('first search: ids and names are read into memory', () => page({ search: 'nobody' }), 1);
  const memory = (process.memoryUsage.rss() - before) / USERS;
  await time('first page by name: they are sorted', () => page({ sort: 'name' }), 1);
  const { next } = await page({ sort: 'name', offset: USERS / 2 });
  await time('by name, page in the middle', () => page({ sort: 'name', after: next }));
  await time('a search that finds many, first page', (i) => page({ search: `nguye${i % 2 ? 'n' : ''}` }));
  await time('a search that finds few', (i) => page({ search: `-${USERS - 1 - i}` }));
  await time('a search that finds many, next page', () => page({ search: 'nguyen', after: half }));
  await time('by name, after a user was added', async (i) => {
    await store.saveUser(collection, { id: `new ${i}`, name: `Nguyễn ${i}` });
    return page({ sort: 'name', after: next });
  });
  results.push({ what: 'memory of ids and names, bytes a user', text: memory.toFixed(0) });
  return results;
}
