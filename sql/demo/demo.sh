#!/bin/sh
# make demo: counts and prices the text files of this project as if each were sent to three models.
# sh sql/demo/demo.sh <build directory>, from the project's root; leaves <build directory>/demo.db.
set -eu
build=$1
list=$build/demo.files

files() {
  git -c core.quotepath=off ls-files 2>/dev/null | grep . ||
    find . -type f ! -path '*/.git/*' ! -path "./$build/*" | sed 's|^\./||' | sort
}
files | while IFS= read -r f; do if [ -f "$f" ]; then printf '%s\n' "$f"; fi; done > "$list"

rm -f "$build/demo.db" "$build/demo.db-journal" "$build/demo.db-wal"
sqlite3 -batch -init /dev/null "$build/demo.db" <<SQL
.bail on
.load $build/tok
CREATE TEMP TABLE file(path TEXT PRIMARY KEY);
.mode ascii
.separator "\037" "\n"
.import $list file
.mode list
.output /dev/null
SELECT tok_init();
.output
.read sql/demo/demo.sql
SQL
echo
echo "The ledger is in $build/demo.db: sqlite3 $build/demo.db 'SELECT * FROM llm_by_model'"
