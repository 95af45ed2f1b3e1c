# The demo on this project and on a folder that is no checkout: what it prints is what it counted.
set -eu
tmp=build/tmp/demo
rm -rf $tmp
mkdir -p $tmp/build
passed=0

check() { # <what> <got> <expected>
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); return; fi
  echo "$1: got '$2', expected '$3'"
  exit 1
}

sh sql/demo/demo.sh build > $tmp/out
for word in 'By model' 'By day' 'By task' gpt-4o gpt-4 text-davinci-003; do
  grep -q "$word" $tmp/out || { echo "no '$word' in the demo's output"; exit 1; }
done
ask() { sqlite3 -batch -init /dev/null -cmd '.load build/tok' build/demo.db "$1"; }
check 'three rows a file, all priced' \
  "$(ask "SELECT count(*) = 3 * count(DISTINCT tags) AND count(*) > 100 AND count(*) = count(cost_nano) FROM llm_usage")" 1
check 'a file counted again' \
  "$(ask "SELECT group_concat(input_tokens) = tok_count('gpt-4o', readfile('Makefile')) || ',' ||
          tok_count('gpt-4', readfile('Makefile')) || ',' || tok_count('text-davinci-003', readfile('Makefile'))
          FROM llm_usage WHERE tags ->> 'path' = 'Makefile'")" 1
check 'every count and cost again' \
  "$(ask "SELECT count(*) FROM llm_usage WHERE input_tokens IS NOT tok_count(model, readfile(tags ->> 'path'))
          OR cost_nano IS NOT tok_cost_nano(model, input_tokens, 0, 0, 0, unix_time)")" 0
total=$(ask "SELECT printf('%,d', sum(input_tokens)) FROM llm_usage")
grep -q "$total" $tmp/out || { echo "the sum $total is not in the output"; exit 1; }
rows_until() { # <time>: rows of the report by model
  printf '.load build/tok\n.parameter set :until "%s"\n.read sql/reports/by-model.sql\n' "'$1'" |
    sqlite3 -batch -init /dev/null build/demo.db | wc -l | tr -d ' '
}
check 'reports take times' "$(rows_until 1990-01-01) $(rows_until 2100-01-01)" '0 3'

# No checkout, odd names, a binary file, an empty one.
cp -R sql $tmp/sql
ln -s "$PWD/build/tok.so" $tmp/build/tok.so
printf 'hello world' > "$tmp/it's a |file\".txt"
printf 'a\0b' > $tmp/binary.bin
: > $tmp/empty
(cd $tmp && GIT_DIR=/nonexistent sh sql/demo/demo.sh build > out2)
ask_there() { sqlite3 -batch -init /dev/null $tmp/build/demo.db "$1"; }
check 'a name with quotes' "$(ask_there "SELECT input_tokens FROM llm_usage WHERE tags LIKE '%|file%' LIMIT 1")" 2
check 'binary files are left out' "$(ask_there "SELECT count(*) FROM llm_usage WHERE tags LIKE '%binary%'")" 0
check 'an empty file has 0 tokens' "$(ask_there "SELECT sum(input_tokens) FROM llm_usage WHERE tags LIKE '%empty%'")" 0
echo "$passed passed, 0 failed"
