-- An item goes: its counter holds that much less. Where a quota goes or is counted anew, its
-- counters went before. A token bucket gets what has not been refilled since
-- (sql/gen/bucket_debt.sql); where usage of the same time settles the hold, that follows at once
-- and counts against it.
DROP TRIGGER IF EXISTS main.llm_hold_item_deleted;
CREATE TRIGGER main.llm_hold_item_deleted AFTER DELETE ON llm_hold_item
BEGIN
  UPDATE OR ABORT llm_counter SET held = held - OLD.units,
    debt = iif(debt IS NULL, NULL, coalesce((
      SELECT max(0, debt - max(0, OLD.units * b.span_s - b.refill * max(0, debt_at - h.unix_time)))
      FROM llm_hold AS h CROSS JOIN llm_quota AS b WHERE h.id = OLD.hold_id AND b.id = OLD.quota_id), debt)),
    settled = iif(debt IS NULL, NULL, OLD.units),
    settled_by = iif(debt IS NULL, NULL, (
      SELECT u.id FROM llm_hold AS h CROSS JOIN llm_usage AS u WHERE h.id = OLD.hold_id AND u.id = h.usage_id
        AND u.unix_time = h.unix_time))
  WHERE quota_id = OLD.quota_id AND key = OLD.key AND start = OLD.start AND OLD.units <> 0;
END;
