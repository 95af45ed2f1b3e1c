# The extension for AArch64 with a cross compiler, and the tests of the tokenizer on it under
# qemu-user, where NEON is the kernel. Called by `make test-aarch64`; everything lies in
# build/aarch64.
#
# The compiler, its libc and qemu are ordinary packages of the host. The libraries (SQLite,
# utf8proc, cJSON, CUnit) are packages of arm64, which are not installed: apt downloads them with
# lists of its own and dpkg unpacks them into build/aarch64/root, so the host stays a
# one-architecture system.
set -eu
LC_ALL=C
export LC_ALL
dir=build/aarch64
root=$dir/root
lib=$root/usr/lib/aarch64-linux-gnu
cross=aarch64-linux-gnu-
host_packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
packages="libcunit1-dev libcunit1 libutf8proc-dev libutf8proc2 libcjson-dev libcjson1 libsqlite3-dev libsqlite3-0"

sudo=
[ "$(id -u)" = 0 ] || sudo="sudo "
if ! command -v ${cross}gcc > /dev/null || ! command -v qemu-aarch64 > /dev/null ||
  [ ! -d /usr/aarch64-linux-gnu/include ]; then
  cmd="${sudo}apt-get update && ${sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $host_packages"
  if [ -n "${NO_INSTALL:-}" ]; then
    echo "missing packages; run: $cmd"
    exit 1
  fi
  echo "installing missing packages: $cmd"
  eval "$cmd"
fi

if [ ! -f $root/.complete ]; then
  if [ -n "${NO_INSTALL:-}" ]; then
    echo "missing arm64 packages in $root: make test-aarch64 without NO_INSTALL downloads $packages"
    exit 1
  fi
  echo "downloading for arm64, into $root only: $packages"
  rm -rf $root $dir/apt
  mkdir -p $root $dir/apt/lists/partial $dir/apt/archives/partial
  : > $dir/apt/status
  apt="-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State=$PWD/$dir/apt
       -o Dir::State::Lists=$PWD/$dir/apt/lists -o Dir::State::status=$PWD/$dir/apt/status
       -o Dir::Cache=$PWD/$dir/apt -o APT::Sandbox::User= -o Acquire::Languages=none"
  # shellcheck disable=SC2086
  apt-get -qq $apt update
  # shellcheck disable=SC2086
  (cd $dir/apt && apt-get -qq $apt download $packages)
  for deb in $dir/apt/*.deb; do dpkg -x "$deb" $root; done
  rm -rf $dir/apt
  touch $root/.complete
fi

touch $dir/.deps # the host's packages are not the ones this build wants
tests="tokens/test_kernels tokens/test_vectors tokens/test_split tokens/test_naive fuzz/test_corpus"
# shellcheck disable=SC2046
"${MAKE:-make}" --no-print-directory B=$dir ARCH=aarch64 CC=${cross}gcc AR=${cross}ar BUILD_CC="${BUILD_CC:-cc}" \
  CFLAGS="-isystem $root/usr/include" LDFLAGS="-L$lib -Wl,-rpath,$lib -Wl,-rpath-link,$lib" \
  all $(printf "$dir/tests/%s " $tests)

# An emulated instruction costs tens of real ones: fewer random texts than at home.
: "${TOK_KERNEL_ROUNDS:=3000}" "${TOK_BARRIER_SEGMENTS:=20000}"
export TOK_KERNEL_ROUNDS TOK_BARRIER_SEGMENTS
status=0
for t in $tests; do
  echo "== $t"
  qemu-aarch64 -L /usr/aarch64-linux-gnu $dir/tests/$t < /dev/null > $dir/log 2>&1 || status=1
  grep -v '^tests/fuzz/corpus' $dir/log | tail -n 30
  if [ $t = tokens/test_kernels ] && ! grep -qx 'kernel neon: tested' $dir/log; then
    echo "FAILED: the NEON kernel was not among those tested"
    status=1
  fi
done
exit $status
