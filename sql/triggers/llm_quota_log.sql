-- Who changed what: limits, overrides and grants leave a line each.
--@ quota | INSERT ON llm_quota | NEW.id | NEW.name | quota made | NULL | printf('%d %s %s %s', NEW.limit_units, NEW.metric, NEW.period, NEW.action)
--@ quota_changed | UPDATE OF name, active, limit_units, soft_units, action, guard, period, zone, metric, unpriced, rollover_units ON llm_quota | NEW.id | NEW.name | quota changed | printf('%d %s %s %s%s', OLD.limit_units, OLD.metric, OLD.period, OLD.action, iif(OLD.active, '', ' inactive')) | printf('%d %s %s %s%s', NEW.limit_units, NEW.metric, NEW.period, NEW.action, iif(NEW.active, '', ' inactive'))
--@ quota_deleted | DELETE ON llm_quota | OLD.id | OLD.name | quota deleted | printf('%d %s %s %s', OLD.limit_units, OLD.metric, OLD.period, OLD.action) | NULL
--@ override | INSERT ON llm_quota_override | NEW.quota_id | NULL | override | NULL | printf('%s %d until %d %s', NEW.key, NEW.limit_units, NEW.until, NEW.reason)
--@ override_changed | UPDATE ON llm_quota_override | NEW.quota_id | NULL | override changed | printf('%s %d until %d', OLD.key, OLD.limit_units, OLD.until) | printf('%s %d until %d %s', NEW.key, NEW.limit_units, NEW.until, NEW.reason)
--@ override_deleted | DELETE ON llm_quota_override | OLD.quota_id | NULL | override deleted | printf('%s %d until %d', OLD.key, OLD.limit_units, OLD.until) | NULL
--@ grant | INSERT ON llm_grant | NEW.quota_id | NULL | grant | NULL | printf('%s %d until %d %s', NEW.key, NEW.units, NEW.until, NEW.reason)
DROP TRIGGER IF EXISTS main.llm_quota_log_{1};
CREATE TRIGGER main.llm_quota_log_{1} AFTER {2}
BEGIN
  INSERT INTO llm_quota_log(quota_id, name, what, old, new)
  VALUES ({3}, coalesce({4}, (SELECT name FROM llm_quota WHERE id = {3})), '{5}', {6}, {7});
END;
