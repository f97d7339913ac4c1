import { expect, onTestFinished, test } from 'vitest';
import { PostgresDatabase } from '../../../../src/persistence/people/postgres/database.js';
import { urlsOfHosts } from '../../../../src/persistence/people/postgres/hosts.js';
import { asConnectError, asPostgresError } from '../../../../src/persistence/people/postgres/postgres-error.js';
import { useTestDatabase } from '../../../support/test-database.js';

const database = useTestDatabase();
const coded = (code: string) => Object.assign(new Error('refused'), { code });

function connect(url: string): PostgresDatabase {
  const connected = new PostgresDatabase({ url, connections: 1, timeout: 5000 });
  onTestFinished(() => connected.close());
  return connected;
}

test.each(['55000', '28P01', '28000', '3D000', '57P03', '53300', '0A000', 'ECONNREFUSED', 'ENOTFOUND'])(
  'a connection refused with %s counts as a database that is away',
  (code) => {
    expect(asConnectError(coded(code), 'The database')).toMatchObject({ trouble: 'unreachable' });
  },
);

test('the same code from a statement is an error of the server', () => {
  for (const code of ['55000', '28000'])
    expect(asPostgresError(coded(code), 'The database')).not.toHaveProperty('trouble');
});

test('the hosts of a URL share the rest of it', () => {
  expect(urlsOfHosts('postgres://u:p%40@one:1,two:2/faces?sslmode=require')).toEqual([
    'postgres://u:p%40@one:1/faces?sslmode=require',
    'postgres://u:p%40@two:2/faces?sslmode=require',
  ]);
});

test('a host that is away is passed over', async () => {
  const { host, pathname, username } = new URL(database().url);
  const node = connect(`postgres://${username}:postgres@127.0.0.1:1,${host}${pathname}`);
  expect(await node.run('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});
