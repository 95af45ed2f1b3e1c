-- A hold ends: what it parked is free.
--@ freed | UPDATE OF state | OLD.state = 'held' AND NEW.state <> 'held'
--@ deleted | DELETE | OLD.state = 'held'
DROP TRIGGER IF EXISTS main.llm_hold_{1};
CREATE TRIGGER main.llm_hold_{1} AFTER {2} ON llm_hold
WHEN {3}
BEGIN
  UPDATE llm_counter SET held = llm_counter.held - i.units FROM llm_hold_item AS i
  WHERE i.hold_id = OLD.id AND llm_counter.quota_id = i.quota_id AND llm_counter.key = i.key
    AND llm_counter.start = i.start;
  DELETE FROM llm_hold_item WHERE hold_id = OLD.id;
END;
