#!/bin/sh
# The files of tokenizers/ are those that its MANIFEST names, byte for byte.
passed=0
failed=0
while IFS='|' read -r file _source _licence sha _generator; do
  file=$(echo "$file" | tr -d ' ')
  sha=$(echo "$sha" | tr -d ' ')
  case $file in '#'* | '') continue ;; esac
  if [ "$(sha256sum < "tokenizers/$file" | cut -d' ' -f1)" = "$sha" ]; then
    passed=$((passed + 1))
  else
    echo "tokenizers/$file is not what MANIFEST says"
    failed=$((failed + 1))
  fi
done < tokenizers/MANIFEST
for f in tokenizers/*.*; do
  grep -q "^$(basename "$f") " tokenizers/MANIFEST && continue
  echo "$f is not in MANIFEST"
  failed=$((failed + 1))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
