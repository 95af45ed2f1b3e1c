#!/bin/sh
# The same bits from every compiler and option at hand: the digests in test_forecast.c hold for all
# of them.
set -u
dir=build/tests/forecast/bits
mkdir -p $dir
core=$(ls ext/forecast/*.c | grep -v '_sql\.c$')
passed=0
failed=0
for how in "gcc -O0" "gcc -O3 -march=native" "clang -O0" "clang -O2 -march=native"; do
  command -v "${how%% *}" > /dev/null || { echo "skip $how: not here"; continue; }
  # shellcheck disable=SC2086
  if $how -std=c11 -D_GNU_SOURCE -ffp-contract=off -w -Ibuild/gen -o $dir/test tests/forecast/test_forecast.c $core \
      build/libtokcore.a -lcunit -lutf8proc -lm > $dir/log 2>&1 && $dir/test "same bits" > $dir/log 2>&1; then
    passed=$((passed + 1))
  else
    echo "FAILED $how"
    sed 's/^/    /' $dir/log
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
