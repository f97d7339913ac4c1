import { folded } from '../../../core/folded.js';
import type { User } from '../people-store.js';
import { foldedUser, sortKey } from '../user-pages.js';
import type { PostgresDatabase, RunQuery } from './database.js';
import { bytes, type PostgresUserRow, userOf } from './user-row.js';

/** Rows of a transaction. */
const ROWS_PER_PAGE = 1000;

/** An index takes no more of a key than about 2,700 bytes; beyond so many characters, the number of the user decides. */
const SORTED_CHARACTERS = 100;

/** Characters of a token: also what a search must have at least, to be looked up by an index. */
const TOKEN_LENGTH = 3;

/** Lets the next server that starts work out what users are searched by, who were written without. */
export const SEARCH_DUE = 'INSERT INTO search_due VALUES (1) ON CONFLICT DO NOTHING';

/** Values of the columns `folded`, `sort_id`, `sort_name` and `search_tokens`. */
export type SearchColumns = [folded: Buffer, sortId: Buffer, sortName: Buffer, tokens: number[]];

export function searchColumns(collectionId: number, user: User): SearchColumns {
  const one = foldedUser(user);
  const begin = (sort: 'id' | 'name') => placeBytes(sortKey(sort, one));
  const tokens = new Set([...tokensOf(collectionId, one.id), ...tokensOf(collectionId, one.name)]);
  return [bytes(`${one.id}\n${one.name}`), begin('id'), begin('name'), [...tokens]];
}

/** What a key is compared as. */
export function placeBytes(key: string): Buffer {
  return bytes([...key].slice(0, SORTED_CHARACTERS).join(''));
}

/** @returns what `folded` must contain, and tokens that the user must have; none for a search that is too short for one */
export function searchFor(collectionId: number, search: string): { part: Buffer; tokens: number[] } {
  const part = folded(search).replaceAll('\n', ' ');
  return { part: bytes(part), tokens: tokensOf(collectionId, part) };
}

/**
 * A hash of the collection and of each three characters that follow one another (FNV-1a, 32 bits, signed): in the index, what
 * collections have does not mix. Two that collide are told apart by what is compared in full.
 */
function tokensOf(collectionId: number, text: string): number[] {
  const characters = [...text];
  const tokens = new Set<number>();
  for (let at = 0; at + TOKEN_LENGTH <= characters.length; at++) {
    const token = `${collectionId}/${characters.slice(at, at + TOKEN_LENGTH).join('')}`;
    let hash = 0x811c9dc5;
    for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
    tokens.add(hash | 0);
  }
  return [...tokens];
}

/** Works out what users are searched by whom an older version or a move wrote. */
export async function fillSearchColumns(db: PostgresDatabase): Promise<void> {
  if ((await db.run('SELECT FROM search_due')).length === 0) return;
  let after: [collectionId: number, userId: number] | undefined = [0, 0];
  while (after) after = await db.transaction((run) => fillPage(run, after as [number, number]));
  await db.run('DELETE FROM search_due');
}

async function fillPage(run: RunQuery, after: [number, number]): Promise<[number, number] | undefined> {
  const users = await run<PostgresUserRow & { collectionId: number; userId: number }>(
    `SELECT collection_id AS "collectionId", user_id AS "userId", client_id AS "clientId", name FROM users
     WHERE folded IS NULL AND (collection_id, user_id) > ($1, $2) ORDER BY collection_id, user_id LIMIT $3 FOR NO KEY UPDATE`,
    [...after, ROWS_PER_PAGE],
  );
  const columns = users.map((row) => searchColumns(row.collectionId, userOf(row)));
  await run(
    `UPDATE users u SET folded = made.folded, sort_id = made.sort_id, sort_name = made.sort_name,
       search_tokens = made.tokens::int[]
     FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::text[])
       AS made (collection_id, user_id, folded, sort_id, sort_name, tokens)
     WHERE u.collection_id = made.collection_id AND u.user_id = made.user_id`,
    [
      users.map(({ collectionId }) => collectionId),
      users.map(({ userId }) => userId),
      ...[0, 1, 2].map((column) => columns.map((values) => values[column])),
      columns.map(([, , , tokens]) => `{${tokens}}`),
    ],
  );
  const last = users.at(-1);
  return last && [last.collectionId, last.userId];
}
