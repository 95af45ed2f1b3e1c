#!/bin/sh
# sh tests/alone.sh <command> ...: runs it with build/tmp to itself. Tests share that folder, and
# tests/run.sh empties it: two runs in one checkout take turns.
set -u
if [ -z "${TOK_TESTS_RUN:-}" ] && command -v flock > /dev/null; then
  mkdir -p build
  exec 9> build/tests.lock
  flock 9
  export TOK_TESTS_RUN=1
fi
mkdir -p build/tmp
exec "$@"
