#!/bin/sh
# Alerts from the rule to whoever is told: each kind raises exactly one event, and tok-usage alerts
# --exec delivers each at least once: a command that fails or is killed leaves it undelivered.
# tok-usage budget draws bars.
set -u
. tests/is.sh
LC_ALL=C
export LC_ALL
dir=build/tmp/budget_alerts
rm -rf $dir
mkdir -p $dir
db=$dir/a.db

tok() { { echo ".load build/tok"; echo "SELECT tok_init() IS NULL;"; echo "$1;"; } | stdbuf -oL sqlite3 -batch "$db" 2>&1 | sed 1d; }
events() { sqlite3 -batch $db "SELECT a.description || ' ' || e.state || ' ' || e.used_units FROM llm_alert_event AS e
  JOIN llm_alert AS a ON a.id = e.alert_id ORDER BY e.id"; }
row="INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, cost_usd)"

tok "SELECT tok_quota_set('tokens', '{\"metric\":\"total\",\"limit\":1000,\"period\":\"month\",\"action\":\"warn\",\"thresholds\":[]}', '2026-01-01') IS NULL;
  SELECT tok_quota_set('dollars', '{\"metric\":\"cost_usd\",\"limit\":10,\"period\":\"month\",\"action\":\"warn\",\"thresholds\":[]}', '2026-01-01') IS NULL;
  INSERT INTO llm_alert(quota_id, basis, value, description, resolve, cooldown_s) VALUES
    (1, 'percent', 0.8, '80 %', 1, 0), (1, 'used', 500, '500 tokens', 0, 0), (1, 'remaining', 100, '100 left', 0, 0),
    (2, 'used', 2500000000, '2.50 dollars', 0, 0), (1, 'rate', 300, '300 an hour', 0, 0), (1, 'spike', 2, 'twice the normal hour', 0, 0),
    (1, 'used', 10, 'cool', 0, 864000)" > /dev/null
# 30 normal hours of 10 tokens, a cent each
tok "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29)
  $row SELECT unixepoch('2026-01-02') + 3600 * i, 'p', 'm', 10, 0, 0.01 FROM n" > /dev/null
is "a normal month so far" "cool raised 10" "$(events)"
tok "$row VALUES('2026-01-03T08:00:00Z', 'p', 'm', 15, 0, 0), ('2026-01-03T08:01:00Z', 'p', 'm', 15, 0, 0), ('2026-01-03T08:02:00Z', 'p', 'm', 15, 0, 0)"
is "an hour of twice the normal, once" "cool raised 10
twice the normal hour raised 30" "$(events)"
tok "$row VALUES('2026-01-03T10:00:00Z', 'p', 'm', 299, 0, 2.1); $row VALUES('2026-01-03T10:59:59Z', 'p', 'm', 1, 0, 0.1);
  $row VALUES('2026-01-03T11:00:00Z', 'p', 'm', 154, 0, 0)"
is "the rate of an hour, a spike of another, tokens, dollars" "2.50 dollars raised 2500000000
300 an hour raised 300
500 tokens raised 644
cool raised 10
twice the normal hour raised 154
twice the normal hour raised 299
twice the normal hour raised 30" "$(events | sort)"
tok "$row VALUES('2026-01-04', 'p', 'm', 1, 0, 0); $row VALUES('2026-01-04', 'p', 'm', 299, 0, 0); $row VALUES('2026-01-04', 'p', 'm', 1, 0, 0);
  $row VALUES('2026-01-04', 'p', 'm', 99, 0, 0); DELETE FROM llm_usage WHERE input_tokens IN (299, 99); $row VALUES('2026-01-04', 'p', 'm', 398, 0, 0);
  $row VALUES('2026-01-11', 'p', 'm', 1, 0, 0); $row VALUES('2026-02-01', 'p', 'm', 20, 0, 0)"
is "a share of the limit, what is left; resolved; the rate of another hour; a cool-down of ten days, into the next month" \
  "100 left raised 1099
2.50 dollars raised 2500000000
300 an hour raised 300
300 an hour raised 300
500 tokens raised 644
80 % raised 800
80 % resolved 601
cool raised 10
cool raised 20" "$(events | grep -v twice | sort)"

is "a forecast over the limit is told by tok_forecast_alerts(), once" "1
0
1" "$(tok "INSERT INTO llm_alert(quota_id, basis, value, description) VALUES(2, 'forecast', 0.01, 'forecast');
  SELECT tok_forecast_alerts('2026-01-15'); SELECT tok_forecast_alerts('2026-01-15');
  SELECT count(*) FROM llm_alert_event AS e JOIN llm_alert AS a ON a.id = e.alert_id WHERE a.basis = 'forecast'" | tail -3)"
is "rules that a bucket cannot have are refused" "Error: tok: a token bucket refills: rules of rate, spike and context are for it
1" "$(tok "SELECT tok_quota_set('bucket', '{\"metric\":\"total\",\"limit\":10,\"period\":\"bucket 60s\",\"action\":\"warn\"}', '2026-01-01') IS NULL;
  INSERT INTO llm_alert(quota_id, basis, value) SELECT id, 'percent', 0.5 FROM llm_quota WHERE name = 'bucket';
  INSERT INTO llm_alert(quota_id, basis, value) SELECT id, 'rate', 5 FROM llm_quota WHERE name = 'bucket';
  SELECT count(*) FROM llm_alert AS a JOIN llm_quota AS q ON q.id = a.quota_id WHERE q.name = 'bucket'" |
  sed 1d | sed 's/.*\(tok: \)/Error: \1/; s/ ([0-9]*)$//')"

left() { sqlite3 -batch $db "SELECT count(*) FROM llm_alert_event WHERE delivered_at IS NULL"; }
n=$(left)
is "a command that fails leaves all undelivered" "1 $n" "$(build/tok-usage --db $db alerts --exec 'cat > /dev/null; exit 1' > $dir/log 2>&1; echo $?) $(left)"
is "one that is killed, too" "1 $n" "$(build/tok-usage --db $db alerts --exec 'kill -9 $$' > $dir/log 2>&1; echo $?) $(left)"
is "one that fails at the third has delivered two, and the next run the rest" "1 $((n - 2)) 0 0" "$(
  build/tok-usage --db $db alerts --exec "cat >> $dir/told; [ \$(wc -l < $dir/told) -lt 3 ]" > $dir/log 2>&1; echo $?) $(left) $(
  build/tok-usage --db $db alerts --exec "cat >> $dir/told" > $dir/log 2>&1; echo $?) $(left)"
is "each was told, in order; what failed is told again" "1" "$(sqlite3 -batch $db "WITH told AS (SELECT DISTINCT value ->> 'id' AS id
  FROM json_each('[' || rtrim(replace(CAST(readfile('$dir/told') AS TEXT), char(10), ','), ',') || ']'))
  SELECT count(*) = (SELECT count(*) FROM llm_alert_event) FROM told")"
is "a killed tok-usage tells again" "1" "$(sqlite3 -batch $db "UPDATE llm_alert_event SET delivered_at = NULL WHERE id = 1"
  sh -c "exec build/tok-usage --db $db alerts --exec 'cat > /dev/null; kill -9 \$PPID; sleep 0.2'" > $dir/log 2>&1; left)"
is "nothing twice" "0" "$(build/tok-usage --db $db alerts --exec 'cat > /dev/null' > $dir/log 2>&1; : > $dir/told
  build/tok-usage --db $db alerts --exec "cat >> $dir/told" > $dir/log 2>&1; wc -l < $dir/told | tr -d ' ')"
sqlite3 -batch $db "UPDATE llm_quota SET limit_units = 4 * (SELECT used FROM llm_counter WHERE quota_id = 1 ORDER BY start LIMIT 1) WHERE id = 1"
is "tok-usage budget draws bars" "1" "$(build/tok-usage --db $db budget --now 2026-01-20 2> $dir/log | grep -c '#####\.\.\.\.\.\.\.\.\.\.\.\.\.\.\. *25\.0 %')"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
