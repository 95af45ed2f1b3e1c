# `make install` puts six files where DESTDIR and PREFIX say; a C program builds against them
# through pkg-config and runs with tok inside; `make uninstall` removes those files and nothing
# else.
set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
prefix=/opt/some/where
at=$root$prefix

mkdir -p "$at/lib" "$at/include"
echo mine > "$at/lib/neighbour"
make -s install DESTDIR="$root" PREFIX=$prefix
(cd "$at" && find . -type f | sort) > "$root/installed"
printf '%s\n' ./bin/tok-usage ./include/tok.h ./lib/libtok.a ./lib/neighbour ./lib/pkgconfig/tok.pc ./lib/tok.so ./share/man/man1/tok-usage.1 |
  diff - "$root/installed"

pc=$at/lib/pkgconfig/tok.pc
grep -qx "prefix=$prefix" "$pc"
if command -v pkg-config > /dev/null; then
  flags=$(PKG_CONFIG_PATH=$at/lib/pkgconfig pkg-config --define-variable=prefix="$at" --cflags --libs tok)
else # the two lines that pkg-config would expand
  flags=$(sed -n "s|\${libdir}|$at/lib|g; s|\${includedir}|$at/include|g; s/^Cflags: //p; s/^Libs: //p" "$pc")
fi
version=$(sed -n 's/^Version: //p' "$pc")

# shellcheck disable=SC2086
"${CC:-cc}" -std=c11 -Wall -Wextra -Werror -o "$root/host" tests/hosts/static_host.c $flags -lsqlite3
got=$("$root/host" | tr '\n' ' ')
[ "$got" = "$version $version $version $version " ] || { echo "static host printed: $got"; exit 1; }

# The installed file loads by its path without suffix.
got=$(sqlite3 -batch -init /dev/null -cmd ".load $at/lib/tok" :memory: 'SELECT tok_version()' < /dev/null)
[ "$got" = "$version" ] || { echo "the installed extension says: $got"; exit 1; }

make -s uninstall DESTDIR="$root" PREFIX=$prefix
left=$(cd "$at" && find . -type f)
[ "$left" = ./lib/neighbour ] || { echo "left after uninstall: $left"; exit 1; }
