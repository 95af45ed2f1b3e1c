#!/bin/sh
# Imported vocabularies across processes and connections, without file access, and as damaged files.
set -u
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
shell() { sqlite3 -batch -init /dev/null "$@" 2>&1; }
same() { # <what> <expected> <got>
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    printf '%s: expected %s, got %s\n' "$1" "$2" "$3"
  fi
}
fixtures=tests/tokens/fixtures

cp $fixtures/small_llama3.json "$tmp/file.json"
shell "$tmp/a.db" ".load build/tok" "CREATE VIRTUAL TABLE v USING tok_vocabulary('$tmp/file.json')" > /dev/null
rm "$tmp/file.json"
same "another process, without the file" 6 "$(shell "$tmp/a.db" ".load build/tok" "SELECT tok_count('v', 'the quick')")"
same "plain rows without tok" "420|0" "$(shell "$tmp/a.db" "SELECT count(*), min(rank) FROM v_token WHERE rank IS NOT NULL")"
same "integrity without tok" ok "$(shell "$tmp/a.db" "PRAGMA integrity_check" | grep -v 'no such module')"
same "no files for strangers: import" \
  "tok_vocabulary: files may not be read here, expected (SELECT …) that gives the contents" \
  "$(shell :memory: ".load build/tok sqlite3_toknofs_init" "CREATE VIRTUAL TABLE v USING tok_vocabulary('$fixtures/small_gpt2.json')" | sed 's/^.*tok_vocabulary/tok_vocabulary/; s/ ([0-9]*)$//')"
same "no files for strangers: use" 6 "$(shell "$tmp/a.db" ".load build/tok sqlite3_toknofs_init" "SELECT tok_count('v', 'the quick')")"

# Two connections of one process; each sees what the other imports, drops and imports anew.
same "connections" "6 6 None 4 ['v'] 6" "$(/usr/bin/python3 - "$tmp/b.db" $fixtures 2>&1 << 'EOF'
import sqlite3, sys
def connect():
    db = sqlite3.connect(sys.argv[1], isolation_level=None)
    db.enable_load_extension(True)
    db.load_extension("build/tok")
    return db
a, b = connect(), connect()
def count(db, name="v"):
    return db.execute("SELECT tok_count(?, 'the quick')", (name,)).fetchone()[0]
out = [count(a) or count(b)] if count(a) is not None else []
a.execute("CREATE VIRTUAL TABLE v USING tok_vocabulary('%s/small_llama3.json')" % sys.argv[2])
out += [count(a), count(b)]
a.execute("DROP TABLE v")
out += [b.execute("SELECT tok_encoding('v')").fetchone()[0]]
a.execute("CREATE VIRTUAL TABLE v USING tok_vocabulary('%s/small_bpe.model')" % sys.argv[2])
out += [count(b), [r[0] for r in b.execute("SELECT name FROM tok_encodings WHERE NOT embedded")]]
c = b.execute("SELECT tok_count('v', value) FROM json_each('[1,2,3]')")
c.fetchone()
b.execute("ATTACH ':memory:' AS m")
b.execute("CREATE VIRTUAL TABLE m.w USING tok_vocabulary('%s/small_llama3.json')" % sys.argv[2])
out += [count(b, "w")]
print(*out)
EOF
)"

# A database that cannot be read is not one without the vocabulary: the error is SQLite's own. What
# is found before it, and what is embedded, is not asked of it.
same "locked" "$(cat << 'EOF'
never read: tok_vocabulary: 'v' cannot be looked up: database is locked (5)
never read, estimate: tok_vocabulary: 'claude-opus-4' cannot be looked up: database is locked (5)
never read, embedded: 2
read before it was imported: tok_vocabulary: 'v' cannot be looked up: database is locked (5)
read before, list: database is locked (5)
attached: tok_vocabulary: 'w' cannot be looked up: database is locked (5)
attached, rows: tok_vocabulary: 'w' cannot be looked up: database is locked (5)
before the attached: 6
in temp: 6
factor: tok_vocabulary: 'claude-opus-4' cannot be looked up: database is locked (5)
nobody may look: 1
no lock: 6
not a database: tok_vocabulary: 'v' cannot be looked up: file is not a database (26)
EOF
)" "$(/usr/bin/python3 - "$tmp" $fixtures 2>&1 << 'EOF'
import sqlite3, sys
tmp, fixtures = sys.argv[1:]
CODES = {"database is locked": 5, "file is not a database": 26}
def connect(name):
    db = sqlite3.connect(tmp + "/" + name, isolation_level=None, timeout=0)
    db.enable_load_extension(True)
    db.load_extension("build/tok")
    return db
def show(what, db, sql):
    try:
        print(what + ":", *db.execute(sql).fetchone())
    except sqlite3.Error as e:
        code = getattr(e, "sqlite_errorcode", None) or CODES.get(str(e).split(": ")[-1])
        print("%s: %s (%s)" % (what, e, code))
COUNT = "SELECT tok_count('v', 'the quick')"
owner, early = connect("locked.db"), connect("locked.db")
owner.execute("SELECT tok_init()")
early.execute(COUNT)
owner.execute("CREATE VIRTUAL TABLE v USING tok_vocabulary('%s/small_llama3.json')" % fixtures)
other = connect("other.db")
other.execute("CREATE VIRTUAL TABLE v USING tok_vocabulary('%s/small_llama3.json')" % fixtures)
other.execute("ATTACH '%s/locked.db' AS a" % tmp)
temporary = connect("locked.db")
temporary.execute("CREATE VIRTUAL TABLE temp.t USING tok_vocabulary('%s/small_llama3.json')" % fixtures)
hidden = connect("locked.db")
hidden.execute("SELECT count(*) FROM llm_usage").fetchone()
owner.execute("BEGIN EXCLUSIVE")
never = connect("locked.db")
show("never read", never, COUNT)
show("never read, estimate", never, "SELECT tok_count('claude-opus-4', 'the quick')")
show("never read, embedded", never, "SELECT tok_count('gpt-4o', 'the quick')")
show("read before it was imported", early, COUNT)
show("read before, list", early, "SELECT count(*) FROM tok_encodings")
show("attached", other, "SELECT tok_count('w', 'the quick')")
show("attached, rows", other, "SELECT count(*) FROM tok_tokens('w', 'the quick')")
show("before the attached", other, COUNT)
show("in temp", temporary, "SELECT tok_count('t', 'the quick')")
show("factor", early, "SELECT tok_estimate('claude-opus-4', 'the quick')")
owner.execute("ROLLBACK")
hidden.set_authorizer(lambda action, table, *_: sqlite3.SQLITE_DENY if table in ("sqlite_master", "sqlite_schema", "llm_factor") else sqlite3.SQLITE_OK)
show("nobody may look", hidden, "SELECT tok_estimate('claude-opus-4', 'the quick') ->> 'tokens' > 0")
show("no lock", early, COUNT)
with open(tmp + "/no.db", "w") as f:
    f.write("x" * 4096)
show("not a database", connect("no.db"), COUNT)
EOF
)"

# Cut off anywhere, or a byte changed: an error or a vocabulary, and nothing is left of an error.
i=0
for file in small_gpt2.json small_bpe.model small_tekken.json; do
  n=$(wc -c < $fixtures/$file)
  while [ $i -lt 12 ]; do
    i=$((i + 1))
    head -c $((n * i / 13)) $fixtures/$file > "$tmp/cut"
    got=$(shell :memory: ".load build/tok" "CREATE VIRTUAL TABLE v USING tok_vocabulary('$tmp/cut')" "SELECT 'bad'" | sed 's/.*\(tok_vocabulary: cut\).*/\1/')
    left=$(shell "$tmp/c.db" ".load build/tok" "BEGIN; CREATE TABLE kept(x)" "CREATE VIRTUAL TABLE v USING tok_vocabulary('$tmp/cut')" "COMMIT" | wc -l)
    case $got in "tok_vocabulary: cut"*) passed=$((passed + 1)) ;; *) failed=$((failed + 1)); echo "$file cut at $i/13: $got $left" ;; esac
    rm -f "$tmp/c.db"
  done
  i=0
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
