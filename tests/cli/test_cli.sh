#!/bin/sh
# tok-usage from outside: what it prints in a pipe and on a terminal, each format, how it refuses.
set -u
LC_ALL=C.UTF-8
export LC_ALL
unset TOK_DB NO_COLOR CLICOLOR_FORCE COLUMNS
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db=$dir/app.db
usage=build/tok-usage
passed=0
failed=0

is() { # <what> <got> <expected>
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); return; fi
  failed=$((failed + 1))
  printf '%s: got\n%s\nexpected\n%s\n' "$1" "$2" "$3"
}
has() { # <what> <got> <pattern>
  if echo "$2" | grep -q -e "$3"; then passed=$((passed + 1)); return; fi
  failed=$((failed + 1))
  printf '%s: got\n%s\nwithout %s\n' "$1" "$2" "$3"
}

sqlite3 -batch -init /dev/null "$db" '.load build/tok' "SELECT tok_init();" "
  WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 59)
  INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, session_id, input_tokens, output_tokens, response_time_ms)
  SELECT strftime('%Y-%m-%dT12:00:00Z', '2026-01-01', i || ' days'), 'openai', CASE i % 2 WHEN 0 THEN 'gpt-4o' ELSE 'gpt-4o-mini' END,
    'chat', 'acme', 's' || i, 1000000, 100000, 500 FROM n;" > /dev/null

# whoever has no name is - for people, null and empty for programs; text that is none is JSON still
odd=$dir/odd.db
sqlite3 -batch -init /dev/null "$odd" '.load build/tok' 'SELECT tok_init()' "INSERT INTO llm_usage(timestamp, tenant_id, input_tokens,
  output_tokens) VALUES ('2026-01-01', NULL, 1, 1), ('2026-01-01', CAST(x'61ff62' AS TEXT), 1, 1), ('2026-01-01', CAST(x'6300' AS TEXT), 1, 1)" > /dev/null
is 'no name in JSON' "$($usage --db "$odd" by-tenant --format json | sed -n 's/^ {\("tenant": [^,]*\),.*/\1/p')" \
  "$(printf '"tenant": null\n"tenant": "a\357\277\275b"\n"tenant": "c\\u0000"')"
is 'no name in CSV' "$($usage --db "$odd" by-tenant --format csv | sed -n 's/^\(,1\),1.*/\1/p')" ',1'
is 'no name for people' "$($usage --db "$odd" by-tenant --quiet | grep -c '^ *- ')" 1

# every report runs on a ledger and on an empty one, in every format
empty=$dir/empty.db
sqlite3 -batch -init /dev/null "$empty" '.load build/tok' 'SELECT tok_init()' > /dev/null
for c in $($usage --help | sed -n '/^commands/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
  case $c in import|export) continue ;; esac
  for f in table csv json markdown; do
    for file in "$db" "$empty"; do
      out=$($usage --db "$file" "$c" --format $f --quiet --now 2026-03-01 2>&1) || { failed=$((failed + 1)); echo "$c --format $f: $out"; }
      if [ $f = json ]; then
        printf '%s' "$out" > "$dir/out.json"
        is "$c json" "$(sqlite3 :memory: "SELECT json_valid(CAST(readfile('$dir/out.json') AS TEXT))")" 1
      fi
    done
  done
done

has 'a pipe is plain' "$($usage --db "$db" by-model)" '^model  *requests'
is 'no colours in a pipe' "$($usage --db "$db" by-model | grep -c '\[')" 0
has 'bars on a terminal' "$(CLICOLOR_FORCE=1 $usage --db "$db" by-model)" '█'
is 'NO_COLOR' "$(NO_COLOR=1 CLICOLOR_FORCE=1 $usage --db "$db" by-model | grep -c '█')" 0
is '--plain' "$(CLICOLOR_FORCE=1 $usage --plain --db "$db" by-model | grep -c '█')" 0
has '$TOK_DB' "$(TOK_DB=$db $usage by-model)" gpt-4o-mini
is '--since and --until' "$($usage --db "$db" by-day --since 2026-01-10 --until 2026-01-13 --format csv | wc -l | tr -d ' ')" 4
is 'relative times' "$($usage --db "$db" by-day --since 3d --now 2026-03-01 --format csv | wc -l | tr -d ' ')" 5

refused() { # <status> <pattern> <argument> ...
  status=$1 pattern=$2
  shift 2
  out=$($usage "$@" 2>&1 > /dev/null)
  is "status of tok-usage $*" $? "$status"
  has "tok-usage $*" "$out" "$pattern"
}
refused 2 'which command'
refused 2 'no command frobnicate' frobnicate
refused 2 'unknown option --frob' --frob by-model
refused 2 '--db needs FILE' stats --db
refused 2 '--plain takes no argument' stats --plain=1
refused 1 'which database' by-model
refused 1 'which database' --db '' import "$dir/untouched.csv"
refused 1 'No such file' --db "$dir/none.db" by-model
refused 2 '--since must be a time' --db "$db" by-day --since yesterday
refused 2 '--since must be a time' --db "$db" by-day --since 2026
refused 2 '--until must be a time' --db "$db" by-day --until 2026-02-30
refused 2 'by-model takes no operand' --db "$db" by-model gpt-4o
refused 2 '--format must be table' --db "$db" by-model --format xml
refused 2 '--limit must be a number' --db "$db" by-model --limit 0
refused 2 'blocks takes no --tenant' --db "$db" blocks --tenant acme
refused 2 'by-day takes no --hours' --db "$db" by-day --hours 3
refused 2 'export takes no --tenant' --db "$db" export --tenant acme
refused 2 'export takes no --limit' --db "$db" export --limit 3
refused 2 'stats takes no --output' --db "$db" stats --output x
refused 2 'stats takes no --exec' --db "$db" stats --exec true
refused 2 'alerts takes no --tenant' --db "$db" alerts --exec true --tenant acme
refused 2 'forecast takes no --name' --db "$db" forecast --format csv --name x
refused 2 '--now must be a time' --db "$db" by-day --now yesterday
refused 1 'level must be a number' --db "$db" forecast --level 0.5.5
refused 1 'horizon must be an integer' --db "$db" forecast --horizon 1.2.3
refused 2 'is the database' --db "$db" export --output "$db"
has 'an export leaves the database alone' "$($usage --db "$db" by-model)" gpt-4o-mini
echo kept > "$dir/kept.csv"
refused 1 'format must be' --db "$db" export --format nope --output "$dir/kept.csv"
refused 2 '--since must be' --db "$db" export --since nope --output "$dir/kept.csv"
is 'a wrong option costs no file' "$(cat "$dir/kept.csv")" kept
refused 1 '^tok-usage: --plain: No such file' --db "$dir/untouched.db" import -- --plain
refused 1 'No such file' --db "$dir/untouched.db" alerts --exec cat
refused 2 'import what' --db "$dir/untouched.db" import
is 'nothing was made' "$(ls "$dir" | grep -c untouched)" 0
for f in csv json markdown; do
  is "--limit, $f" "$($usage --db "$db" by-model --limit 1 --format $f | grep -c gpt-4o)" 1
done
: > "$dir/nothing.db"
refused 1 'has no ledger yet' --db "$dir/nothing.db" by-model
echo 'this is no database, but long enough to be read as the first page of one if it were' > "$dir/text"
refused 1 'not a database' --db "$dir/text" by-model
is 'numbers in CSV are numbers' "$($usage --db "$db" by-model --format csv | grep -c '",')" 0
has '-h' "$($usage -h)" 'by-model'
has '--help' "$($usage --help)" 'by-model'
has '--help of a command' "$($usage import --help)" 'not imported twice'
has '--version' "$($usage --version)" '^tok-usage [0-9]'
chmod 444 "$db"
has 'a read-only file' "$($usage --db "$db" by-model)" gpt-4o-mini

# three days are too few for an interval; who is not asked about has no unpriced requests
sqlite3 -batch -init /dev/null "$dir/few.db" '.load build/tok' "SELECT tok_init();" "
  INSERT INTO llm_usage(timestamp, provider, model, tenant_id, input_tokens, output_tokens) VALUES
    ('2026-01-01T00:00:00Z', 'openai', 'gpt-4o', 'acme', 1000, 0), ('2026-01-02T00:00:00Z', 'openai', 'gpt-4o', 'acme', 1000, 0),
    ('2026-01-03T00:00:00Z', 'openai', 'no-such', 'beta', 1000, 0);
  SELECT tok_quota_set(column1, '{\"metric\":\"total\",\"limit\":5,\"period\":\"day\"}') FROM (VALUES('one'), ('two'));" > /dev/null
has 'no interval' "$($usage --db "$dir/few.db" forecast --horizon 1 --now 2026-01-04)" '2026-01-04  *[0-9.]*  *-  *-  *#'
is 'no band is drawn' "$(CLICOLOR_FORCE=1 $usage --db "$dir/few.db" forecast --horizon 2 --now 2026-01-04 | grep -c '░')" 0
has 'no error of the past' "$($usage --db "$dir/few.db" forecast --horizon 1 --now 2026-01-04)" 'insufficient; usual error of a bucket unknown'
has 'days of the zone' "$($usage --db "$dir/few.db" forecast --horizon 1 --now 2026-01-04 --zone Asia/Tokyo)" '^2026-01-04'
has 'days of the zone' "$($usage --db "$dir/few.db" forecast --horizon 1 --now 2026-01-04 --zone America/New_York)" '^2026-01-03'
unpriced() { $usage --db "$dir/few.db" stats --format csv "$@" | tail -1 | tr -d '\r' | sed 's/.*,//'; }
is 'unpriced of all' "$(unpriced)" 1
is 'unpriced of a tenant' "$(unpriced --tenant acme)" 0
is 'unpriced of another' "$(unpriced --tenant beta)" 1
is 'unpriced of a time' "$(unpriced --until 2026-01-03)" 0
is 'efficiency of a tenant' "$($usage --db "$dir/few.db" efficiency --tenant acme --format csv | wc -l | tr -d ' ')" 2
is 'Unix seconds' "$($usage --db "$dir/few.db" by-day --since 1767312000 --until 1767398400 --format csv | cut -d, -f1 | tail -1)" 2026-01-02
is 'before a time in Unix seconds' "$($usage --db "$dir/few.db" by-day --since 1d --now 1767398400 --format csv | cut -d, -f1 | sed -n 2p)" 2026-01-02
is 'a name that looks like a number' "$(sqlite3 -batch -init /dev/null "$dir/few.db" '.load build/tok' "SELECT tok_quota_set('007', '{\"metric\":\"total\",\"limit\":5,\"period\":\"day\"}')" > /dev/null
  $usage --db "$dir/few.db" budget --name 007 --format csv | cut -d, -f1 | tail -1)" 007
# a ledger that nobody writes any more: a program is told the same as a person
is 'forecast of an old ledger' "$($usage --db "$dir/few.db" forecast --horizon 1 --format csv | cut -d, -f1,3 | tail -1)" \
  "$($usage --db "$dir/few.db" forecast --horizon 1 | sed -n '2s/^\([-0-9]*\) *\([0-9.]*\) .*/\1,\2/p')"
is 'with its history' "$($usage --db "$dir/few.db" forecast --horizon 1 --format csv | cut -d, -f1 | sed -n 2p)" 2026-01-01
is 'one budget by name' "$($usage --db "$dir/few.db" budget --name one --format csv | wc -l | tr -d ' ')" 2

# a ledger of an earlier version: a report that needs more says so
sqlite3 -batch -init /dev/null "$dir/old.db" < tests/ledger/kept/version_6.sql > /dev/null
refused 1 'earlier version' --db "$dir/old.db" budget
$usage --db "$dir/old.db" import "$dir/in.csv" > /dev/null 2>&1
is 'import brings it up to date' "$($usage --db "$dir/old.db" budget > /dev/null 2>&1; echo $?)" 0

# money to the last nano-dollar: what is small is not nothing
sqlite3 -batch -init /dev/null "$dir/small.db" '.load build/tok' "SELECT tok_init();" "
  INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens) VALUES ('2026-01-01', 'openai', 'gpt-4o-mini', 1, 0);" > /dev/null
has 'small costs' "$($usage --db "$dir/small.db" by-model --format csv)" ',1.5e-07,'
has 'small costs for people' "$($usage --db "$dir/small.db" by-day)" '0.0000002'

printf 'timestamp,provider,model,input_tokens,output_tokens,response_id\n2026-01-01,openai,gpt-4o,10,5,a\nnot a time,openai,gpt-4o,1,1,b\n' > "$dir/in.csv"
has 'import' "$($usage --db "$dir/new.db" import "$dir/in.csv" 2>/dev/null)" '1 imported'
has 'a bad line is named' "$($usage --db "$dir/new.db" import "$dir/in.csv" 2>&1 >/dev/null)" ':3: '
has 'a second import' "$($usage --db "$dir/new.db" import "$dir/in.csv" 2>/dev/null)" '0 imported, 1 known'
refused 1 'none.csv' --db "$dir/new.db" import "$dir/none.csv"
refused 2 'import what' --db "$dir/new.db" import
if sqlite3 -batch -init /dev/null :memory: '.load build/tok' "SELECT 1 FROM pragma_module_list WHERE name = 'tok_export'" | grep -q 1; then
  has 'export' "$($usage --db "$dir/new.db" export --format csv)" 'gpt-4o'
  $usage --db "$dir/new.db" export --format csv --output "$dir/out.csv" && has 'export to a file' "$(cat "$dir/out.csv")" 'gpt-4o'
  refused 1 "can't be written" --db "$dir/new.db" export --output "$dir/no/such/folder"
fi

# a terminal that is narrower than the table: blocks of columns with the names, empty columns are
# left out, names are cut
narrow() { CLICOLOR_FORCE=1 COLUMNS=$1 $usage --db "$db" by-model "$2" | sed 's/\x1b\[[0-9]*m//g'; }
for columns in 20 40 60 100; do
  is "nothing is wider than $columns" "$(($(narrow $columns --limit=2 | wc -L) <= columns))" 1
done
is 'names again in each block' "$(narrow 40 --limit=2 | grep -c '^gpt-4o ')" "$(narrow 40 --limit=2 | grep -c '^model ')"
has 'every number is there' "$(narrow 40 --limit=2)" '30,000,000'
is 'empty columns of a wide table' "$(narrow 40 --limit=2 | grep -c cache_hit_pct)" 0
is 'a wide terminal has one block' "$(narrow 200 --limit=2 | grep -c '^model')" 1
is 'COLUMNS is nothing to a pipe' "$(COLUMNS=20 $usage --db "$db" by-model | grep -c '^model')" 1
if command -v script > /dev/null; then
  on_tty() { TERM=$1 script -qec "stty cols 200; $usage --db $db by-model" /dev/null < /dev/null | grep -c '█'; }
  is 'bars on a terminal of its own' "$(on_tty xterm)" 2
  is 'none on a dumb one' "$(on_tty dumb)" 0
fi
is 'an empty NO_COLOR is none' "$(NO_COLOR='' CLICOLOR_FORCE=1 $usage --db "$db" by-model | grep -c '█')" 2
is 'a locale of bytes' "$(LC_ALL=C CLICOLOR_FORCE=1 COLUMNS=40 $usage --db "$db" by-model | LC_ALL=C grep -c '[^ -~]')" 0

# what is no database; a URI; help that can't be written; options of --help and of the manual
refused 1 'Is a directory' --db "$dir" stats
refused 1 'Is a directory' --db "$dir" import "$dir/in.csv"
refused 1 'not a database' --db "$dir/in.csv" stats
has 'a URI' "$($usage --db "file:$db?mode=ro" by-model)" gpt-4o-mini
refused 1 'unable to open' --db "file:$dir/none.db?mode=ro" stats
refused 1 'readonly' --db "file:$db?mode=ro" import "$dir/in.csv"
if [ -c /dev/full ]; then $usage --help > /dev/full 2> /dev/null; is 'help into a full disk' $? 1; fi
is 'the manual has every option' "$(for o in $($usage --help | sed -n 's/^  --\([a-z]*\).*/\1/p'); do
  grep -q "\\\\-\\\\-$o" ext/cli/tok-usage.1 || echo "$o"; done)" ''
is 'and no other' "$(grep -o '\\-\\-[a-z]*' ext/cli/tok-usage.1 | sed 's/[\\-]//g' | sort -u | while read -r o; do
  $usage --help | grep -q -e "^  --$o " || echo "$o"; done)" ''

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
