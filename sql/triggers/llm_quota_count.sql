-- Quotas, overrides, grants and rules change: counters follow, and llm_quota_log tells.

-- Writing any column that decides what a quota counts counts anew from the ledger; this is also the
-- repair. The work is that of a view's trigger, so that it is there once: every connection reads
-- the whole schema first.
DROP TRIGGER IF EXISTS main.llm_quota_count_insert;
CREATE TRIGGER main.llm_quota_count_insert AFTER INSERT ON llm_quota
BEGIN
  DELETE FROM llm_alert WHERE quota_id = NEW.id;  -- a REPLACE left them
  INSERT INTO llm_quota_recount VALUES (NEW.id, NEW.id);
  -- thresholds: early for long periods, since there is more time to act
  INSERT INTO llm_alert(quota_id, basis, value, description)
  SELECT NEW.id, 'percent', t.value, 'default' FROM (
    SELECT 0.8 AS value, 0 AS long UNION ALL SELECT 0.95, 0 UNION ALL SELECT 0.75, 1 UNION ALL SELECT 0.9, 1) AS t
  WHERE NEW.hourly_of IS NULL AND NEW.kind <> 'bucket'
    AND t.long = (NEW.period = 'lifetime' OR NEW.period GLOB 'month*' OR NEW.period GLOB 'quarter*'
      OR NEW.period GLOB 'year*');
END;

DROP TRIGGER IF EXISTS main.llm_quota_count_update;
CREATE TRIGGER main.llm_quota_count_update AFTER UPDATE OF {id_names:}, active, tenant_id, user_id, api_key_id,
  session_id, provider, model, task_type, tag, split_by, metric, period, zone, since, unpriced, unpriced_nano,
  hold_size ON llm_quota
BEGIN
  INSERT INTO llm_quota_recount VALUES (OLD.id, NEW.id);
END;

DROP TRIGGER IF EXISTS main.llm_quota_recount_call;
CREATE TRIGGER main.llm_quota_recount_call INSTEAD OF INSERT ON llm_quota_recount
BEGIN
  DELETE FROM llm_counter WHERE quota_id = NEW.old_id;
  DELETE FROM llm_hold_item WHERE quota_id = NEW.old_id;
  INSERT INTO llm_counter(quota_id, key, start, used, requests, unpriced, alert_at)
  SELECT NEW.id, {quota_key:u}, {quota_start:u.unix_time}, sum({quota_amount:u}), count(*), sum({quota_unpriced:u}), 0
  FROM llm_quota AS q CROSS JOIN llm_usage AS u ON {quota_match:u}
  WHERE q.id = NEW.id GROUP BY 2, 3;
  INSERT INTO llm_hold_item(hold_id, quota_id, key, start, units)
  SELECT h.id, NEW.id, {quota_key:h}, {quota_start:h.unix_time}, {quota_hold:h}
  FROM llm_quota AS q CROSS JOIN llm_hold AS h ON h.state = 'held' AND {quota_match:h}
  WHERE q.id = NEW.id;
  INSERT INTO llm_counter(quota_id, key, start, held, alert_at)
  SELECT NEW.id, i.key, i.start, sum(i.units), 0
  FROM llm_hold AS h CROSS JOIN llm_hold_item AS i ON i.hold_id = h.id AND i.quota_id = NEW.id
  WHERE h.state = 'held' GROUP BY 2, 3
  ON CONFLICT(quota_id, key, start) DO UPDATE SET held = excluded.held;
  UPDATE llm_counter SET carried = (SELECT {quota_carry:llm_counter} FROM llm_quota AS q WHERE q.id = NEW.id)
  WHERE quota_id = NEW.id AND (SELECT rollover_units FROM llm_quota WHERE id = NEW.id) > 0;
  UPDATE llm_counter SET alert_at = NULL, debt = b.debt, debt_at = b.at FROM llm_bucket_truth AS b
  WHERE llm_counter.quota_id = NEW.id AND b.quota_id = NEW.id AND b.key = llm_counter.key
    AND (SELECT kind FROM llm_quota WHERE id = NEW.id) = 'bucket';
END;
