import { sqliteAccountTables, sqliteFirstPasswords } from '../../accounts/account-tables.js';
import { sqliteDuplicates, sqliteRecycled } from './change-tables.js';

/**
 * The schema's history: migration n takes a database from version n-1 to n. A migration that has been released is
 * never edited; a change is a new one at the end.
 *
 * Numbers of collections, users and faces are AUTOINCREMENT: they are never used again, so a late message about a
 * deleted row can never meet a new one. Text compares byte by byte (BINARY), so client ids are kept to the letter.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE tenants (
    tenant_id INTEGER PRIMARY KEY,
    name      TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE api_keys (
    key_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id  INTEGER NOT NULL REFERENCES tenants,
    sha256     BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    label      TEXT NOT NULL,
    created_at INTEGER NOT NULL, -- milliseconds since 1970, as all times here
    revoked_at INTEGER
  ) STRICT;
  CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id);

  CREATE TABLE collections (
    collection_id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL REFERENCES tenants,
    name          TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    UNIQUE (tenant_id, name)
  ) STRICT;

  CREATE TABLE users (
    user_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    client_id     TEXT NOT NULL,
    name          TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    UNIQUE (collection_id, client_id),
    UNIQUE (collection_id, user_id) -- the order of a list, and what faces refer to
  ) STRICT;

  CREATE TABLE faces (
    face_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL, -- repeats the user's, so that a collection's faces are one index range
    user_id       INTEGER NOT NULL,
    model         TEXT NOT NULL,
    embedding     BLOB NOT NULL CHECK (length(embedding) = 2048),
    object_key    TEXT,
    created_at    INTEGER NOT NULL,
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX faces_by_user ON faces (collection_id, user_id);
  CREATE INDEX faces_by_model ON faces (collection_id, model, face_id);

  CREATE TABLE pending_object_deletions (
    object_key TEXT PRIMARY KEY,
    since      INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE data_key (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    key_id      TEXT NOT NULL, -- of the key that users and faces are sealed with; empty: of none, as without a row
    next_key_id TEXT           -- while rows of two keys lie side by side: of the key that the change leads to
  ) STRICT;

  ALTER TABLE users ADD COLUMN sealed BLOB; -- id and name; client_id is then a keyed hash, and name is empty

  -- Sealed embeddings are longer. Numbers go on where they were.
  CREATE TABLE sealable_faces (
    face_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL, -- repeats the user's, so that a collection's faces are one index range
    user_id       INTEGER NOT NULL,
    model         TEXT NOT NULL,
    embedding     BLOB NOT NULL CHECK (length(embedding) >= 2048),
    object_key    TEXT,
    created_at    INTEGER NOT NULL,
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  ) STRICT;
  INSERT INTO sqlite_sequence (name, seq) SELECT 'sealable_faces', seq FROM sqlite_sequence WHERE name = 'faces';
  INSERT INTO sealable_faces SELECT face_id, collection_id, user_id, model, embedding, object_key, created_at FROM faces;
  DROP TABLE faces;
  ALTER TABLE sealable_faces RENAME TO faces;
  CREATE INDEX faces_by_user ON faces (collection_id, user_id);
  CREATE INDEX faces_by_model ON faces (collection_id, model, face_id);
  `,
  `
  ALTER TABLE api_keys ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1));
  ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
  `,
  `
  ALTER TABLE users ADD COLUMN enrolled_at INTEGER; -- when a search enrolled the user; null once saved by a name
  -- Only enrolled users have photos, and none has a name. Whether a sealed one has been given a name, nobody can tell.
  UPDATE users SET enrolled_at = created_at WHERE name = '' AND sealed IS NULL AND user_id IN (
    SELECT user_id FROM faces WHERE object_key IS NOT NULL);
  CREATE INDEX users_by_enrolment ON users (enrolled_at) WHERE enrolled_at IS NOT NULL;
  `,
  `
  -- Worked out of a user's faces, and made again when it is not there. Sealed with a data key.
  CREATE TABLE templates (
    user_id INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    model   TEXT NOT NULL,
    cohort  TEXT NOT NULL,
    data    BLOB NOT NULL
  ) STRICT;

  -- People whom a tenant's faces are compared with beside the model's centres: who, not what they look like.
  CREATE TABLE cohorts (
    tenant_id INTEGER NOT NULL REFERENCES tenants,
    model     TEXT NOT NULL,
    build     INTEGER NOT NULL, -- counts up
    people    INTEGER NOT NULL, -- of the tenant, when these were chosen
    PRIMARY KEY (tenant_id, model)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cohort_members (
    collection_id INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    model         TEXT NOT NULL,
    PRIMARY KEY (collection_id, user_id, model),
    FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Made from this installation's own people: numbers about all of them, nobody's data.
  CREATE TABLE scales (
    scale_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    model     TEXT NOT NULL,
    made_at   INTEGER NOT NULL,
    is_active INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)), -- one of each model at most
    data      TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Of an id that is not all ASCII: what ids share that differ by their Unicode normalisation only (NFC), and with a data key a
  -- keyed hash of that. No two new users of a collection have the same one; of older ones with the same, one has it.
  ALTER TABLE users ADD COLUMN id_form TEXT;
  CREATE UNIQUE INDEX users_by_form ON users (collection_id, id_form) WHERE id_form IS NOT NULL;
  -- A row: the forms of older users are still to be worked out.
  CREATE TABLE forms_due (only_row INTEGER PRIMARY KEY CHECK (only_row = 1)) STRICT;
  INSERT INTO forms_due SELECT 1 WHERE EXISTS (SELECT 1 FROM users);
  `,
  `
  -- Made of kept photos for a change of the model: takes the place of the face's own embedding then. Sealed with a data key.
  CREATE TABLE staged_embeddings (
    face_id   INTEGER PRIMARY KEY REFERENCES faces ON DELETE CASCADE,
    model     TEXT NOT NULL,
    embedding BLOB NOT NULL CHECK (length(embedding) >= 2048)
  ) STRICT;
  `,
  `
  ALTER TABLE api_keys ADD COLUMN permissions TEXT NOT NULL DEFAULT ''; -- names with spaces between them
  UPDATE api_keys SET permissions = CASE read_only WHEN 1 THEN 'search' ELSE 'search enrol delete list admin' END;
  ALTER TABLE api_keys DROP COLUMN read_only;
  ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
  `,
  `
  CREATE TABLE webhooks (
    webhook_id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id  INTEGER NOT NULL REFERENCES tenants,
    target     BLOB NOT NULL, -- URL and secret; encrypted with a data key
    events     TEXT NOT NULL, -- names with spaces between them
    created_at INTEGER NOT NULL
  ) STRICT;

  -- What webhooks are still to be told, and what was given up.
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
  `,
  `
  -- When a camera recognised somebody on a day of the site, first and last; written only where the camera page asks for it.
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
  `,
  `
  -- Counted by the triggers below, so that nothing counts rows when it is asked.
  CREATE TABLE collection_counts (
    collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    model         TEXT NOT NULL, -- of faces; empty: users
    amount        INTEGER NOT NULL,
    PRIMARY KEY (collection_id, model)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO collection_counts SELECT collection_id, '', count(*) FROM users GROUP BY collection_id;
  INSERT INTO collection_counts SELECT collection_id, model, count(*) FROM faces GROUP BY collection_id, model;

  ALTER TABLE users ADD COLUMN has_face INTEGER NOT NULL DEFAULT 0 CHECK (has_face IN (0, 1)); -- kept by the triggers, too
  UPDATE users SET has_face = 1 WHERE EXISTS (
    SELECT 1 FROM faces f WHERE f.collection_id = users.collection_id AND f.user_id = users.user_id);
  CREATE INDEX users_without_face ON users (collection_id, user_id) WHERE has_face = 0;

  -- Users who were changed or deleted last: numbers, for those who keep a list of users in memory.
  CREATE TABLE user_changes (
    change_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL,
    user_id       INTEGER NOT NULL
  ) STRICT;
  CREATE TRIGGER user_changes_forgotten AFTER INSERT ON user_changes BEGIN
    DELETE FROM user_changes WHERE change_id <= NEW.change_id - 10000;
  END;

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
  CREATE TRIGGER faces_added AFTER INSERT ON faces BEGIN
    INSERT INTO collection_counts VALUES (NEW.collection_id, NEW.model, 1)
      ON CONFLICT (collection_id, model) DO UPDATE SET amount = amount + 1;
    UPDATE users SET has_face = 1 WHERE user_id = NEW.user_id AND has_face = 0;
  END;
  CREATE TRIGGER faces_embedded_anew AFTER UPDATE OF model ON faces WHEN OLD.model <> NEW.model BEGIN
    UPDATE collection_counts SET amount = amount - 1 WHERE collection_id = OLD.collection_id AND model = OLD.model;
    INSERT INTO collection_counts VALUES (NEW.collection_id, NEW.model, 1)
      ON CONFLICT (collection_id, model) DO UPDATE SET amount = amount + 1;
  END;
  CREATE TRIGGER faces_deleted AFTER DELETE ON faces BEGIN
    UPDATE collection_counts SET amount = amount - 1 WHERE collection_id = OLD.collection_id AND model = OLD.model;
    UPDATE users SET has_face = 0 WHERE user_id = OLD.user_id AND has_face = 1 AND NOT EXISTS (
      SELECT 1 FROM faces WHERE collection_id = OLD.collection_id AND user_id = OLD.user_id);
  END;
  `,
  sqliteAccountTables,
  `
  -- A deleted collection is hidden at once; its rows are erased in the background, and its name is free.
  CREATE TABLE erasable_collections (
    collection_id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id     INTEGER NOT NULL REFERENCES tenants,
    name          TEXT NOT NULL, -- empty once it is deleted
    created_at    INTEGER NOT NULL,
    deleted_at    INTEGER
  ) STRICT;
  INSERT INTO sqlite_sequence (name, seq) SELECT 'erasable_collections', seq FROM sqlite_sequence WHERE name = 'collections';
  INSERT INTO erasable_collections SELECT collection_id, tenant_id, name, created_at, NULL FROM collections;
  DROP TABLE collections;
  ALTER TABLE erasable_collections RENAME TO collections;
  CREATE UNIQUE INDEX collections_by_name ON collections (tenant_id, name) WHERE deleted_at IS NULL;
  CREATE INDEX deleted_collections ON collections (collection_id) WHERE deleted_at IS NOT NULL;

  -- Whose photo it was, so that tenants take turns; 0: of a face that was never stored, or of an older version.
  ALTER TABLE pending_object_deletions ADD COLUMN tenant_id INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX pending_by_tenant ON pending_object_deletions (tenant_id, object_key);
  `,
  sqliteRecycled,
  sqliteDuplicates,
  sqliteFirstPasswords,
];
