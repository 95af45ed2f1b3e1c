#!/bin/sh
# Runs tests and sums them up; `make test` and `make test-<kind>` call it from the repository root.
#
#   sh tests/run.sh <test> ...            run these
#   sh tests/run.sh --accept <name>       rewrite tests/sql/<name>.out with what is printed now
#
# A test is one of
#   lint                        `make lint`
#   build/tests/<kind>/test_x   a program: exits 0 if all is well
#   tests/<kind>/test_x.sh      a script, run with sh: likewise
#   tests/sql/x.sql             statements for the sqlite3 shell with the extension loaded; what it
#                               prints must be tests/sql/x.out
# A program or script whose last line is "N passed, N failed" (tests/check.h prints it) counts as N
# tests, a CUnit program that prints its own summary likewise, any other as one. Lines that start
# with "skip" are shown. The last line of the whole run is "N passed, N failed"; 0 tests executed is
# a failure.
set -u
LC_ALL=C
export LC_ALL
unset MAKEFLAGS MFLAGS MAKELEVEL
TIME_LIMIT_S=${TIME_LIMIT_S:-300} # a hanging test is a failed test

tmp=build/tmp
# two runs in one checkout take turns
if [ -z "${TOK_TESTS_RUN:-}" ] && command -v flock > /dev/null; then
  mkdir -p build
  exec 9> build/tests.lock
  flock 9
  export TOK_TESTS_RUN=1
fi
rm -rf $tmp
mkdir -p $tmp
out=$tmp/.out
passed=0
failed=0

. tests/voice.sh

# <file>: what the shell prints; stdbuf keeps results and errors in order. HOST: a program of
# tests/compat to run instead of the shell.
run_sql() {
  if [ -n "${HOST:-}" ]; then timeout "$TIME_LIMIT_S" "$HOST" < "$1" 2>&1; return; fi
  timeout "$TIME_LIMIT_S" stdbuf -oL sqlite3 -batch -init /dev/null -cmd '.load build/tok' :memory: \
    < "$1" 2>&1
}

test_sql() { # <file>
  if [ -n "${HOST:-}" ] && grep '^\.' "$1" | grep -Evq '^\.(print|nullvalue)'; then
    report skip "$1" 0 0
    return
  fi
  expected=${1%.sql}.out
  run_sql "$1" | same_voice > $out
  if [ ! -f "$expected" ]; then
    echo "no $expected; if the following is right: make accept-sql NAME=$(basename "$1" .sql)" > $out.why
    head -n 40 $out >> $out.why
  elif same_voice < "$expected" | diff -u --label "$expected (expected)" --label "$1 (printed)" - $out > $out.why
  then
    report ok "$1" 1 0
    return
  fi
  report FAILED "$1" 0 1
  sed 's/^/    /' $out.why
}

# Numbers of a program that printed them: our closing line, or CUnit's own summary.
counts() {
  awk '/^[0-9]+ passed, [0-9]+ failed$/ { p = $1; f = $3; seen = 1 }
       /^ +tests +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+/ { p = $4; f = $5; seen = 1 }
       END { if (seen) print p, f }' $out
}

test_program() { # <name> <command> ...
  name=$1
  shift
  timeout "$TIME_LIMIT_S" "$@" < /dev/null > $out 2>&1
  rc=$?
  numbers=$(counts)
  p=${numbers% *}
  f=${numbers#* }
  if [ -z "$numbers" ]; then
    p=$((rc == 0)) f=$((rc != 0))
    if grep -q '^skip' $out; then p=0; fi
  fi
  if [ $rc != 0 ] && [ "$f" = 0 ]; then f=1; fi
  if [ "$f" = 0 ]; then
    report ok "$name" "$p" "$f"
    grep '^skip' $out | sed 's/^/    /'
  else
    report FAILED "$name" "$p" "$f"
    [ $rc = 124 ] && echo "    stopped after $TIME_LIMIT_S s"
    [ $rc -gt 128 ] && echo "    killed by signal $((rc - 128))"
    tail -n 60 $out | sed 's/^/    /'
  fi
}

report() { # <word> <name> <passed> <failed>
  passed=$((passed + $3))
  failed=$((failed + $4))
  printf '%-7s%-45s%4s\n' "$1" "$2" "$(($3 + $4))"
}

if [ "${1:-}" = --accept ]; then
  run_sql "tests/sql/$2.sql" | same_voice > "tests/sql/$2.out" && cat "tests/sql/$2.out"
  exit
fi

for t in "$@"; do
  case $t in
  lint) test_program lint "${MAKE:-make}" -s lint ;;
  *.sql) test_sql "$t" ;;
  *.sh) test_program "$t" sh "$t" ;;
  *) test_program "$t" "$t" ;;
  esac
done
if [ $((passed + failed)) = 0 ]; then
  echo "no test was executed"
  failed=1
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
