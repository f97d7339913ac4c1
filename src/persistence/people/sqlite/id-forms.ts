import { formOfId } from '../../../core/id-form.js';
import type { DataKey } from '../../encryption/data-key.js';
import { RowEncryption, type UserRow } from '../../encryption/row-encryption.js';
import type { Database } from '../../sqlite.js';

/** Rows of a transaction. */
const ROWS_PER_PAGE = 1000;

/** Lets the next one who opens the database work out the forms of ids, for users who were written without. */
export const FORMS_DUE = 'INSERT OR IGNORE INTO forms_due VALUES (1)';

/**
 * Works out the forms of the ids of users whom an older version, a move or a change of the data key wrote. Of several users of
 * older versions with one form, the first has it; all of them stay.
 */
export function fillIdForms(db: Database, dataKey: DataKey | undefined): void {
  if (!db.prepare('SELECT 1 FROM forms_due').get()) return;
  const encryption = new RowEncryption(dataKey);
  const page = db.prepare<[number, number], UserRow & { collectionId: number }>(
    `SELECT user_id AS userId, collection_id AS collectionId, client_id AS clientId, name, sealed AS encrypted FROM users
     WHERE id_form IS NULL AND user_id > ? ${dataKey ? '' : "AND client_id GLOB '*[^ -~]*'"} ORDER BY user_id LIMIT ?`,
  );
  const save = db.prepare<[string, number], never>('UPDATE OR IGNORE users SET id_form = ? WHERE user_id = ?');
  for (let after = 0; ; ) {
    const users = page.all(after, ROWS_PER_PAGE);
    const fill = db.transaction(() => {
      for (const row of users) {
        const form = formOfId(encryption.decryptUser(row).id);
        if (form !== undefined) save.run(encryption.clientId(row.collectionId, form), row.userId);
      }
      if (users.length < ROWS_PER_PAGE) db.exec('DELETE FROM forms_due');
    });
    fill.immediate();
    const last = users.at(-1);
    if (!last || users.length < ROWS_PER_PAGE) return;
    after = last.userId;
  }
}
