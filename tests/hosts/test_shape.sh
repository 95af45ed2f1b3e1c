# The shipped files from outside: what tok.so exports and needs, what libtok.a defines.
set -eu
export LC_ALL=C
so=build/tok.so

exported=$(nm -D --defined-only $so | awk '{ print $3 }' | sort | tr '\n' ' ')
[ "$exported" = "sqlite3_tok_init sqlite3_toknofs_init " ] || { echo "exported: $exported"; exit 1; }

# SQLite is reached through the loader's table of routines only, so any host's own copy serves.
imported=$(nm -D --undefined-only $so | awk '/ sqlite3/ { print $2 }')
[ -z "$imported" ] || { echo "links SQLite: $imported"; exit 1; }

needed=$(readelf -d $so | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for lib in $needed; do
  case $lib in
  libc.so.* | libm.so.* | libutf8proc.so.*) ;;
  *) echo "needs $lib"; exit 1 ;;
  esac
done
if readelf -d $so | grep -Eq 'TEXTREL|RPATH|RUNPATH'; then
  echo "text relocations or a run path"; exit 1
fi
# A writable and executable stack or segment is nobody's need.
if readelf -lW $so | grep -Eq 'GNU_STACK.*RWE|LOAD.*RWE'; then
  echo "an executable and writable segment"; exit 1
fi

# A program that links libtok.a sees no name that could be its own.
foreign=$(nm -g --defined-only build/libtok.a 2> /dev/null | awk 'NF == 3 { print $3 }' |
  grep -Ev '^(tok_|sqlite3_tok)' || true)
[ -z "$foreign" ] || { echo "libtok.a defines: $foreign"; exit 1; }
