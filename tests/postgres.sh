#!/usr/bin/env bash
# Starts and stops a throw-away PostgreSQL on a free port: `postgres.sh start DIR` prints its address.
set -euo pipefail
action=$1 folder=$2
bin=$(dirname "$(command -v pg_ctl || ls /usr/lib/postgresql/*/bin/pg_ctl 2>/dev/null | tail -1 || true)")
[ -x "$bin/pg_ctl" ] || exit 1
# PostgreSQL refuses to run as root.
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
case $action in
  start)
    if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    as "$bin/initdb" -D "$folder/db" -U switchroom -A trust >/dev/null
    as "$bin/pg_ctl" -D "$folder/db" -w -l "$folder/log" \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder" start >/dev/null
    echo "postgres://switchroom@127.0.0.1:$port/postgres"
    ;;
  stop) as "$bin/pg_ctl" -D "$folder/db" -m immediate stop >/dev/null ;;
esac
