-- An item goes: its counter holds that much less. Where a quota goes or is counted anew, its counters went before.
DROP TRIGGER IF EXISTS main.llm_hold_item_deleted;
CREATE TRIGGER main.llm_hold_item_deleted AFTER DELETE ON llm_hold_item
BEGIN
  UPDATE llm_counter SET held = held - OLD.units
  WHERE quota_id = OLD.quota_id AND key = OLD.key AND start = OLD.start AND OLD.units <> 0;
END;
