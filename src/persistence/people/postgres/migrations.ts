import { postgresAccountTables, postgresFirstPasswords } from '../../accounts/account-tables.js';

/** Faces lie in this many tables by the hash of their collection's number, so that a collection's lie together. */
const PARTITIONS = 16;

/** How PostgreSQL keeps an embedding: in 32-bit numbers, or in 16-bit ones in half of the space. */
export type VectorType = 'vector' | 'halfvec';

/** Changes the type of all embeddings, and makes their index anew: at once in an empty database, hours in a large one. */
export function vectorTypeChange(type: VectorType): string {
  return `
  DROP INDEX IF EXISTS faces_by_embedding;
  ALTER TABLE faces ALTER COLUMN embedding TYPE ${type}(512);
  CREATE INDEX faces_by_embedding ON faces USING hnsw (embedding ${type}_cosine_ops) WITH (m = 16, ef_construction = 128);
  `;
}

/** Notes which users have a face, where none is noted. */
export const FACES_NOTED = `
  UPDATE users u SET has_face = true WHERE NOT has_face AND EXISTS (
    SELECT FROM faces f WHERE f.collection_id = u.collection_id AND f.user_id = u.user_id)`;

/** Makes the counts of an empty table of them from the rows. */
export const COUNTED_ANEW = `
  INSERT INTO collection_counts
    SELECT collection_id, '', 0, count(*) FROM users GROUP BY collection_id
    UNION ALL SELECT collection_id, model, 0, count(*) FROM faces GROUP BY collection_id, model`;

/**
 * The schema's history: migration n takes a database from version n-1 to n. A migration that has been released is
 * never edited; a change is a new one at the end.
 *
 * Names and ids are bytea, the UTF-8 of the text: kept to the letter whatever the encoding and collation of the
 * database, also with a NUL, which text refuses. They may be longer than an index takes, hence the hashes. Numbers come
 * from sequences, so they are never used again.
 *
 * Users and faces are distributed by collection_id, which is part of each of their keys; docs/scale.md.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE tenants (
    tenant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      bytea NOT NULL,
    name_hash bytea NOT NULL GENERATED ALWAYS AS (sha256(name)) STORED UNIQUE
  );

  CREATE TABLE api_keys (
    key_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id  bigint NOT NULL REFERENCES tenants,
    sha256     bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
    label      bytea NOT NULL,
    read_only  boolean NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
  );

  CREATE TABLE collections (
    collection_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id     bigint NOT NULL REFERENCES tenants,
    name          bytea NOT NULL,
    name_hash     bytea NOT NULL GENERATED ALWAYS AS (sha256(name)) STORED,
    created_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, name_hash)
  );

  CREATE TABLE users (
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    user_id       bigint GENERATED ALWAYS AS IDENTITY,
    client_id     bytea NOT NULL,
    client_hash   bytea NOT NULL GENERATED ALWAYS AS (sha256(client_id)) STORED,
    name          bytea NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (collection_id, user_id),
    UNIQUE (collection_id, client_hash)
  );

  CREATE SEQUENCE face_ids;
  CREATE TABLE faces (
    collection_id bigint NOT NULL,
    face_id       bigint NOT NULL DEFAULT nextval('face_ids'),
    user_id       bigint NOT NULL,
    model         text NOT NULL,
    embedding     vector(512) NOT NULL,
    object_key    text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (face_id, collection_id),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  ) PARTITION BY HASH (collection_id);
  -- Three rows fill a page. Out of line, where PostgreSQL would put them, each comparison would cost a look-up.
  ALTER TABLE faces ALTER COLUMN embedding SET STORAGE PLAIN;
  ${Array.from(
    { length: PARTITIONS },
    (_, i) =>
      `CREATE TABLE faces_${i} PARTITION OF faces FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${i});
  ALTER TABLE faces_${i} ALTER COLUMN embedding SET STORAGE PLAIN;`,
  ).join('\n  ')}
  CREATE INDEX faces_by_user ON faces (collection_id, user_id);
  CREATE INDEX faces_by_model ON faces (collection_id, model, face_id);
  CREATE INDEX faces_by_embedding ON faces USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 128);

  CREATE TABLE pending_object_deletions (
    object_key text PRIMARY KEY,
    node       uuid, -- that announced the object; null: a face named it once
    since      timestamptz NOT NULL DEFAULT now()
  );
  `,
  `
  ALTER TABLE users ADD COLUMN enrolled_at timestamptz; -- when a search enrolled the user; null once saved by a name
  -- Only enrolled users have photos, and none has a name.
  UPDATE users u SET enrolled_at = created_at WHERE name = '' AND EXISTS (
    SELECT FROM faces f WHERE f.collection_id = u.collection_id AND f.user_id = u.user_id AND object_key IS NOT NULL);
  CREATE INDEX users_by_enrolment ON users (enrolled_at) WHERE enrolled_at IS NOT NULL;
  `,
  `
  -- Worked out of a user's faces, and made again when it is not there.
  CREATE TABLE templates (
    collection_id bigint NOT NULL,
    user_id       bigint NOT NULL,
    model         text NOT NULL,
    cohort        text NOT NULL,
    data          bytea NOT NULL,
    PRIMARY KEY (collection_id, user_id, model),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  );

  -- People whom a tenant's faces are compared with beside the model's centres: who, not what they look like.
  CREATE TABLE cohorts (
    tenant_id bigint NOT NULL REFERENCES tenants,
    model     text NOT NULL,
    build     bigint NOT NULL, -- counts up
    people    bigint NOT NULL, -- of the tenant, when these were chosen
    PRIMARY KEY (tenant_id, model)
  );

  CREATE TABLE cohort_members (
    collection_id bigint NOT NULL,
    user_id       bigint NOT NULL,
    model         text NOT NULL,
    PRIMARY KEY (collection_id, user_id, model),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  );
  `,
  `
  -- Made from this installation's own people: numbers about all of them, nobody's data.
  CREATE TABLE scales (
    scale_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model     text NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT now(),
    is_active boolean NOT NULL DEFAULT false, -- one of each model at most
    data      text NOT NULL
  );
  CREATE UNIQUE INDEX scales_active ON scales (model) WHERE is_active;
  `,
  `
  -- Of an id that is not all ASCII: SHA-256 of what ids share that differ by their Unicode normalisation only (NFC). No two new
  -- users of a collection have the same one; of older ones with the same, one has it.
  ALTER TABLE users ADD COLUMN form_hash bytea;
  CREATE UNIQUE INDEX users_by_form ON users (collection_id, form_hash) WHERE form_hash IS NOT NULL;
  -- A row: the forms of older users are still to be worked out.
  CREATE TABLE forms_due (only_row int PRIMARY KEY CHECK (only_row = 1));
  INSERT INTO forms_due SELECT 1 WHERE EXISTS (SELECT FROM users);
  `,
  `
  -- Made of kept photos for a change of the model: takes the place of the face's own embedding then.
  CREATE TABLE staged_embeddings (
    collection_id bigint NOT NULL,
    user_id       bigint NOT NULL,
    face_id       bigint NOT NULL,
    model         text NOT NULL,
    embedding     vector(512) NOT NULL,
    PRIMARY KEY (collection_id, face_id),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  );
  CREATE INDEX staged_by_user ON staged_embeddings (collection_id, user_id);
  `,
  `
  ALTER TABLE api_keys ADD COLUMN permissions text NOT NULL DEFAULT ''; -- names with spaces between them
  UPDATE api_keys SET permissions = CASE WHEN read_only THEN 'search' ELSE 'search enrol delete list admin' END;
  ALTER TABLE api_keys DROP COLUMN read_only;
  ALTER TABLE api_keys ADD COLUMN last_used_at timestamptz;
  `,
  `
  CREATE TABLE webhooks (
    webhook_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id  bigint NOT NULL REFERENCES tenants,
    target     bytea NOT NULL, -- URL and secret
    events     text NOT NULL, -- names with spaces between them
    created_at timestamptz NOT NULL
  );

  -- What webhooks are still to be told, and what was given up.
  CREATE TABLE deliveries (
    delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id  bigint NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    event_id    text NOT NULL, -- a UUID, the same for all webhooks that are told
    type        text NOT NULL,
    happened_at timestamptz NOT NULL,
    data        bytea NOT NULL, -- JSON
    attempts    bigint NOT NULL DEFAULT 0, -- that failed
    next_at     timestamptz, -- null: given up
    error       text NOT NULL DEFAULT ''
  );
  CREATE INDEX deliveries_by_time ON deliveries (webhook_id, next_at);
  `,
  `
  -- When a camera recognised somebody on a day of the site, first and last; written only where the camera page asks for it.
  CREATE TABLE attendance (
    day           text NOT NULL, -- 2027-01-31
    collection_id bigint NOT NULL,
    user_id       bigint NOT NULL,
    first_at      timestamptz NOT NULL,
    last_at       timestamptz NOT NULL,
    PRIMARY KEY (day, collection_id, user_id),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  );
  CREATE INDEX attendance_by_user ON attendance (collection_id, user_id);
  `,
  `
  ALTER TABLE users ADD COLUMN has_face boolean NOT NULL DEFAULT false;
  ${FACES_NOTED};
  CREATE INDEX users_without_face ON users (collection_id, user_id) WHERE NOT has_face;

  -- Counted in the transactions that change them. Each connection has one of some slots, so that those of several servers seldom
  -- wait for one another; the amounts of all slots belong together.
  CREATE TABLE collection_counts (
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    model         text NOT NULL, -- of faces; empty: users
    slot          int NOT NULL,
    amount        bigint NOT NULL,
    PRIMARY KEY (collection_id, model, slot)
  );
  ${COUNTED_ANEW};

  -- What users are searched and sorted by: without case and accents, worked out by the server.
  ALTER TABLE users ADD COLUMN folded bytea; -- id, line feed, name; null: to be worked out
  ALTER TABLE users ADD COLUMN sort_id bytea; -- its beginning
  ALTER TABLE users ADD COLUMN sort_name bytea;
  ALTER TABLE users ADD COLUMN search_tokens int[]; -- hashes of the collection and three characters each
  CREATE INDEX users_by_id ON users (collection_id, sort_id, user_id);
  CREATE INDEX users_by_name ON users (collection_id, sort_name, user_id);
  CREATE INDEX users_by_token ON users USING gin (search_tokens);
  -- A row: for some users it is still to be worked out.
  CREATE TABLE search_due (only_row int PRIMARY KEY CHECK (only_row = 1));
  INSERT INTO search_due SELECT 1 WHERE EXISTS (SELECT FROM users);
  `,
  postgresAccountTables,
  `
  -- Whose photo it was, so that tenants take turns; 0: of a face that was never stored, or of an older version.
  ALTER TABLE pending_object_deletions ADD COLUMN tenant_id bigint NOT NULL DEFAULT 0;
  CREATE INDEX pending_by_tenant ON pending_object_deletions (tenant_id, object_key COLLATE "C");
  `,
  `
  -- People who were deleted and can be brought back until a time. No list, search or export reads them.
  CREATE TABLE recycled (
    recycled_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    client_id     bytea NOT NULL, -- as that of a user
    token         text NOT NULL, -- a UUID, the same for all of one deletion
    erase_at      timestamptz NOT NULL,
    object_keys   text[] NOT NULL, -- of the photos, which are kept as long
    data          bytea NOT NULL -- JSON
  );
  CREATE INDEX recycled_by_user ON recycled (collection_id, token);
  CREATE INDEX recycled_by_time ON recycled (erase_at);
  `,
  `
  -- How far the search for duplicates in a collection is, or when it was done.
  CREATE TABLE duplicate_scans (
    collection_id bigint PRIMARY KEY REFERENCES collections ON DELETE CASCADE,
    is_running    boolean NOT NULL,
    after_user    bigint NOT NULL, -- this user and those before have been looked at
    done          bigint NOT NULL,
    total         bigint NOT NULL,
    started_at    timestamptz NOT NULL,
    heard_at      timestamptz NOT NULL, -- when the server that runs it kept something
    finished_at   timestamptz
  );

  -- Users who look like one person; the smaller number first.
  CREATE TABLE duplicate_pairs (
    collection_id bigint NOT NULL,
    user_id       bigint NOT NULL,
    other_id      bigint NOT NULL,
    similarity    float8 NOT NULL,
    found_at      timestamptz NOT NULL,
    dismissed_at  timestamptz, -- when somebody said that they are two people
    PRIMARY KEY (collection_id, user_id, other_id),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (collection_id, other_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  );
  CREATE INDEX duplicate_pairs_by_other ON duplicate_pairs (collection_id, other_id);
  CREATE INDEX duplicate_pairs_by_similarity ON duplicate_pairs (collection_id, similarity);
  `,
  postgresFirstPasswords,
];
