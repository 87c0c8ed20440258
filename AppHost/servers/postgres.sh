#!/usr/bin/env bash
# Becomes a Postgres on loopback: postgres.sh <data folder> <port>. POSTGRES_PASSWORD is the password of user "app".
# fsync and synchronous_commit stay on, as everywhere: an acknowledged write is on the disk.
set -euo pipefail
data=$1 port=$2

# The newest of Debian's version folders, else whatever is on the PATH.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
[ -x "$bin/postgres" ] || bin=$(dirname "$(command -v postgres)") || {
  echo "postgres is not installed: on Debian or Ubuntu 'apt-get install postgresql', or set ConnectionStrings__postgres" >&2
  exit 127
}

# SUITE_PDEATHSIG (set by the local engine) asks to be told when the engine dies. Changing the user clears that, so it comes last.
die=()
if [ -n "${SUITE_PDEATHSIG:-}" ]; then die=(--pdeathsig "$SUITE_PDEATHSIG"); fi
as_owner=()
mkdir -p "$data"
if [ "$(id -u)" = 0 ]; then # Postgres refuses to run as root.
  drop=(setpriv --reuid=postgres --regid=postgres --init-groups)
  if ! "${drop[@]}" test -x "$data"; then
    # A parent folder (such as /root) is closed to the user postgres: keep the data elsewhere, and remember where.
    if [ ! -L "$data/elsewhere" ]; then
      mkdir -p /var/lib/inference-suite && chmod 755 /var/lib/inference-suite
      ln -s "$(mktemp -d /var/lib/inference-suite/postgres-XXXXXXXX)" "$data/elsewhere"
    fi
    data=$(readlink "$data/elsewhere")
    echo "the user postgres cannot reach $1; the data is in $data"
  fi
  chown postgres: "$data"
  as_owner=("${drop[@]}")
fi

cluster=$data/cluster
if [ ! -f "$cluster/PG_VERSION" ]; then
  # Built beside and renamed when complete: an interrupted initdb leaves nothing that looks like a database.
  rm -rf "$cluster.new"
  password=$data/password
  (umask 077 && printf '%s\n' "$POSTGRES_PASSWORD" > "$password")
  [ ${#as_owner[@]} = 0 ] || chown postgres: "$password"
  "${as_owner[@]}" "$bin/initdb" -D "$cluster.new" -U app --pwfile="$password" -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-instructions >&2
  rm "$password"
  mv "$cluster.new" "$cluster"
fi

unset POSTGRES_PASSWORD
if [ ${#die[@]} != 0 ] && [ ${#as_owner[@]} = 0 ]; then as_owner=(setpriv); fi
exec "${as_owner[@]}" "${die[@]}" "$bin/postgres" -D "$cluster" -c port="$port" -c listen_addresses=127.0.0.1 \
  -c unix_socket_directories= -c max_connections=200 -c log_min_messages=warning -c log_error_verbosity=terse
