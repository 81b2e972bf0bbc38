#!/usr/bin/env bash
# Runs every check, shows each as it goes, and closes with "N passed, N failed, N skipped".
#
# A stage's tests are counted from its own report; a stage that fails without a count is one failure.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0
logs=target/test-logs
mkdir -p "$logs"

say() { printf '\n── %s ──\n' "$*"; }

# stage NAME COUNTER COMMAND…
stage() {
  local name=$1 counter=$2 start=$SECONDS
  shift 2
  say "$name"
  "$@" 2>&1 | tee "$logs/$name.log"
  local status=${PIPESTATUS[0]} ok=0 bad=0 left=0
  case $counter in
    cargo) read -r ok bad left < <(awk '/^test result:/ { ok += $4; bad += $6; left += $8 } END { print ok + 0, bad + 0, left + 0 }' "$logs/$name.log") ;;
    pytest) read -r ok bad left < <(awk '/(passed|failed|skipped|errors?|no tests ran) in [0-9.]+s/ { line = $0 } END {
        n = split(line, word, /[ ,=]+/)
        for (i = 1; i <= n; i++) { if (word[i] == "passed") ok = word[i-1]; if (word[i] == "failed" || word[i] ~ /^error/) bad += word[i-1]; if (word[i] == "skipped") left = word[i-1] }
        print ok + 0, bad + 0, left + 0 }' "$logs/$name.log") ;;
    vitest) read -r ok bad left < <(sed 's/\x1b\[[0-9;]*m//g' "$logs/$name.log" | awk '/^ *Tests / { for (i = 1; i <= NF; i++) { if ($i == "passed") ok = $(i-1); if ($i == "failed") bad = $(i-1); if ($i == "skipped") left = $(i-1) } } END { print ok + 0, bad + 0, left + 0 }') ;;
    node) read -r ok bad left < <(awk '/^# pass/ { ok = $3 } /^# fail/ { bad = $3 } /^# skipped/ { left = $3 } END { print ok + 0, bad + 0, left + 0 }' "$logs/$name.log") ;;
    one) if [ "$status" = 0 ]; then ok=1; fi ;;
  esac
  if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  if [ "$counter" != one ] && [ "$status" = 0 ] && [ "$ok" = 0 ]; then
    echo "$name ran no test"
    bad=1
  fi
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
  echo "$name: $ok passed, $bad failed, $left skipped in $((SECONDS - start)) s"
}

# What only tests need, and nothing of the system unless we are root.
if ! command -v chromium >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing chromium"
    apt-get update -qq && apt-get install -y -qq chromium >"$logs/chromium.log" 2>&1 || tail -5 "$logs/chromium.log"
  else
    echo "Browser tests need Chromium: run 'apt-get install chromium' as root."
  fi
fi
if ! command -v espeak-ng >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing espeak-ng"
    apt-get update -qq && apt-get install -y -qq espeak-ng >"$logs/espeak-ng.log" 2>&1 || tail -5 "$logs/espeak-ng.log"
  fi
  command -v espeak-ng >/dev/null ||
    echo "Tests of speech are skipped without espeak-ng: run 'apt-get install espeak-ng' as root."
fi
make --no-print-directory target/test-venv/.installed web/node_modules/.installed tests/browser/node_modules/.installed || exit 1
python=$PWD/target/test-venv/bin/python

# A PostgreSQL of our own for the store's scenarios, where the server is installed.
postgres_data=
stop_postgres() {
  if [ -n "$postgres_data" ]; then
    bash tests/postgres.sh stop "$postgres_data" || true
    rm -rf "$postgres_data"
  fi
}
trap stop_postgres EXIT
postgres_data=$(mktemp -d)
if url=$(bash tests/postgres.sh start "$postgres_data"); then
  export SWITCHROOM_TEST_POSTGRES=$url
else
  echo "skipped on PostgreSQL: no server is installed (apt-get install postgresql)"
fi

stage format one cargo fmt --all -- --check
stage web-lint one npm --prefix web run lint
stage web-build one npm --prefix web run build
stage web-test vitest npm --prefix web test
stage clippy one cargo clippy --workspace --all-targets -- -D warnings
stage rust cargo cargo test --workspace --no-fail-fast
stage build one cargo build -p switchroom
stage sdk pytest "$python" -m pytest -q tests/sdk
stage browser node node --test --test-concurrency=1 --test-reporter=tap tests/browser/*.test.mjs
stage faults pytest "$python" -m pytest -q tests/faults

printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
