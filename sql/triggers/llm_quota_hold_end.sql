-- A hold ends: what it parked is free. BEFORE a DELETE, so that its items still know its time.
--@ freed | AFTER UPDATE OF state | OLD.state = 'held' AND NEW.state <> 'held'
--@ deleted | BEFORE DELETE | OLD.state = 'held'
DROP TRIGGER IF EXISTS main.llm_hold_{1};
CREATE TRIGGER main.llm_hold_{1} {2} ON llm_hold
WHEN {3}
BEGIN
  DELETE FROM llm_hold_item WHERE hold_id = OLD.id;
END;
