# One SQLite that is too old (it must say so), the oldest that is not, and a recent one, as
# amalgamations inside versions of the npm package better-sqlite3: the loading tests, the failing
# allocations, the guard, and every SQL test that needs no shell command, with the same
# build/tok.so. Skips where a package is not to be had. Called by `make compat`.
set -u
status=0
for version in ${COMPAT_VERSIONS:-7.5.0 7.5.1 12.11.1}; do
  dir=build/compat/$version
  mkdir -p "$dir" build/tmp
  if [ ! -f "$dir/sqlite3.c" ]; then
    (cd "$dir" && npm pack "better-sqlite3@$version" > /dev/null 2>&1 && tar xzf better-sqlite3-*.tgz) ||
      { echo "skip better-sqlite3@$version: npm does not give it"; continue; }
    [ -f "$dir/package/deps/sqlite3.tar.gz" ] && tar xzf "$dir/package/deps/sqlite3.tar.gz" -C "$dir"
    for f in sqlite3.c sqlite3.h sqlite3ext.h; do
      found=$(find "$dir" -name $f | head -n 1)
      [ -n "$found" ] && cp "$found" "$dir/$f"
    done
  fi
  [ -f "$dir/sqlite3.c" ] || { echo "skip better-sqlite3@$version: no amalgamation inside"; continue; }
  sqlite=$(sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' "$dir/sqlite3.h")
  number=$(sed -n 's/^#define SQLITE_VERSION_NUMBER  *//p' "$dir/sqlite3.h")
  echo "== SQLite $sqlite"
  [ -f "$dir/sqlite3.o" ] || ${CC:-cc} -O1 -c -o "$dir/sqlite3.o" "$dir/sqlite3.c" || exit 1
  for program in compat/test_load fault/test_oom concurrency/test_threads budget/test_guard compat/sql_host; do
    case $program in
    budget/test_guard) more=tests/crash/host.c ;;
    fault/test_oom) more=tests/fault/points.c ;;
    *) more= ;;
    esac
    ${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -I"$dir" -o "$dir/$(basename $program)" "tests/$program.c" $more \
      "$dir/sqlite3.o" -pthread -lcunit -ldl -lm || exit 1
  done
  if [ "$number" -lt 3038000 ]; then
    "$dir/sql_host" < /dev/null > "$dir/log" 2>&1
    grep -q "tok: SQLite 3.38 or newer expected, this is $sqlite" "$dir/log" && echo "refuses to load" ||
      { echo "FAILED to refuse:"; cat "$dir/log"; status=1; }
    continue
  fi
  for program in test_load test_oom test_threads test_guard; do
    "$dir/$program" > "$dir/log" 2>&1 || { echo "FAILED $program"; tail -n 40 "$dir/log"; status=1; }
    tail -n 1 "$dir/log" | sed "s|^|$program: |"
  done
  HOST=$dir/sql_host sh tests/run.sh tests/sql/*.sql || status=1
done
exit $status
