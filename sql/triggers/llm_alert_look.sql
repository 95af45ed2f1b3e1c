-- A rule changed: its counters are looked at when they change next.
--@ insert | INSERT | NEW
--@ update | UPDATE OF watch_id, basis, value, step, active, cooldown_s | NEW
--@ delete | DELETE | OLD
DROP TRIGGER IF EXISTS main.llm_alert_look_{1};
CREATE TRIGGER main.llm_alert_look_{1} AFTER {2} ON llm_alert
BEGIN
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = {3}.watch_id AND debt IS NULL;
END;
