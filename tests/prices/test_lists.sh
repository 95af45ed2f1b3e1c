#!/bin/sh
# tok_pricing_import of the sample of each format, read from its file by the shell; a second time
# changes nothing; and of the real files where they are (PRICE_LISTS=folder, or build/price_lists).
ext=${TOK_EXT:-build/tok}
lists=tests/prices/lists
run() { sqlite3 -batch :memory: 2>&1; }
got=$(run <<END
.load $ext
SELECT tok_init() WHERE tok_init() < 0;
SELECT tok_pricing_import(readfile('$lists/litellm.json')), tok_pricing_import(readfile('$lists/litellm.json'));
SELECT tok_cost('gpt-x', '{"input_tokens": 300000, "service_tier": "priority"}'), tok_cost('openai/gpt-x', '{"input_tokens": 1000, "service_tier": "batch"}'), tok_cost('us.anthropic.claude-x-v1:0', '{"input_tokens": 1000, "cache_write_tokens": 1000, "cache_write_1h_tokens": 400}');
SELECT tok_pricing_import(CAST(readfile('$lists/genai-prices.json') AS TEXT), 'a copy'), tok_price('acme/rocket-2', 'input', '2025-07-01 00:00:00'), tok_price('acme/rocket-2', 'input', '2025-01-01 00:00:00'), tok_price('acme/rocket-2', 'input', '2025-07-01 12:00:00');
SELECT tok_pricing_import(readfile('$lists/models.dev.json')), tok_price('groq/café/x', 'input');
SELECT tok_pricing_import(readfile('$lists/llm-prices.json')), tok_price('gpt-x', 'input', '2025-06-09'), tok_price('gpt-x', 'input', '2025-06-10'), tok_pricing_import(readfile('$lists/llm-prices-vendor.json'));
SELECT source, count(*) FROM llm_price GROUP BY source;
END
)
expected='24|0
1.5|0.000625|0.005115
12|0.5|2.0|1.0
5|0.1
5|2.0|1.1|3
a copy|12
litellm|22
llm-prices|8
models.dev|5'
failed=0
[ "$got" = "$expected" ] || { printf 'samples: expected\n%s\nprinted\n%s\n' "$expected" "$got"; failed=1; }

for f in litellm.json genai.json api.json historical-v1.json; do
  path=${PRICE_LISTS:-build/price_lists}/$f
  [ -r "$path" ] || { echo "skip $f: not in ${PRICE_LISTS:-build/price_lists}"; continue; }
  got=$(run <<END
.load $ext
SELECT tok_init() WHERE tok_init() < 0;
SELECT tok_pricing_import(readfile('$path')) > 100, tok_pricing_import(readfile('$path'));
SELECT count(*) > 100 FROM llm_price;
END
)
  [ "$got" = "$(printf '1|0\n1')" ] || { echo "$f: $got"; failed=1; }
done
[ "$failed" = 0 ] && echo "1 passed, 0 failed" || { echo "0 passed, 1 failed"; exit 1; }
