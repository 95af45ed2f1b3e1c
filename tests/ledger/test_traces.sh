# 28,185 requests of Azure and 152,711 intervals of ServeGen's clients, imported and reported: every
# number equals an independent computation on the files (traces.py).
set -eu
traces=../shared/data/traces
if [ ! -r $traces/azure2023_code.csv.gz ]; then echo "skip: ../shared/data is not here"; exit 0; fi
tmp=build/tmp/traces
rm -rf $tmp
mkdir -p $tmp
gzip -dc $traces/azure2023_code.csv.gz > $tmp/code.csv
gzip -dc $traces/azure2023_conv.csv.gz > $tmp/conv.csv
gzip -dc $traces/servegen_10min.csv.gz > $tmp/servegen.csv
sqlite3 -batch -init /dev/null -cmd '.load build/tok' $tmp/traces.db < tests/ledger/traces.sql > $tmp/got 2>&1
/usr/bin/python3 tests/ledger/traces.py > $tmp/expected
diff -u $tmp/expected $tmp/got
echo "$(wc -l < $tmp/got | tr -d ' ') lines equal"
