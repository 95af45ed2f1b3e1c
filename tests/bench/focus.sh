#!/bin/sh
# An export in FOCUS's form, judged by the validator of the FinOps Foundation:
#   sh tests/bench/focus.sh <build> <directory>
#
# The validator (its newest release knows the rules of FOCUS 1.0, which 1.2 keeps) is installed
# once. What it says beyond its own mistakes, listed below, is a failure.
set -eu
build=$1
dir=$2
mkdir -p "$dir"
if [ ! -x "$dir/venv/bin/focus-validator" ]; then
  python3 -m venv "$dir/venv"
  # the first release after these versions of its dependencies does not load with it
  "$dir/venv/bin/pip" install --quiet --disable-pip-version-check focus-validator==1.0.0 multimethod==1.12 pandas==2.3.3 \
    numpy==1.26.4 pandera==0.17.2
fi

# Rules of columns that FOCUS 1.0 calls otherwise (InvoiceIssuerName, ProviderName, PublisherName,
# ResourceId, ChargeCategory), and a list of currencies that is fetched from an address which is
# gone.
cat > "$dir/not_ours" << 'END'
BillingCurrency_IsCurrencyCode
InvoiceIssuer_Required
Provider_Required
Publisher_Required
ResourceID_Required
SkuPriceId_Nullable
END

rm -f "$dir/focus.db"
sqlite3 -batch -init /dev/null "$dir/focus.db" << END > "$dir/focus.csv"
.load $build/tok
.output /dev/null
SELECT tok_init();
.read sql/demo/seed.sql
DELETE FROM llm_usage WHERE id > 400;
.read tests/bench/focus.sql
.output
SELECT line FROM tok_export('focus');
END
"$dir/venv/bin/focus-validator" --data-file "$dir/focus.csv" --validate-version 1.0 > "$dir/validator.log" 2>&1 || true
if ! grep -q '^Errors encountered:' "$dir/validator.log" && ! grep -qi 'validation succeeded' "$dir/validator.log"; then
  tail -3 "$dir/validator.log"
  exit 1
fi
sed -n 's/^\([A-Za-z_]*\) failed:$/\1/p' "$dir/validator.log" | sort > "$dir/said"
sort "$dir/not_ours" | comm -23 "$dir/said" - > "$dir/failed"
if [ -s "$dir/failed" ]; then
  echo "FOCUS: $(wc -l < "$dir/failed") rules failed:"
  cat "$dir/failed"
  exit 1
fi
echo "FOCUS: $(($(wc -l < "$dir/focus.csv") - 1)) rows, no rule of 1.0 failed but $(wc -l < "$dir/said") that name columns as FOCUS does not (see $0)"
