#!/bin/sh
# Where zones come from: the rules that tok carries, or the folder TZDIR and nothing else.
set -u
failed=0
asks() { # <what> <expected> <arguments of sqlite3>
  got=$(sqlite3 -batch -init /dev/null :memory: "$3" "$4" 2>&1)
  case $got in
  *"$2"*) ;;
  *) echo "$1: got '$got', expected '$2'"; failed=$((failed + 1)) ;;
  esac
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/Here"
# A version 1 file: no change, one type of one hour, one byte of abbreviations.
printf 'TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\0\016\020\0\0\0' > "$tmp/Here/Now"
printf 'no zone' > "$tmp/Here/Wrong"
export TZDIR="$tmp"
asks "a file in TZDIR" "1970-01-01T01:00:00+01:00" ".load build/tok" "SELECT tok_local(0, 'Here/Now')"
asks "a file that is no zone" "the file of time zone 'Here/Wrong' is not a TZif file" ".load build/tok" "SELECT tok_local(0, 'Here/Wrong')"
asks "a folder" "unknown time zone 'Here'" ".load build/tok" "SELECT tok_local(0, 'Here')"
asks "not there" "unknown time zone 'Here/Then'" ".load build/tok" "SELECT tok_local(0, 'Here/Then')"
asks "no other rules" "unknown time zone 'Asia/Tokyo'" ".load build/tok" "SELECT tok_local(0, 'Asia/Tokyo')"
asks "no file access" "unknown time zone 'Here/Now'" ".load build/tok sqlite3_toknofs_init" "SELECT tok_local(0, 'Here/Now')"
asks "rules without files" "1970-01-01T09:00:00+09:00" ".load build/tok sqlite3_toknofs_init" "SELECT tok_local(0, 'asia/tokyo')"
asks "offsets without files" "1970-01-01T05:00:00+05:00" ".load build/tok sqlite3_toknofs_init" "SELECT tok_local(0, '+5')"
unset TZDIR
asks "the usual" "1970-01-01T09:00:00+09:00" ".load build/tok" "SELECT tok_local(0, 'Asia/Tokyo')"
asks "an old name" "1969-12-31T19:00:00-05:00" ".load build/tok" "SELECT tok_local(0, 'us/EASTERN')"
manifest=$(sha256sum < ext/base/zones/zones.txt | cut -d' ' -f1)
grep -q "^$manifest  zones.txt " ext/base/zones/MANIFEST || { echo "zones.txt is not that of its MANIFEST"; failed=$((failed + 1)); }
echo "$((11 - failed)) passed, $failed failed"
[ $failed = 0 ]
