-- tok_rebuild(): counters of quotas from the ledger and the open holds. Writing `active` counts
-- anew (triggers/llm_quota_count).
DELETE FROM main.llm_counter WHERE quota_id NOT IN (SELECT id FROM main.llm_quota);
DELETE FROM main.llm_hold_item WHERE quota_id NOT IN (SELECT id FROM main.llm_quota)
  OR hold_id NOT IN (SELECT id FROM main.llm_hold WHERE state = 'held');
DELETE FROM main.llm_quota_waiting;
UPDATE main.llm_quota SET active = active;
UPDATE main.llm_grant SET used = coalesce((SELECT sum(units) FROM main.llm_grant_use WHERE grant_id = llm_grant.id), 0);
