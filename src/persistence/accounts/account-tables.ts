/** A migration of SQLite: released ones are never edited; see people/sqlite/migrations.ts. */
export const sqliteAccountTables = `
  -- Who logs in to the console with a name and a password.
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
    disabled_at   INTEGER,
    UNIQUE (tenant_id, name)
  ) STRICT;

  CREATE TABLE recovery_codes (
    code_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32)
  ) STRICT;
  CREATE INDEX recovery_codes_by_account ON recovery_codes (account_id);

  -- Of an account, or of the API key that it was made with.
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

  -- Failed attempts to log in, by a hash of the account's name, which may not exist.
  CREATE TABLE failed_logins (
    subject   BLOB PRIMARY KEY CHECK (length(subject) = 32),
    failures  INTEGER NOT NULL,
    failed_at INTEGER NOT NULL -- the last one
  ) STRICT, WITHOUT ROWID;
  `;

/** Passwords that somebody else chose. Those of older versions are no such. */
export const sqliteFirstPasswords = `
  ALTER TABLE accounts ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0; -- 1: the user may do nothing before another password
  `;
export const postgresFirstPasswords = `
  ALTER TABLE accounts ADD COLUMN must_change boolean NOT NULL DEFAULT false; -- the user may do nothing before another password
  `;

/** The same of PostgreSQL. */
export const postgresAccountTables = `
  -- Who logs in to the console with a name and a password.
  CREATE TABLE accounts (
    account_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id     bigint NOT NULL REFERENCES tenants,
    name          text NOT NULL,
    role          text NOT NULL,
    password      text NOT NULL, -- Argon2id with its parameters and its salt
    totp          bytea, -- secret of the second factor
    totp_offered  bytea, -- the same, not confirmed by a code yet
    totp_step     bigint NOT NULL DEFAULT 0, -- the last whose code was used
    created_at    timestamptz NOT NULL,
    last_login_at timestamptz,
    disabled_at   timestamptz,
    UNIQUE (tenant_id, name)
  );

  CREATE TABLE recovery_codes (
    code_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    sha256     bytea NOT NULL CHECK (length(sha256) = 32)
  );
  CREATE INDEX recovery_codes_by_account ON recovery_codes (account_id);

  -- Of an account, or of the API key that it was made with.
  CREATE TABLE sessions (
    session_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256       bytea NOT NULL UNIQUE CHECK (length(sha256) = 32), -- of the token
    tenant_id    bigint NOT NULL REFERENCES tenants,
    account_id   bigint REFERENCES accounts ON DELETE CASCADE,
    key_id       text, -- number of a stored key, or name of a configured one
    key_check    bytea, -- of a configured key: HMAC of its hash by the token
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    CHECK ((account_id IS NULL) <> (key_id IS NULL))
  );
  CREATE INDEX sessions_by_account ON sessions (account_id) WHERE account_id IS NOT NULL;

  -- Failed attempts to log in, by a hash of the account's name, which may not exist.
  CREATE TABLE failed_logins (
    subject   bytea PRIMARY KEY CHECK (length(subject) = 32),
    failures  bigint NOT NULL,
    failed_at timestamptz NOT NULL -- the last one
  );
  `;
