-- What the migrations make, written by `npm run docs:schema`: to be read, never run.
-- PostgreSQL with pgvector, version 15.

CREATE EXTENSION vector;

CREATE SEQUENCE face_ids;

CREATE TABLE accounts (
  account_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  tenant_id bigint NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  password text NOT NULL,
  totp bytea,
  totp_offered bytea,
  totp_step bigint NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  last_login_at timestamp with time zone,
  disabled_at timestamp with time zone,
  must_change boolean NOT NULL DEFAULT false,
  CONSTRAINT accounts_pkey PRIMARY KEY (account_id),
  CONSTRAINT accounts_tenant_id_name_key UNIQUE (tenant_id, name)
);
CREATE TABLE api_keys (
  key_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  tenant_id bigint NOT NULL,
  sha256 bytea NOT NULL,
  label bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  permissions text NOT NULL DEFAULT ''::text,
  last_used_at timestamp with time zone,
  CONSTRAINT api_keys_pkey PRIMARY KEY (key_id),
  CONSTRAINT api_keys_sha256_check CHECK ((length(sha256) = 32)),
  CONSTRAINT api_keys_sha256_key UNIQUE (sha256)
);
CREATE TABLE attendance (
  day text NOT NULL,
  collection_id bigint NOT NULL,
  user_id bigint NOT NULL,
  first_at timestamp with time zone NOT NULL,
  last_at timestamp with time zone NOT NULL,
  CONSTRAINT attendance_pkey PRIMARY KEY (day, collection_id, user_id)
);
CREATE TABLE cohort_members (
  collection_id bigint NOT NULL,
  user_id bigint NOT NULL,
  model text NOT NULL,
  CONSTRAINT cohort_members_pkey PRIMARY KEY (collection_id, user_id, model)
);
CREATE TABLE cohorts (
  tenant_id bigint NOT NULL,
  model text NOT NULL,
  build bigint NOT NULL,
  people bigint NOT NULL,
  CONSTRAINT cohorts_pkey PRIMARY KEY (tenant_id, model)
);
CREATE TABLE collection_counts (
  collection_id bigint NOT NULL,
  model text NOT NULL,
  slot integer NOT NULL,
  amount bigint NOT NULL,
  CONSTRAINT collection_counts_pkey PRIMARY KEY (collection_id, model, slot)
);
CREATE TABLE collections (
  collection_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  tenant_id bigint NOT NULL,
  name bytea NOT NULL,
  name_hash bytea NOT NULL GENERATED ALWAYS AS (sha256(name)) STORED,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT collections_pkey PRIMARY KEY (collection_id),
  CONSTRAINT collections_tenant_id_name_hash_key UNIQUE (tenant_id, name_hash)
);
CREATE TABLE deliveries (
  delivery_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  webhook_id bigint NOT NULL,
  event_id text NOT NULL,
  type text NOT NULL,
  happened_at timestamp with time zone NOT NULL,
  data bytea NOT NULL,
  attempts bigint NOT NULL DEFAULT 0,
  next_at timestamp with time zone,
  error text NOT NULL DEFAULT ''::text,
  CONSTRAINT deliveries_pkey PRIMARY KEY (delivery_id)
);
CREATE TABLE duplicate_pairs (
  collection_id bigint NOT NULL,
  user_id bigint NOT NULL,
  other_id bigint NOT NULL,
  similarity double precision NOT NULL,
  found_at timestamp with time zone NOT NULL,
  dismissed_at timestamp with time zone,
  CONSTRAINT duplicate_pairs_pkey PRIMARY KEY (collection_id, user_id, other_id)
);
CREATE TABLE duplicate_scans (
  collection_id bigint NOT NULL,
  is_running boolean NOT NULL,
  after_user bigint NOT NULL,
  done bigint NOT NULL,
  total bigint NOT NULL,
  started_at timestamp with time zone NOT NULL,
  heard_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT duplicate_scans_pkey PRIMARY KEY (collection_id)
);
CREATE TABLE faces (
  collection_id bigint NOT NULL,
  face_id bigint NOT NULL DEFAULT nextval('face_ids'::regclass),
  user_id bigint NOT NULL,
  model text NOT NULL,
  embedding vector(512) NOT NULL,
  object_key text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT faces_pkey PRIMARY KEY (face_id, collection_id)
) PARTITION BY HASH (collection_id);
CREATE TABLE failed_logins (
  subject bytea NOT NULL,
  failures bigint NOT NULL,
  failed_at timestamp with time zone NOT NULL,
  CONSTRAINT failed_logins_pkey PRIMARY KEY (subject),
  CONSTRAINT failed_logins_subject_check CHECK ((length(subject) = 32))
);
CREATE TABLE forms_due (
  only_row integer NOT NULL,
  CONSTRAINT forms_due_only_row_check CHECK ((only_row = 1)),
  CONSTRAINT forms_due_pkey PRIMARY KEY (only_row)
);
CREATE TABLE pending_object_deletions (
  object_key text NOT NULL,
  node uuid,
  since timestamp with time zone NOT NULL DEFAULT now(),
  tenant_id bigint NOT NULL DEFAULT 0,
  CONSTRAINT pending_object_deletions_pkey PRIMARY KEY (object_key)
);
CREATE TABLE recovery_codes (
  code_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  account_id bigint NOT NULL,
  sha256 bytea NOT NULL,
  CONSTRAINT recovery_codes_pkey PRIMARY KEY (code_id),
  CONSTRAINT recovery_codes_sha256_check CHECK ((length(sha256) = 32))
);
CREATE TABLE recycled (
  recycled_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  collection_id bigint NOT NULL,
  client_id bytea NOT NULL,
  token text NOT NULL,
  erase_at timestamp with time zone NOT NULL,
  object_keys text[] NOT NULL,
  data bytea NOT NULL,
  CONSTRAINT recycled_pkey PRIMARY KEY (recycled_id)
);
CREATE TABLE scales (
  scale_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  model text NOT NULL,
  made_at timestamp with time zone NOT NULL DEFAULT now(),
  is_active boolean NOT NULL DEFAULT false,
  data text NOT NULL,
  CONSTRAINT scales_pkey PRIMARY KEY (scale_id)
);
CREATE TABLE schema_migrations (
  version integer NOT NULL,
  at timestamp with time zone DEFAULT now(),
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
);
CREATE TABLE search_due (
  only_row integer NOT NULL,
  CONSTRAINT search_due_only_row_check CHECK ((only_row = 1)),
  CONSTRAINT search_due_pkey PRIMARY KEY (only_row)
);
CREATE TABLE sessions (
  session_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  sha256 bytea NOT NULL,
  tenant_id bigint NOT NULL,
  account_id bigint,
  key_id text,
  key_check bytea,
  created_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT sessions_check CHECK (((account_id IS NULL) <> (key_id IS NULL))),
  CONSTRAINT sessions_pkey PRIMARY KEY (session_id),
  CONSTRAINT sessions_sha256_check CHECK ((length(sha256) = 32)),
  CONSTRAINT sessions_sha256_key UNIQUE (sha256)
);
CREATE TABLE staged_embeddings (
  collection_id bigint NOT NULL,
  user_id bigint NOT NULL,
  face_id bigint NOT NULL,
  model text NOT NULL,
  embedding vector(512) NOT NULL,
  CONSTRAINT staged_embeddings_pkey PRIMARY KEY (collection_id, face_id)
);
CREATE TABLE templates (
  collection_id bigint NOT NULL,
  user_id bigint NOT NULL,
  model text NOT NULL,
  cohort text NOT NULL,
  data bytea NOT NULL,
  CONSTRAINT templates_pkey PRIMARY KEY (collection_id, user_id, model)
);
CREATE TABLE tenants (
  tenant_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  name bytea NOT NULL,
  name_hash bytea NOT NULL GENERATED ALWAYS AS (sha256(name)) STORED,
  CONSTRAINT tenants_name_hash_key UNIQUE (name_hash),
  CONSTRAINT tenants_pkey PRIMARY KEY (tenant_id)
);
CREATE TABLE users (
  collection_id bigint NOT NULL,
  user_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  client_id bytea NOT NULL,
  client_hash bytea NOT NULL GENERATED ALWAYS AS (sha256(client_id)) STORED,
  name bytea NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  enrolled_at timestamp with time zone,
  form_hash bytea,
  has_face boolean NOT NULL DEFAULT false,
  folded bytea,
  sort_id bytea,
  sort_name bytea,
  search_tokens integer[],
  CONSTRAINT users_collection_id_client_hash_key UNIQUE (collection_id, client_hash),
  CONSTRAINT users_pkey PRIMARY KEY (collection_id, user_id)
);
CREATE TABLE webhooks (
  webhook_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  tenant_id bigint NOT NULL,
  target bytea NOT NULL,
  events text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT webhooks_pkey PRIMARY KEY (webhook_id)
);

CREATE TABLE faces_0 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 0);
CREATE TABLE faces_1 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 1);
CREATE TABLE faces_2 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 2);
CREATE TABLE faces_3 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 3);
CREATE TABLE faces_4 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 4);
CREATE TABLE faces_5 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 5);
CREATE TABLE faces_6 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 6);
CREATE TABLE faces_7 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 7);
CREATE TABLE faces_8 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 8);
CREATE TABLE faces_9 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 9);
CREATE TABLE faces_10 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 10);
CREATE TABLE faces_11 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 11);
CREATE TABLE faces_12 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 12);
CREATE TABLE faces_13 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 13);
CREATE TABLE faces_14 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 14);
CREATE TABLE faces_15 PARTITION OF faces FOR VALUES WITH (modulus 16, remainder 15);

ALTER TABLE faces ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_0 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_1 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_2 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_3 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_4 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_5 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_6 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_7 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_8 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_9 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_10 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_11 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_12 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_13 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_14 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE faces_15 ALTER COLUMN embedding SET STORAGE PLAIN;

ALTER TABLE accounts ADD CONSTRAINT accounts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id);
ALTER TABLE api_keys ADD CONSTRAINT api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id);
ALTER TABLE attendance ADD CONSTRAINT attendance_collection_id_user_id_fkey FOREIGN KEY (collection_id, user_id) REFERENCES users(collection_id, user_id) ON DELETE CASCADE;
ALTER TABLE cohort_members ADD CONSTRAINT cohort_members_collection_id_user_id_fkey FOREIGN KEY (collection_id, user_id) REFERENCES users(collection_id, user_id) ON DELETE CASCADE;
ALTER TABLE cohorts ADD CONSTRAINT cohorts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id);
ALTER TABLE collection_counts ADD CONSTRAINT collection_counts_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(collection_id) ON DELETE CASCADE;
ALTER TABLE collections ADD CONSTRAINT collections_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id);
ALTER TABLE deliveries ADD CONSTRAINT deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks(webhook_id) ON DELETE CASCADE;
ALTER TABLE duplicate_pairs ADD CONSTRAINT duplicate_pairs_collection_id_other_id_fkey FOREIGN KEY (collection_id, other_id) REFERENCES users(collection_id, user_id) ON DELETE CASCADE;
ALTER TABLE duplicate_pairs ADD CONSTRAINT duplicate_pairs_collection_id_user_id_fkey FOREIGN KEY (collection_id, user_id) REFERENCES users(collection_id, user_id) ON DELETE CASCADE;
ALTER TABLE duplicate_scans ADD CONSTRAINT duplicate_scans_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(collection_id) ON DELETE CASCADE;
ALTER TABLE faces ADD CONSTRAINT faces_collection_id_user_id_fkey FOREIGN KEY (collection_id, user_id) REFERENCES users(collection_id, user_id) ON DELETE CASCADE;
ALTER TABLE recovery_codes ADD CONSTRAINT recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id) ON DELETE CASCADE;
ALTER TABLE recycled ADD CONSTRAINT recycled_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(collection_id) ON DELETE CASCADE;
ALTER TABLE sessions ADD CONSTRAINT sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id) ON DELETE CASCADE;
ALTER TABLE sessions ADD CONSTRAINT sessions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id);
ALTER TABLE staged_embeddings ADD CONSTRAINT staged_embeddings_collection_id_user_id_fkey FOREIGN KEY (collection_id, user_id) REFERENCES users(collection_id, user_id) ON DELETE CASCADE;
ALTER TABLE templates ADD CONSTRAINT templates_collection_id_user_id_fkey FOREIGN KEY (collection_id, user_id) REFERENCES users(collection_id, user_id) ON DELETE CASCADE;
ALTER TABLE users ADD CONSTRAINT users_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(collection_id) ON DELETE CASCADE;
ALTER TABLE webhooks ADD CONSTRAINT webhooks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id);

CREATE INDEX attendance_by_user ON public.attendance USING btree (collection_id, user_id);
CREATE INDEX deliveries_by_time ON public.deliveries USING btree (webhook_id, next_at);
CREATE INDEX duplicate_pairs_by_other ON public.duplicate_pairs USING btree (collection_id, other_id);
CREATE INDEX duplicate_pairs_by_similarity ON public.duplicate_pairs USING btree (collection_id, similarity);
CREATE INDEX faces_by_embedding ON public.faces USING hnsw (embedding vector_cosine_ops) WITH (m='16', ef_construction='128');
CREATE INDEX faces_by_model ON public.faces USING btree (collection_id, model, face_id);
CREATE INDEX faces_by_user ON public.faces USING btree (collection_id, user_id);
CREATE INDEX pending_by_tenant ON public.pending_object_deletions USING btree (tenant_id, object_key COLLATE "C");
CREATE INDEX recovery_codes_by_account ON public.recovery_codes USING btree (account_id);
CREATE INDEX recycled_by_time ON public.recycled USING btree (erase_at);
CREATE INDEX recycled_by_user ON public.recycled USING btree (collection_id, token);
CREATE INDEX sessions_by_account ON public.sessions USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX staged_by_user ON public.staged_embeddings USING btree (collection_id, user_id);
CREATE INDEX users_by_enrolment ON public.users USING btree (enrolled_at) WHERE (enrolled_at IS NOT NULL);
CREATE INDEX users_by_id ON public.users USING btree (collection_id, sort_id, user_id);
CREATE INDEX users_by_name ON public.users USING btree (collection_id, sort_name, user_id);
CREATE INDEX users_by_token ON public.users USING gin (search_tokens);
CREATE INDEX users_without_face ON public.users USING btree (collection_id, user_id) WHERE (NOT has_face);
CREATE UNIQUE INDEX scales_active ON public.scales USING btree (model) WHERE is_active;
CREATE UNIQUE INDEX users_by_form ON public.users USING btree (collection_id, form_hash) WHERE (form_hash IS NOT NULL);
