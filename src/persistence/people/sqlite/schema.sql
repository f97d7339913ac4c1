-- What the migrations make, written by `npm run docs:schema`: to be read, never run.
-- SQLite, version 11, application id 0x46537276, pages of 8192 bytes.

CREATE TABLE api_keys (
    key_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id  INTEGER NOT NULL REFERENCES tenants,
    sha256     BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    label      TEXT NOT NULL,
    created_at INTEGER NOT NULL, -- milliseconds since 1970, as all times here
    revoked_at INTEGER
  , expires_at INTEGER, permissions TEXT NOT NULL DEFAULT '', last_used_at INTEGER) STRICT;

CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id);

CREATE TABLE attendance (
    day           TEXT NOT NULL, -- 2027-01-31
    collection_id INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    first_at      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    PRIMARY KEY (day, collection_id, user_id),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

CREATE INDEX attendance_by_user ON attendance (collection_id, user_id);

CREATE TABLE cohort_members (
    collection_id INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    model         TEXT NOT NULL,
    PRIMARY KEY (collection_id, user_id, model),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

CREATE TABLE cohorts (
    tenant_id INTEGER NOT NULL REFERENCES tenants,
    model     TEXT NOT NULL,
    build     INTEGER NOT NULL, -- counts up
    people    INTEGER NOT NULL, -- of the tenant, when these were chosen
    PRIMARY KEY (tenant_id, model)
  ) STRICT, WITHOUT ROWID;

CREATE TABLE collections (
    collection_id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL REFERENCES tenants,
    name          TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    UNIQUE (tenant_id, name)
  ) STRICT;

CREATE TABLE data_key (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    key_id      TEXT NOT NULL, -- of the key that users and faces are sealed with; empty: of none, as without a row
    next_key_id TEXT           -- while rows of two keys lie side by side: of the key that the change leads to
  ) STRICT;

CREATE TABLE deliveries (
    delivery_id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id  INTEGER NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    event_id    TEXT NOT NULL, -- a UUID, the same for all webhooks that are told
    type        TEXT NOT NULL,
    happened_at INTEGER NOT NULL,
    data        BLOB NOT NULL, -- JSON; encrypted with a data key
    attempts    INTEGER NOT NULL DEFAULT 0, -- that failed
    next_at     INTEGER, -- null: given up
    error       TEXT NOT NULL DEFAULT ''
  ) STRICT;

CREATE INDEX deliveries_by_time ON deliveries (webhook_id, next_at);

CREATE TABLE "faces" (
    face_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL, -- repeats the user's, so that a collection's faces are one index range
    user_id       INTEGER NOT NULL,
    model         TEXT NOT NULL,
    embedding     BLOB NOT NULL CHECK (length(embedding) >= 2048),
    object_key    TEXT,
    created_at    INTEGER NOT NULL,
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  ) STRICT;

CREATE INDEX faces_by_model ON faces (collection_id, model, face_id);

CREATE INDEX faces_by_user ON faces (collection_id, user_id);

CREATE TABLE forms_due (only_row INTEGER PRIMARY KEY CHECK (only_row = 1)) STRICT;

CREATE TABLE pending_object_deletions (
    object_key TEXT PRIMARY KEY,
    since      INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

CREATE TABLE recycled (
    recycled_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    client_id     TEXT NOT NULL, -- as that of a user
    token         TEXT NOT NULL, -- a UUID, the same for all of one deletion
    erase_at      INTEGER NOT NULL,
    object_keys   TEXT NOT NULL, -- JSON; of the photos, which are kept as long
    data          BLOB NOT NULL -- JSON; encrypted with a data key
  ) STRICT;

CREATE INDEX recycled_by_time ON recycled (erase_at);

CREATE INDEX recycled_by_user ON recycled (collection_id, client_id);

CREATE TABLE scales (
    scale_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    model     TEXT NOT NULL,
    made_at   INTEGER NOT NULL,
    is_active INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)), -- one of each model at most
    data      TEXT NOT NULL
  ) STRICT;

CREATE TABLE staged_embeddings (
    face_id   INTEGER PRIMARY KEY REFERENCES faces ON DELETE CASCADE,
    model     TEXT NOT NULL,
    embedding BLOB NOT NULL CHECK (length(embedding) >= 2048)
  ) STRICT;

CREATE TABLE templates (
    user_id INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    model   TEXT NOT NULL,
    cohort  TEXT NOT NULL,
    data    BLOB NOT NULL
  ) STRICT;

CREATE TABLE tenants (
    tenant_id INTEGER PRIMARY KEY,
    name      TEXT NOT NULL UNIQUE
  ) STRICT;

CREATE TABLE users (
    user_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    client_id     TEXT NOT NULL,
    name          TEXT NOT NULL,
    created_at    INTEGER NOT NULL, sealed BLOB, enrolled_at INTEGER, id_form TEXT,
    UNIQUE (collection_id, client_id),
    UNIQUE (collection_id, user_id) -- the order of a list, and what faces refer to
  ) STRICT;

CREATE INDEX users_by_enrolment ON users (enrolled_at) WHERE enrolled_at IS NOT NULL;

CREATE UNIQUE INDEX users_by_form ON users (collection_id, id_form) WHERE id_form IS NOT NULL;

CREATE TABLE webhooks (
    webhook_id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id  INTEGER NOT NULL REFERENCES tenants,
    target     BLOB NOT NULL, -- URL and secret; encrypted with a data key
    events     TEXT NOT NULL, -- names with spaces between them
    created_at INTEGER NOT NULL
  ) STRICT;
