-- A guard looks at a counter: where it will refuse, tok says so first, with the name of the quota
-- and the numbers.
CREATE TEMP TRIGGER IF NOT EXISTS tok_quota_guard AFTER UPDATE OF look ON main.llm_counter
WHEN NEW.look & 7
BEGIN
  SELECT tok_quota_refusal(NEW.quota_id, NEW.key, NEW.start);
END;
