-- {quota_waits:NEW.id}: is an UPDATE of that row of llm_usage under way that moves it?
EXISTS (SELECT 1 FROM llm_quota_waiting WHERE usage_id = {x})
