import { createHash } from 'node:crypto';

/**
 * How a column is kept: `text` is bytea in PostgreSQL, where `name` is text; `flag` is 0 or 1 in SQLite; `time` is
 * milliseconds there; an `embedding` is 2048 bytes, 512 float32 in little-endian order.
 */
export type ColumnKind = 'number' | 'text' | 'name' | 'bytes' | 'flag' | 'time' | 'embedding';

/** As it is moved and compared: times in milliseconds since 1970, text and numbers as they are. */
export type Value = number | string | boolean | Buffer | null;

export interface Row {
  [column: string]: Value;
}

export interface Table {
  name: string;
  /** Its first columns: the order in which rows are moved, from 1. */
  key: readonly string[];
  columns: Readonly<Record<string, ColumnKind>>;
  /** Column whose numbers are never used again. */
  numbered?: string;
  /** Columns that only PostgreSQL has: in SQLite they are those of the row's face. */
  fromFace?: readonly string[];
}

/**
 * What is moved, in this order: rows come after those that they refer to. Both databases have these tables and columns, but for
 * `fromFace`.
 */
export const tables: readonly Table[] = [
  { name: 'tenants', key: ['tenant_id'], columns: { tenant_id: 'number', name: 'text' }, numbered: 'tenant_id' },
  {
    name: 'api_keys',
    key: ['key_id'],
    columns: {
      key_id: 'number',
      tenant_id: 'number',
      sha256: 'bytes',
      label: 'text',
      permissions: 'name',
      created_at: 'time',
      expires_at: 'time',
      revoked_at: 'time',
      last_used_at: 'time',
    },
    numbered: 'key_id',
  },
  {
    name: 'collections',
    key: ['collection_id'],
    columns: { collection_id: 'number', tenant_id: 'number', name: 'text', created_at: 'time' },
    numbered: 'collection_id',
  },
  {
    name: 'users',
    key: ['collection_id', 'user_id'],
    columns: {
      collection_id: 'number',
      user_id: 'number',
      client_id: 'text',
      name: 'text',
      created_at: 'time',
      enrolled_at: 'time',
    },
    numbered: 'user_id',
  },
  {
    name: 'faces',
    key: ['face_id'],
    columns: {
      face_id: 'number',
      collection_id: 'number',
      user_id: 'number',
      model: 'name',
      embedding: 'embedding',
      object_key: 'name',
      created_at: 'time',
    },
    numbered: 'face_id',
  },
  {
    name: 'staged_embeddings',
    key: ['face_id'],
    columns: { face_id: 'number', collection_id: 'number', user_id: 'number', model: 'name', embedding: 'embedding' },
    fromFace: ['collection_id', 'user_id'],
  },
  // The templates are worked out again by the server that opens the target.
  {
    name: 'cohorts',
    key: ['tenant_id', 'model'],
    columns: { tenant_id: 'number', model: 'name', build: 'number', people: 'number' },
  },
  {
    name: 'cohort_members',
    key: ['collection_id', 'user_id', 'model'],
    columns: { collection_id: 'number', user_id: 'number', model: 'name' },
  },
  {
    name: 'attendance',
    key: ['day', 'collection_id', 'user_id'],
    columns: { day: 'name', collection_id: 'number', user_id: 'number', first_at: 'time', last_at: 'time' },
  },
  {
    name: 'scales',
    key: ['scale_id'],
    columns: { scale_id: 'number', model: 'name', made_at: 'time', is_active: 'flag', data: 'name' },
    numbered: 'scale_id',
  },
  {
    name: 'webhooks',
    key: ['webhook_id'],
    columns: { webhook_id: 'number', tenant_id: 'number', target: 'bytes', events: 'name', created_at: 'time' },
    numbered: 'webhook_id',
  },
  {
    name: 'deliveries',
    key: ['delivery_id'],
    columns: {
      delivery_id: 'number',
      webhook_id: 'number',
      event_id: 'name',
      type: 'name',
      happened_at: 'time',
      data: 'bytes',
      attempts: 'number',
      next_at: 'time',
      error: 'name',
    },
    numbered: 'delivery_id',
  },
  // Sessions are begun anew, and failed attempts to log in forgotten.
  {
    name: 'accounts',
    key: ['account_id'],
    columns: {
      account_id: 'number',
      tenant_id: 'number',
      name: 'name',
      role: 'name',
      password: 'name',
      must_change: 'flag',
      totp: 'bytes',
      totp_step: 'number',
      created_at: 'time',
      last_login_at: 'time',
      disabled_at: 'time',
    },
    numbered: 'account_id',
  },
  {
    name: 'recovery_codes',
    key: ['code_id'],
    columns: { code_id: 'number', account_id: 'number', sha256: 'bytes' },
    numbered: 'code_id',
  },
  {
    name: 'pending_object_deletions',
    key: ['object_key'],
    columns: { object_key: 'name', since: 'time', tenant_id: 'number' },
  },
];

/** Rows in memory at a time, and of one transaction: faces of about 1 MB. */
export const ROWS_PER_PAGE = 500;

/** Where a row stands in the order of its table. */
export type Place = readonly (number | string)[];

export function placeOf({ key }: Table, row: Row): Place {
  return key.map((column) => row[column] as number | string);
}

/** Object keys are ASCII, so their order is that of both databases. */
export function comparePlaces(p: Place, q: Place): number {
  for (const [i, a] of p.entries()) {
    const b = q[i] as number | string;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

/** SHA-256 of a row in a form that is the same whichever database it comes from. */
export function digestOf({ columns }: Table, row: Row): Buffer {
  const values = Object.keys(columns).map((column) => {
    const value = row[column] as Value;
    return Buffer.isBuffer(value) ? value.toString('base64') : value;
  });
  return createHash('sha256').update(JSON.stringify(values)).digest();
}
