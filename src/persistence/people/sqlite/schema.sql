-- What the migrations make, written by `npm run docs:schema`: to be read, never run.
-- SQLite, version 17, application id 0x46537276, pages of 8192 bytes.

CREATE TABLE accounts (
    account_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL REFERENCES tenants,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    password      TEXT NOT NULL, -- Argon2id with its parameters and its salt
    totp          BLOB, -- secret of the second factor; encrypted with a data key
    totp_offered  BLOB, -- the same, not confirmed by a code yet
    totp_step     INTEGER NOT NULL DEFAULT 0, -- the last whose code was used
    created_at    INTEGER NOT NULL,
    last_login_at INTEGER,
    disabled_at   INTEGER, must_change INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant_id, name)
  ) STRICT;

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

CREATE TABLE collection_counts (
    collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    model         TEXT NOT NULL, -- of faces; empty: users
    amount        INTEGER NOT NULL,
    PRIMARY KEY (collection_id, model)
  ) STRICT, WITHOUT ROWID;

CREATE TABLE "collections" (
    collection_id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL REFERENCES tenants,
    name          TEXT NOT NULL, -- empty once it is deleted
    created_at    INTEGER NOT NULL,
    deleted_at    INTEGER
  ) STRICT;

CREATE UNIQUE INDEX collections_by_name ON collections (tenant_id, name) WHERE deleted_at IS NULL;

CREATE INDEX deleted_collections ON collections (collection_id) WHERE deleted_at IS NOT NULL;

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

CREATE TABLE duplicate_pairs (
    collection_id INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    other_id      INTEGER NOT NULL,
    similarity    REAL NOT NULL,
    found_at      INTEGER NOT NULL,
    dismissed_at  INTEGER, -- when somebody said that they are two people
    PRIMARY KEY (collection_id, user_id, other_id),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (collection_id, other_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

CREATE INDEX duplicate_pairs_by_other ON duplicate_pairs (collection_id, other_id);

CREATE INDEX duplicate_pairs_by_similarity ON duplicate_pairs (collection_id, similarity);

CREATE TABLE duplicate_scans (
    collection_id INTEGER PRIMARY KEY REFERENCES collections ON DELETE CASCADE,
    is_running    INTEGER NOT NULL CHECK (is_running IN (0, 1)),
    after_user    INTEGER NOT NULL, -- this user and those before have been looked at
    done          INTEGER NOT NULL,
    total         INTEGER NOT NULL,
    started_at    INTEGER NOT NULL,
    heard_at      INTEGER NOT NULL, -- when the server that runs it kept something
    finished_at   INTEGER
  ) STRICT;

CREATE TRIGGER faces_added AFTER INSERT ON faces BEGIN
    INSERT INTO collection_counts VALUES (NEW.collection_id, NEW.model, 1)
      ON CONFLICT (collection_id, model) DO UPDATE SET amount = amount + 1;
    UPDATE users SET has_face = 1 WHERE user_id = NEW.user_id AND has_face = 0;
  END;

CREATE TRIGGER faces_deleted AFTER DELETE ON faces BEGIN
    UPDATE collection_counts SET amount = amount - 1 WHERE collection_id = OLD.collection_id AND model = OLD.model;
    UPDATE users SET has_face = 0 WHERE user_id = OLD.user_id AND has_face = 1 AND NOT EXISTS (
      SELECT 1 FROM faces WHERE collection_id = OLD.collection_id AND user_id = OLD.user_id);
  END;

CREATE TRIGGER faces_embedded_anew AFTER UPDATE OF model ON faces WHEN OLD.model <> NEW.model BEGIN
    UPDATE collection_counts SET amount = amount - 1 WHERE collection_id = OLD.collection_id AND model = OLD.model;
    INSERT INTO collection_counts VALUES (NEW.collection_id, NEW.model, 1)
      ON CONFLICT (collection_id, model) DO UPDATE SET amount = amount + 1;
  END;

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

CREATE TABLE failed_logins (
    subject   BLOB PRIMARY KEY CHECK (length(subject) = 32),
    failures  INTEGER NOT NULL,
    failed_at INTEGER NOT NULL -- the last one
  ) STRICT, WITHOUT ROWID;

CREATE TABLE forms_due (only_row INTEGER PRIMARY KEY CHECK (only_row = 1)) STRICT;

CREATE TABLE pending_object_deletions (
    object_key TEXT PRIMARY KEY,
    since      INTEGER NOT NULL
  , tenant_id INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;

CREATE INDEX pending_by_tenant ON pending_object_deletions (tenant_id, object_key);

CREATE TABLE recovery_codes (
    code_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32)
  ) STRICT;

CREATE INDEX recovery_codes_by_account ON recovery_codes (account_id);

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

CREATE TABLE sessions (
    session_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256       BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32), -- of the token
    tenant_id    INTEGER NOT NULL REFERENCES tenants,
    account_id   INTEGER REFERENCES accounts ON DELETE CASCADE,
    key_id       TEXT, -- number of a stored key, or name of a configured one
    key_check    BLOB, -- of a configured key: HMAC of its hash by the token
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    CHECK ((account_id IS NULL) <> (key_id IS NULL))
  ) STRICT;

CREATE INDEX sessions_by_account ON sessions (account_id) WHERE account_id IS NOT NULL;

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

CREATE TRIGGER user_changes_forgotten AFTER INSERT ON user_changes BEGIN
    DELETE FROM user_changes WHERE change_id <= NEW.change_id - 10000;
  END;

CREATE TABLE user_changes (
    change_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL,
    user_id       INTEGER NOT NULL
  ) STRICT;

CREATE TRIGGER users_added AFTER INSERT ON users BEGIN
    INSERT INTO collection_counts VALUES (NEW.collection_id, '', 1)
      ON CONFLICT (collection_id, model) DO UPDATE SET amount = amount + 1;
  END;

CREATE TRIGGER users_changed AFTER UPDATE OF client_id, name, sealed, has_face ON users
  WHEN OLD.client_id <> NEW.client_id OR OLD.name <> NEW.name OR OLD.sealed IS NOT NEW.sealed OR OLD.has_face <> NEW.has_face BEGIN
    INSERT INTO user_changes (collection_id, user_id) VALUES (NEW.collection_id, NEW.user_id);
  END;

CREATE TRIGGER users_deleted AFTER DELETE ON users BEGIN
    UPDATE collection_counts SET amount = amount - 1 WHERE collection_id = OLD.collection_id AND model = '';
    INSERT INTO user_changes (collection_id, user_id) VALUES (OLD.collection_id, OLD.user_id);
  END;

CREATE TABLE users (
    user_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    client_id     TEXT NOT NULL,
    name          TEXT NOT NULL,
    created_at    INTEGER NOT NULL, sealed BLOB, enrolled_at INTEGER, id_form TEXT, has_face INTEGER NOT NULL DEFAULT 0 CHECK (has_face IN (0, 1)),
    UNIQUE (collection_id, client_id),
    UNIQUE (collection_id, user_id) -- the order of a list, and what faces refer to
  ) STRICT;

CREATE INDEX users_by_enrolment ON users (enrolled_at) WHERE enrolled_at IS NOT NULL;

CREATE UNIQUE INDEX users_by_form ON users (collection_id, id_form) WHERE id_form IS NOT NULL;

CREATE INDEX users_without_face ON users (collection_id, user_id) WHERE has_face = 0;

CREATE TABLE webhooks (
    webhook_id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id  INTEGER NOT NULL REFERENCES tenants,
    target     BLOB NOT NULL, -- URL and secret; encrypted with a data key
    events     TEXT NOT NULL, -- names with spaces between them
    created_at INTEGER NOT NULL
  ) STRICT;
