#!/bin/sh
# Gets the other implementations from the public package registries through their ordinary clients
# and builds them once, all below one folder (build/bench):
#   sh tests/bench/peers.sh build/bench [peer ...]
#
# A peer that cannot be had leaves its reason in peers/<name>.missing, which the report prints;
# nothing fails. Remove that file to try again. Versions are pinned here and nowhere else.
set -u
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/peers" "$1/log" "$1/src" || exit 1
top=$(cd "$1" && pwd)
shift
PYTHON=${PYTHON:-python3}
JOBS=${BENCH_JOBS:-1}

pip_install() { # folder package...
  folder=$1; shift
  "$PYTHON" -m pip install --quiet --disable-pip-version-check --target "$top/py/$folder" "$@"
}

# A source distribution, unpacked to src/<name>. Its metadata may need its build tool (maturin).
pip_source() { # name version
  [ -d "$top/src/$1-$2" ] && return 0
  [ -d "$top/py/build-tools" ] || pip_install build-tools maturin==1.14.1 setuptools==84.2.1 setuptools-rust==1.13.0 || return 1
  PYTHONPATH="$top/py/build-tools" PATH="$top/py/build-tools/bin:$PATH" \
    "$PYTHON" -m pip download --quiet --no-deps --no-binary :all: --no-build-isolation -d "$top/src" "$1==$2" || return 1
  tar xzf "$top/src/$1-$2.tar.gz" -C "$top/src"
}

# folder peer [cargo options]: the harness becomes one more program of the library's package
cargo_build() {
  folder=$1; peer=$2; shift 2
  mkdir -p "$folder/src/bin/bench_$peer" &&
    cp "$here/peers/harness.rs" "$folder/src/bin/bench_$peer/harness.rs" &&
    cp "$here/peers/$peer.rs" "$folder/src/bin/bench_$peer/main.rs" &&
    (cd "$folder" && CARGO_TARGET_DIR="$top/cargo" cargo "$@" build --release --bin "bench_$peer" -j "$JOBS") &&
    cp "$top/cargo/release/bench_$peer" "$top/peers/$peer"
}

# the library at the version of the wheel, with its own lock file and release profile
get_gigatoken() {
  pip_source gigatoken 0.10.0 &&
    PYO3_PYTHON=$(command -v "$PYTHON") cargo_build "$top/src/gigatoken-0.10.0" gigatoken +nightly
}

get_tiktoken() {
  pip_source tiktoken 0.14.0 && cargo_build "$top/src/tiktoken-0.14.0" tiktoken
}

get_bpe_openai() {
  mkdir -p "$top/src/bpe_openai/src" && cat >"$top/src/bpe_openai/Cargo.toml" <<TOML || return 1
[package]
name = "bench-bpe-openai"
version = "0.0.0"
edition = "2024"
[dependencies]
bpe-openai = "=0.3.2"
[profile.release]
lto = "fat"
codegen-units = 1
[workspace]
TOML
  cargo_build "$top/src/bpe_openai" bpe_openai
}

get_quicktok() { pip_install quicktok quicktok-v1==0.4.0 numpy && PYTHONPATH="$top/py/quicktok" "$PYTHON" -c 'import quicktok'; }
get_tiktoken_py() { pip_install tiktoken_py tiktoken==0.14.0 && PYTHONPATH="$top/py/tiktoken_py" "$PYTHON" -c 'import tiktoken'; }
get_gigatoken_py() { pip_install gigatoken_py gigatoken==0.10.0 && PYTHONPATH="$top/py/gigatoken_py" "$PYTHON" -c 'import gigatoken'; }
get_rs_bpe() { pip_install rs_bpe rs-bpe==0.1.0 && PYTHONPATH="$top/py/rs_bpe" "$PYTHON" -c 'import rs_bpe'; }
get_tokenizers() { pip_install tokenizers tokenizers==0.23.3 && PYTHONPATH="$top/py/tokenizers" "$PYTHON" -c 'import tokenizers'; }
get_tokendagger() { # built from source: needs the headers of PCRE2
  pip_install tokendagger TokenDagger==0.1.1 && PYTHONPATH="$top/py/tokendagger" "$PYTHON" -c 'import tokendagger'
}
get_gpt_tokenizer() {
  mkdir -p "$top/npm" && cd "$top/npm" && { [ -f package.json ] || echo '{"private":true}' >package.json; } &&
    npm install --no-audit --no-fund --no-save --silent gpt-tokenizer@4.0.0 && [ -d node_modules/gpt-tokenizer ]
}

for peer in ${*:-gigatoken tiktoken bpe_openai quicktok gpt_tokenizer tokenizers tokendagger rs_bpe tiktoken_py gigatoken_py}; do
  [ -e "$top/peers/$peer.ok" ] || [ -e "$top/peers/$peer.missing" ] && continue
  echo "bench: getting $peer"
  if (get_"$peer") >"$top/log/$peer.log" 2>&1; then
    touch "$top/peers/$peer.ok"
  else
    for telling in 'fatal error|not found|no such|cannot|could not' error; do
      [ -s "$top/peers/$peer.missing" ] ||
        grep -iE "$telling" "$top/log/$peer.log" | head -1 | cut -c1-160 >"$top/peers/$peer.missing"
    done
    [ -s "$top/peers/$peer.missing" ] || echo "could not be installed; see log/$peer.log" >"$top/peers/$peer.missing"
    echo "bench: $peer cannot be had here: $(cat "$top/peers/$peer.missing")"
  fi
done
