#!/bin/sh
# A role and a database for each program that uses this server; the superuser is nobody's. The image runs it once, when it makes the data folder.
#   POSTGRES_USER  POSTGRES_DB
#   SLUICE_USER  SLUICE_PASSWORD  SLUICE_DATABASE
#   MLFLOW_PASSWORD
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv user SLUICE_USER
\getenv password SLUICE_PASSWORD
\getenv database SLUICE_DATABASE
CREATE ROLE :"user" LOGIN PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"user";
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;

\getenv password MLFLOW_PASSWORD
CREATE ROLE mlflow LOGIN PASSWORD :'password';
CREATE DATABASE mlflow OWNER mlflow;
REVOKE CONNECT ON DATABASE mlflow FROM PUBLIC;
SQL
