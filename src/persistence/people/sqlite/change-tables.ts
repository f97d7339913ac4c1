/** Migrations; released ones are never edited: see migrations.ts. */
export const sqliteRecycled = `
  -- People who were deleted and can be brought back until a time. No list, search or export reads them.
  CREATE TABLE recycled (
    recycled_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    client_id     TEXT NOT NULL, -- as that of a user
    token         TEXT NOT NULL, -- a UUID, the same for all of one deletion
    erase_at      INTEGER NOT NULL,
    object_keys   TEXT NOT NULL, -- JSON; of the photos, which are kept as long
    data          BLOB NOT NULL -- JSON; encrypted with a data key
  ) STRICT;
  CREATE INDEX recycled_by_user ON recycled (collection_id, client_id);
  CREATE INDEX recycled_by_time ON recycled (erase_at);
  `;

export const sqliteDuplicates = `
  -- How far the search for duplicates in a collection is, or when it was done.
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

  -- Users who look like one person; the smaller number first.
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
  `;
