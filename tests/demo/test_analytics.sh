# make analytics:migrate, analytics:seed and analytics:report do what they say.
set -eu
db=build/tmp/analytics.db
rm -f $db
passed=0
check() { # <what> <got> <expected>
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); return; fi
  echo "$1: got '$2', expected '$3'"
  exit 1
}
ask() { sqlite3 -batch -init /dev/null -cmd '.load build/tok' $db "$1"; }
make='make --no-print-directory -s'
check 'nothing to report on' "$($make analytics:report DB=$db 2>&1 | head -n 1)" \
  "there is no $db: make analytics:seed makes one, DB=file.db names another"
check 'migrate makes a ledger' "$($make analytics:migrate DB=$db)" "$db: ledger of schema version $(ask 'SELECT tok_init()')"
check 'an empty one' "$(ask 'SELECT count(*) FROM llm_usage')" 0
$make analytics:seed DB=$db > build/tmp/analytics.out
n=$(ask 'SELECT count(*) FROM llm_usage')
check 'seed makes traffic, all of it priced' "$(ask "SELECT count(*) > 4000 AND count(*) = count(cost_nano)
  AND count(DISTINCT tenant_id) = 3 AND max(unix_time) <= strftime('%s', 'now') + 3600 FROM llm_usage")" 1
$make analytics:seed DB=$db > build/tmp/analytics.out
check 'once' "$(ask 'SELECT count(*) FROM llm_usage')" "$n"
$make analytics:report DB=$db > build/tmp/analytics.out
for word in stats by-model gpt-4o acme summary efficiency roi; do
  grep -q "$word" build/tmp/analytics.out || { echo "no '$word' in the report"; exit 1; }
done
check 'every request is in it' "$(grep -c " $n " build/tmp/analytics.out)" 1
echo "$passed passed, 0 failed"
