import { FORMS_DUE } from '../people/sqlite/id-forms.js';
import type { Database } from '../sqlite.js';
import { dataKeyIdOf } from './data-cipher.js';
import type { DataKey } from './data-key.js';
import { EMBEDDING_BYTES } from './embedding-blob.js';
import { RowEncryption, type UserRow } from './row-encryption.js';

/** Rows of a transaction: a few milliseconds, and a log of about 2 MB. */
const ROWS_PER_PAGE = 500;

export interface RowWork {
  /** False: only looks whether every row can be opened. */
  write: boolean;
  /** Told after each row. */
  onDone: () => void;
}

/**
 * Makes plain or encrypted rows of one key into those of another, page by page. Rows that are so already stay as they are.
 * @throws DecryptionError for a row of neither
 */
export function changeRowKeys(db: Database, from: DataKey | undefined, to: DataKey | undefined, work: RowWork): void {
  const source = new RowEncryption(from);
  const target = new RowEncryption(to);

  const saveUser = db.prepare('UPDATE users SET client_id = ?, name = ?, sealed = ?, id_form = NULL WHERE user_id = ?');
  const users = db.prepare<[number, number], UserRow & { number: number; collectionId: number }>(
    `SELECT user_id AS number, user_id AS userId, collection_id AS collectionId, client_id AS clientId, name, sealed AS encrypted
     FROM users WHERE user_id > ? ORDER BY user_id LIMIT ?`,
  );
  eachRow(db, users, work, (row) => {
    if ((row.encrypted ? dataKeyIdOf(row.encrypted) : undefined) === to?.id) return;
    const user = source.decryptUser(row);
    if (!work.write) return;
    const clientId = target.clientId(row.collectionId, user.id);
    saveUser.run(clientId, target.plainName(user), target.encryptUser(row.userId, clientId, user), row.userId);
  });

  const embeddings = [
    [
      'UPDATE faces SET embedding = ? WHERE face_id = ?',
      'SELECT face_id AS number, user_id AS userId, model, embedding FROM faces WHERE face_id > ? ORDER BY face_id LIMIT ?',
    ],
    [
      'UPDATE staged_embeddings SET embedding = ? WHERE face_id = ?',
      `SELECT s.face_id AS number, f.user_id AS userId, s.model, s.embedding
       FROM staged_embeddings s JOIN faces f USING (face_id) WHERE s.face_id > ? ORDER BY s.face_id LIMIT ?`,
    ],
  ] as const;
  for (const [update, select] of embeddings) {
    const save = db.prepare(update);
    const page = db.prepare<[number, number], { number: number; userId: number; model: string; embedding: Buffer }>(
      select,
    );
    eachRow(db, page, work, ({ number, userId, model, embedding }) => {
      const keyId = embedding.length === EMBEDDING_BYTES ? undefined : dataKeyIdOf(embedding);
      if (keyId === to?.id) return;
      const plain = source.decryptEmbedding(userId, model, embedding);
      if (work.write) save.run(target.encryptEmbedding(userId, model, plain), number);
    });
  }

  const saveTarget = db.prepare('UPDATE webhooks SET target = ? WHERE webhook_id = ?');
  const webhooks = db.prepare<[number, number], { number: number; target: Buffer }>(
    'SELECT webhook_id AS number, target FROM webhooks WHERE webhook_id > ? ORDER BY webhook_id LIMIT ?',
  );
  eachRow(db, webhooks, work, ({ number, target: blob }) => {
    if (dataKeyIdOf(blob) === to?.id) return;
    const plain = source.decryptTarget(number, blob);
    if (work.write) saveTarget.run(target.encryptTarget(number, plain), number);
  });

  const saveEvent = db.prepare('UPDATE deliveries SET data = ? WHERE delivery_id = ?');
  const deliveries = db.prepare<[number, number], { number: number; eventId: string; data: Buffer }>(
    `SELECT delivery_id AS number, event_id AS eventId, data FROM deliveries
     WHERE delivery_id > ? ORDER BY delivery_id LIMIT ?`,
  );
  eachRow(db, deliveries, work, ({ number, eventId, data }) => {
    if (dataKeyIdOf(data) === to?.id) return;
    const plain = source.decryptEvent(eventId, data);
    if (work.write) saveEvent.run(target.encryptEvent(eventId, plain), number);
  });

  for (const column of ['totp', 'totp_offered']) {
    const save = db.prepare(`UPDATE accounts SET ${column} = ? WHERE account_id = ?`);
    const secrets = db.prepare<[number, number], { number: number; secret: Buffer | null }>(
      `SELECT account_id AS number, ${column} AS secret FROM accounts WHERE account_id > ? ORDER BY account_id LIMIT ?`,
    );
    eachRow(db, secrets, work, ({ number, secret }) => {
      if (!secret || dataKeyIdOf(secret) === to?.id) return;
      const plain = source.decryptTotp(number, secret);
      if (work.write) save.run(target.encryptTotp(number, plain), number);
    });
  }

  // Worked out of the faces, and made again with the other key.
  if (work.write) db.exec(`DELETE FROM templates; ${FORMS_DUE}`);
}

export function countRows(db: Database): number {
  const tables = ['users', 'faces', 'staged_embeddings', 'webhooks', 'deliveries', 'accounts', 'accounts'];
  const sum = tables.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ');
  return db.prepare<[], number>(`SELECT ${sum}`).pluck().get() ?? 0;
}

function eachRow<Row extends { number: number }>(
  db: Database,
  page: { all(after: number, limit: number): Row[] },
  { onDone }: RowWork,
  visit: (row: Row) => void,
): void {
  for (let after = 0; ; ) {
    const rows = page.all(after, ROWS_PER_PAGE);
    const last = rows.at(-1);
    if (!last) return;
    after = last.number;
    db.transaction(() => rows.forEach(visit)).immediate();
    for (const _ of rows) onDone();
  }
}
