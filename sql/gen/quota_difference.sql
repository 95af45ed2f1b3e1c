-- {quota_difference:-}: what the amounts of row NEW of llm_usage_amount differ by, as the first
-- columns of llm_quota_charge.
NEW.provider, NEW.model, NEW.task_type, NEW.tenant_id, NEW.user_id, NEW.api_key_id, NEW.session_id, NEW.tags, 0,
coalesce(NEW.input_tokens, 0) - coalesce(NEW.old_input_tokens, 0),
coalesce(NEW.output_tokens, 0) - coalesce(NEW.old_output_tokens, 0),
coalesce(NEW.total_tokens, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0))
  - coalesce(NEW.old_total_tokens, coalesce(NEW.old_input_tokens, 0) + coalesce(NEW.old_output_tokens, 0)),
coalesce(NEW.cost_nano, 0) - coalesce(NEW.old_cost_nano, 0), (NEW.cost_nano IS NULL) - (NEW.old_cost_nano IS NULL),
iif(NEW.cost_nano IS NULL, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0), 0)
  - iif(NEW.old_cost_nano IS NULL, coalesce(NEW.old_input_tokens, 0) + coalesce(NEW.old_output_tokens, 0), 0)
