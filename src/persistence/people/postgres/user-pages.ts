import type { CollectionRef } from '../people-store.js';
import {
  emptyPage,
  type ListedUser,
  type NumberedUser,
  type StoredUserPage,
  type UserPageQuery,
  type UserPages,
  type UserSort,
} from '../user-pages.js';
import type { PostgresDatabase, RunQuery } from './database.js';
import { placeBytes, searchFor } from './search-columns.js';
import { bytes, type PostgresUserRow, userOf } from './user-row.js';

/** Up to so many users whom a search finds are counted. */
const MAX_COUNTED = 1000;

const columns = 'u.user_id AS "userId", u.client_id AS "clientId", u.name';

/** Column that users are sorted by before their number; undefined for the number alone. */
const sortColumn: Readonly<Record<UserSort, string | undefined>> = {
  created: undefined,
  newest: undefined,
  id: 'u.sort_id',
  name: 'u.sort_name',
};

type NumberedRow = PostgresUserRow & { userId: number };
type ListedRow = NumberedRow & { faces: number; portrait: number | null; key: Buffer | null };

const FACES_OF_USER = 'FROM faces f WHERE f.collection_id = u.collection_id AND f.user_id = u.user_id';

/**
 * Users of PostgreSQL in pages, each order and the search by an index of its own. The planner chooses: what many users match is found
 * soon along the order of the list, what few match by its tokens.
 */
export class PostgresUserPages implements UserPages {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  page(collection: CollectionRef, query: UserPageQuery): Promise<StoredUserPage> {
    return this.#db.transaction((run) => readPage(run, collection, query));
  }

  async usersAfter({ tenant, collection }: CollectionRef, userId: number, limit: number): Promise<NumberedUser[]> {
    const rows = await this.#db.run<NumberedRow>(
      `SELECT ${columns} FROM users u JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)
       WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2) AND u.user_id > $3 ORDER BY u.user_id LIMIT $4`,
      [bytes(tenant), bytes(collection), userId, limit],
    );
    return rows.map((row) => ({ ...userOf(row), userId: row.userId }));
  }
}

async function readPage(
  run: RunQuery,
  { tenant, collection }: CollectionRef,
  query: UserPageQuery,
): Promise<StoredUserPage> {
  const [found] = await run<{ collectionId: number; users: number }>(
    `SELECT c.collection_id AS "collectionId", coalesce((SELECT sum(amount) FROM collection_counts n
       WHERE n.collection_id = c.collection_id AND n.model = ''), 0)::bigint AS users
     FROM collections c JOIN tenants t USING (tenant_id) WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2)`,
    [bytes(tenant), bytes(collection)],
  );
  if (!found) return emptyPage;
  const { search, sort, withoutFace, offset, after, limit } = query;
  const values: unknown[] = [found.collectionId];
  const value = (given: unknown, type: string) => `$${values.push(given)}::${type}`;
  const conditions = ['u.collection_id = $1'];
  if (withoutFace) conditions.push('NOT u.has_face');
  if (search !== '') {
    const { part, tokens } = searchFor(found.collectionId, search);
    if (tokens.length > 0) conditions.push(`u.search_tokens @> ${value(tokens, 'int[]')}`);
    conditions.push(`position(${value(part, 'bytea')} IN u.folded) > 0`);
  }
  const matching = `FROM users u WHERE ${conditions.join(' AND ')}`;
  const counted =
    search === '' && !withoutFace
      ? { total: found.users, isTotalExact: true }
      : await count(run, `SELECT 1 ${matching} LIMIT ${MAX_COUNTED + 1}`, [...values]);
  const column = sortColumn[sort];
  const direction = sort === 'newest' ? 'DESC' : 'ASC';
  const beyond = sort === 'newest' ? '<' : '>';
  let place = '';
  if (after && column) {
    place = `AND (${column}, u.user_id) > (${value(placeBytes(after.key), 'bytea')}, ${value(after.userId, 'bigint')})`;
  } else if (after) place = `AND u.user_id ${beyond} ${value(after.userId, 'bigint')}`;
  const order = `${column ? `${column}, ` : ''}u.user_id ${direction}`;
  const rows = await run<ListedRow>(
    `SELECT ${columns}, ${column ?? 'NULL::bytea'} AS key, (SELECT count(*) ${FACES_OF_USER}) AS faces,
       (SELECT max(f.face_id) ${FACES_OF_USER} AND f.object_key IS NOT NULL) AS portrait
     ${matching} ${place} ORDER BY ${order} LIMIT ${value(limit + 1, 'bigint')} OFFSET ${value(offset, 'bigint')}`,
    values,
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    ...counted,
    users: rows.slice(0, limit).map(listed),
    next: last && { userId: last.userId, key: last.key?.toString('utf8') ?? '' },
  };
}

async function count(run: RunQuery, matching: string, values: readonly unknown[]) {
  const [row] = await run<{ total: number }>(`SELECT count(*) AS total FROM (${matching}) matching`, values);
  const total = row?.total ?? 0;
  return { total: Math.min(total, MAX_COUNTED), isTotalExact: total <= MAX_COUNTED };
}

function listed(row: ListedRow): ListedUser {
  return { ...userOf(row), faces: row.faces, portrait: row.portrait ?? undefined };
}
