-- The rest of what follows quotas, overrides and rules.

DROP TRIGGER IF EXISTS main.llm_quota_deleted;
CREATE TRIGGER main.llm_quota_deleted AFTER DELETE ON llm_quota
BEGIN
  -- the hourly quota's own trigger is this one, which SQLite does not run within itself
  DELETE FROM llm_counter WHERE quota_id IN (SELECT OLD.id UNION ALL SELECT id FROM llm_quota WHERE hourly_of = OLD.id);
  DELETE FROM llm_hold_item WHERE quota_id IN (SELECT OLD.id UNION ALL SELECT id FROM llm_quota WHERE hourly_of = OLD.id);
  DELETE FROM llm_alert WHERE quota_id = OLD.id;
  DELETE FROM llm_grant WHERE quota_id = OLD.id;
  DELETE FROM llm_grant_use WHERE quota_id = OLD.id;
  DELETE FROM llm_quota_override WHERE quota_id = OLD.id;
  DELETE FROM llm_quota WHERE hourly_of = OLD.id;
END;

-- A REPLACE by name removed a quota without its DELETE trigger: what it left goes. Looks at every
-- counter, as making a quota looks at every row of the ledger.
DROP TRIGGER IF EXISTS main.llm_quota_orphans;
CREATE TRIGGER main.llm_quota_orphans AFTER INSERT ON llm_quota
BEGIN
  DELETE FROM llm_counter WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_hold_item WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_alert WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_grant WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_grant_use WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_quota_override WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_quota WHERE hourly_of NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_replaced;  -- what an ignored INSERT left while there was no quota to follow its row
END;

-- Lines move with the limit: they are looked at when the counter changes next.
DROP TRIGGER IF EXISTS main.llm_quota_limit;
CREATE TRIGGER main.llm_quota_limit AFTER UPDATE OF limit_units ON llm_quota
BEGIN
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = NEW.id AND debt IS NULL;
END;

-- An hourly counter for the rules that need one.
DROP TRIGGER IF EXISTS main.llm_alert_insert;
CREATE TRIGGER main.llm_alert_insert AFTER INSERT ON llm_alert
BEGIN
  SELECT RAISE(ABORT, 'tok: a token bucket refills: rules of rate, spike and context are for it')
  FROM llm_quota WHERE id = NEW.quota_id AND kind = 'bucket' AND NEW.basis NOT IN ('rate', 'spike', 'context');
  INSERT INTO llm_quota(name, tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tag, split_by,
    metric, limit_units, action, guard, period, since, unpriced, unpriced_nano, hourly_of, description)
  SELECT name || ' (hourly)', tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tag, split_by,
    metric, 9223372036854775807, 'warn', 'none', 'hour', since, iif(unpriced = 'estimate', unpriced, 'allow'),
    unpriced_nano, id, 'counts the hours of ' || name
  FROM llm_quota WHERE id = NEW.quota_id AND NEW.basis IN ('rate', 'spike') AND (period <> 'hour' OR kind <> 'fixed')
    AND NOT EXISTS (SELECT 1 FROM llm_quota WHERE hourly_of = NEW.quota_id);
  UPDATE llm_alert SET watch_id = coalesce(
    iif(NEW.basis IN ('rate', 'spike'), (SELECT id FROM llm_quota WHERE hourly_of = NEW.quota_id), NULL), NEW.quota_id)
  WHERE id = NEW.id;
END;
