# Every ```sql block of README.md runs, in order, in one session of the sqlite3 shell; what it
# prints must be the ```text block that follows it (nothing, where none follows).
set -eu
LC_ALL=C
export LC_ALL
. tests/voice.sh
dir=build/tmp/readme
rm -rf $dir
mkdir -p $dir

awk -v dir=$dir '
  /^```sql$/ { n++; file = sprintf("%s/%03d.sql", dir, n); out = sprintf("%s/%03d.expected", dir, n)
               printf "" > out; line[n] = NR; next }
  /^```text$/ && out != "" { file = out; next }
  /^```/ { if (file == out) out = ""; file = ""; next }
  file != "" { print > file }
  END { if (n == 0) exit 1
        for (i = 1; i <= n; i++) print line[i] > sprintf("%s/%03d.line", dir, i) }' README.md

for sql in $dir/*.sql; do
  echo ".read $sql"
  echo ".print @@@ $(basename "$sql" .sql)"
done > $dir/session
stdbuf -oL sqlite3 -batch -init /dev/null :memory: < $dir/session 2>&1 |
  awk -v dir=$dir 'BEGIN { printf "" > (dir "/held") }
    /^@@@ / { out = dir "/" $2 ".got"; printf "%s", text > out; close(out); text = ""; next }
    { text = text $0 "\n" }'

passed=0
failed=0
for sql in $dir/*.sql; do
  name=${sql%.sql}
  same_voice < "$name.expected" > "$name.a"
  same_voice < "$name.got" > "$name.b"
  if diff -u --label "README.md:$(cat "$name.line") (shown)" --label printed "$name.a" "$name.b"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
