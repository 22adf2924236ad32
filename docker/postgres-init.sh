#!/bin/sh
# MLflow's own role and database. The image runs it once, when it makes the data folder.
#   POSTGRES_USER  POSTGRES_DB  MLFLOW_PASSWORD
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv password MLFLOW_PASSWORD
\getenv database POSTGRES_DB
CREATE ROLE mlflow LOGIN PASSWORD :'password';
CREATE DATABASE mlflow OWNER mlflow;
-- Each program sees its own.
REVOKE CONNECT ON DATABASE mlflow FROM PUBLIC;
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
SQL
