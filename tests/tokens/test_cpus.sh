#!/bin/sh
# Machines that have less than this one: the tests of the kernels and the extension itself on x86-64
# processors without AVX-512 and without AVX, which qemu-user plays. Nothing may use an instruction
# that the processor does not have, and the tests may not take the best kernel for granted.
set -u
passed=0 failed=0
TOK_KERNEL_ROUNDS=500 TOK_BARRIER_SEGMENTS=2000 TOK_NORMAL_CHARS=100000
export TOK_KERNEL_ROUNDS TOK_BARRIER_SEGMENTS TOK_NORMAL_CHARS
if [ "$(uname -m)" != x86_64 ] || ! command -v qemu-x86_64 > /dev/null; then
  echo "skip: no qemu-x86_64 here (Debian: qemu-user)"
  exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT

check() { # <what> <line that must be printed> <command> ...
  what=$1 line=$2
  shift 2
  if "$@" < /dev/null > "$log" 2>&1 && grep -qx "$line" "$log"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "$what: expected '$line' among"
    grep -v 'TCG' "$log" | tail -n 12
  fi
}

on() { # <processor> <its kernel> <the next better kernel>
  run="qemu-x86_64 -cpu $1"
  # shellcheck disable=SC2086
  {
    check "$1: the kernel" "$2|2" $run "$(command -v sqlite3)" -batch -init /dev/null :memory: \
      ".load build/tok" "SELECT tok_info() ->> 'cpu', tok_count('gpt-4o', 'Hello world')"
    check "$1: kernels" "kernel $3: not supported here" $run build/tests/tokens/test_kernels
    check "$1: normal forms" "[0-9]* passed, 0 failed" $run build/tests/tokens/test_normal
  }
}
on Haswell avx2 avx512
on Nehalem sse2 avx2
echo "$passed passed, $failed failed"
[ $failed = 0 ]
