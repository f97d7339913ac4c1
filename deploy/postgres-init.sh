#!/bin/sh
# Run once by PostgreSQL's image, when the volume is empty: the database of the servers, which they use as a role that
# may do nothing else. The superuser stays without a password, so it can only log in inside the container.
set -eu
psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE facesearch LOGIN PASSWORD :'password';
CREATE DATABASE facesearch OWNER facesearch ENCODING 'UTF8' TEMPLATE template0;
ALTER ROLE CURRENT_USER PASSWORD NULL;
\connect facesearch
CREATE EXTENSION vector;
SQL
