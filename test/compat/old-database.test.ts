import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'vitest';
import { useTestDatabase } from '../support/test-database.js';
import { changePeople, expectKeys, expectPeople, expectStaged, expectWebhooks } from './old-people.js';
import { serverOver } from './old-server.js';
import { dataOf, unpacked } from './releases.js';

const database = useTestDatabase();

test.each(dataOf('postgres'))('$release: the dump $name is served', { timeout: 180_000 }, async (data) => {
  const [folder, contents] = [await unpacked(data), await data.contents()];
  await database().query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await database().query(await readFile(join(folder, 'dump.sql'), 'utf8'));
  // Without DATABASE_VECTORS a server takes what the database has.
  const server = await serverOver({ ...database().env, DATA_DIR: folder });
  await expectKeys(server, contents);
  await expectWebhooks(server, contents);
  // A 16-bit number has 11 bits, so the vectors are not quite the same.
  const digits = data.name.includes('halfvec') ? 3 : 6;
  await expectPeople(server, contents, digits);
  const store = database().store();
  await expectStaged(store, contents);
  await expectPeople(server, await changePeople(server, contents), digits);
  await expectStaged(store, contents, 0);
  await store.close();
  await server.close();
});
