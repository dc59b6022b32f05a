#!/bin/sh
# As the official image's entrypoint, for what Faultpath needs of it: the first start makes the cluster.
set -e
[ "$1" = postgres ] || exec "$@"
shift
: "${PGDATA:=/var/lib/postgresql/data}" "${POSTGRES_USER:=postgres}"
: "${POSTGRES_DB:=$POSTGRES_USER}"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "$POSTGRES_PASSWORD" ]; then
    echo 'expected a password for the superuser, saw none. Give it: -e POSTGRES_PASSWORD=...' >&2
    exit 1
  fi
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  printf '%s' "$POSTGRES_PASSWORD" |
    initdb -D "$PGDATA" --username="$POSTGRES_USER" --pwfile=/dev/stdin --auth=scram-sha-256 --encoding=UTF8 \
      --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --no-sync --no-instructions
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  if [ "$POSTGRES_DB" != postgres ]; then
    echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$PGDATA" postgres >/dev/null
  fi
fi

exec postgres -D "$PGDATA" -c listen_addresses='*' "$@"
