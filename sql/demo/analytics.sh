#!/bin/sh
# make analytics:migrate, analytics:seed, analytics:report:
#   sh sql/demo/analytics.sh <what> <build directory> <database>
set -eu
what=$1 build=$2 db=$3

run() { sqlite3 -batch -init /dev/null -cmd ".load $build/tok" "$db"; }

migrate() {
  printf '%s: ledger of schema version ' "$db"
  echo 'SELECT tok_init();' | run
}

case $what in
migrate) migrate ;;
seed)
  migrate
  { echo '.bail on'
    echo '.output /dev/null'
    echo 'SELECT tok_init();'
    echo '.output'
    cat sql/demo/seed.sql
    echo "SELECT printf('%s now has %,d requests, %,d tokens, %.2f dollars', '$db', requests, total_tokens, cost_usd) FROM llm_stats;"
  } | run ;;
report)
  [ -f "$db" ] || { echo "there is no $db: make analytics:seed makes one, DB=file.db names another"; exit 1; }
  { echo '.mode box'
    for r in stats by-provider by-model by-task by-tenant costs efficiency; do
      echo ".print"
      echo ".print $r"
      echo ".read sql/reports/$r.sql"
    done
  } | run ;;
*) echo "usage: sh sql/demo/analytics.sh migrate|seed|report <build directory> <database>"; exit 2 ;;
esac
