-- Distributes the tables of an empty database over the nodes of a Citus cluster, by the number of the collection, which every
-- key of users and faces holds. Not yet run on Citus: docs/scale.md says what it was checked against.
--
--   1. On the coordinator: CREATE EXTENSION citus; and CREATE EXTENSION vector; on every node.
--   2. Start one server, which makes the tables, and stop it again.
--   3. psql --single-transaction --set ON_ERROR_STOP=1 --file scripts/postgres/citus.sql "$DATABASE_URL"

-- Each of these has the 16 partitions of faces, and a graph in each.
SET citus.shard_count = 32;

-- Small, and on every node: first those that others refer to.
SELECT create_reference_table('tenants');
SELECT create_reference_table('api_keys');
SELECT create_reference_table('collections');
SELECT create_reference_table('cohorts');
SELECT create_reference_table('accounts');
SELECT create_reference_table('recovery_codes');
SELECT create_reference_table('failed_logins');
SELECT create_reference_table('sessions');
SELECT create_reference_table('recycled');
SELECT create_reference_table('duplicate_scans');
SELECT create_reference_table('pending_object_deletions');
SELECT create_reference_table('scales');
SELECT create_reference_table('webhooks');
SELECT create_reference_table('deliveries');
SELECT create_reference_table('forms_due');
SELECT create_reference_table('search_due');

-- A collection's users and faces lie on one node, so that a search and every change but the making of a collection ask one.
SELECT create_distributed_table('users', 'collection_id');
SELECT create_distributed_table('faces', 'collection_id', colocate_with => 'users');
SELECT create_distributed_table('templates', 'collection_id', colocate_with => 'users');
SELECT create_distributed_table('cohort_members', 'collection_id', colocate_with => 'users');
SELECT create_distributed_table('attendance', 'collection_id', colocate_with => 'users');
SELECT create_distributed_table('staged_embeddings', 'collection_id', colocate_with => 'users');
SELECT create_distributed_table('duplicate_pairs', 'collection_id', colocate_with => 'users');
SELECT create_distributed_table('collection_counts', 'collection_id', colocate_with => 'users');
