#!/bin/sh
# make bench-llm: the current llm of PyPI, with recorded models, writes a logs.db; tok imports it,
# twice:
#   sh tests/bench/llm.sh <build>/bench [version of llm]
set -eu
dir=$1/llm
version=${2:-0.36}
if [ ! -x "$dir/venv/bin/llm" ]; then
  mkdir -p "$dir"
  cp -R tests/bench/llm "$dir/plugin"
  python3 -m venv "$dir/venv"
  "$dir/venv/bin/pip" install -q "llm==$version" "$dir/plugin"
fi
rm -rf "$dir/user" "$dir/app.db"
LLM_USER_PATH=$dir/user
export LLM_USER_PATH
"$dir/venv/bin/llm" --version
"$dir/venv/bin/llm" -m gpt-4o-mini-recorded 'hello' > /dev/null
"$dir/venv/bin/llm" -c 'again' > /dev/null
"$dir/venv/bin/llm" -m gpt-4o-recorded 'think' > /dev/null
"$dir/venv/bin/llm" -m claude-recorded --no-stream 'cached' > /dev/null
ask() { sqlite3 -batch -init /dev/null -cmd '.load build/tok' "$dir/app.db" "$1"; }
check() { # <what> <got> <expected>
  [ "$2" = "$3" ] && return
  echo "$1: got '$2', expected '$3'"
  exit 1
}
ask "SELECT tok_import('$dir/user/logs.db')"
check 'what was imported' "$(ask "SELECT count(*), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
  sum(cache_write_tokens), sum(reasoning_tokens), count(cost_nano), count(DISTINCT session_id), count(response_time_ms),
  count(DISTINCT provider) FROM llm_usage")" '4|12032|434|10920|1000|192|4|3|4|2'
check 'a second import' "$(ask "SELECT tok_import('$dir/user/logs.db') ->> '$.imported'")" 0
"$dir/venv/bin/llm" -c 'one more' > /dev/null
check 'one more' "$(ask "SELECT tok_import('$dir/user/logs.db') ->> '$.imported'")" 1
ask "SELECT model, requests, total_tokens, cost_usd FROM llm_by_model"
echo "imported as llm wrote it"
