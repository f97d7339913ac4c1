import { formOfId } from '../../../core/id-form.js';
import type { PostgresDatabase, RunQuery } from './database.js';
import { bytes } from './user-row.js';

/** Rows of a transaction. */
const ROWS_PER_PAGE = 500;

/** Lets the next server that starts work out the forms of ids, for users who were written without. */
export const FORMS_DUE = 'INSERT INTO forms_due VALUES (1) ON CONFLICT DO NOTHING';

/** The form of an id as a parameter of which the SHA-256 is kept; null for an id that is its own form. */
export function formBytes(id: string): Buffer | null {
  const form = formOfId(id);
  return form === undefined ? null : bytes(form);
}

/**
 * Works out the forms of the ids of users whom an older version or a move wrote. Of several users of older versions with one
 * form, the first has it; all of them stay.
 */
export async function fillIdForms(db: PostgresDatabase): Promise<void> {
  if ((await db.run('SELECT FROM forms_due')).length === 0) return;
  let after: [collectionId: number, userId: number] | undefined = [0, 0];
  while (after) after = await db.transaction((run) => fillPage(run, after as [number, number]));
  await db.run('DELETE FROM forms_due');
}

async function fillPage(run: RunQuery, after: [number, number]): Promise<[number, number] | undefined> {
  // Escaped, what is not ASCII has a backslash.
  const users = await run<{ collectionId: number; userId: number; clientId: Buffer }>(
    `SELECT collection_id AS "collectionId", user_id AS "userId", client_id AS "clientId" FROM users
     WHERE form_hash IS NULL AND position('\\' IN encode(client_id, 'escape')) > 0 AND (collection_id, user_id) > ($1, $2)
     ORDER BY collection_id, user_id LIMIT $3`,
    [...after, ROWS_PER_PAGE],
  );
  for (const { collectionId, userId, clientId } of users) {
    await run(
      `UPDATE users SET form_hash = sha256($3) WHERE collection_id = $1 AND user_id = $2 AND NOT EXISTS (
         SELECT FROM users other WHERE other.collection_id = $1 AND other.form_hash = sha256($3))`,
      [collectionId, userId, formBytes(clientId.toString('utf8'))],
    );
  }
  const last = users.at(-1);
  return last && [last.collectionId, last.userId];
}
