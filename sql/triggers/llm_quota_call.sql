-- Procedures: an INSERT into one of these views runs its INSTEAD OF trigger
-- (triggers/llm_quota_usage.sql, llm_quota_hold.sql and llm_quota_counter.sql). They have no rows.
DROP VIEW IF EXISTS main.llm_quota_charge;
CREATE VIEW main.llm_quota_charge AS
SELECT 0 AS unix_time, NULL AS provider, NULL AS model, NULL AS task_type, NULL AS tenant_id, NULL AS user_id,
  NULL AS api_key_id, NULL AS session_id, NULL AS tags, 0 AS requests, 0 AS input_tokens, 0 AS output_tokens,
  0 AS total_tokens, 0 AS cost_nano, 0 AS unpriced, 0 AS unpriced_tokens, 0 AS at, 0 AS usage_id, 0 AS checks
WHERE false;

DROP VIEW IF EXISTS main.llm_quota_park;
CREATE VIEW main.llm_quota_park AS
SELECT 0 AS id, 0 AS unix_time, NULL AS tenant_id, NULL AS user_id, NULL AS api_key_id, NULL AS session_id, NULL AS provider,
  NULL AS model, NULL AS task_type, NULL AS tags, 0 AS input_tokens, 0 AS output_tokens, 0 AS total_tokens, 0 AS requests,
  0 AS cost_nano, 0 AS output_p95, 0 AS output_p99, 0 AS cost_p95, 0 AS cost_p99 WHERE false;

DROP VIEW IF EXISTS main.llm_quota_fall;
CREATE VIEW main.llm_quota_fall AS
SELECT 0 AS quota_id, '' AS key, 0 AS start, 0 AS used, 0 AS carried, 0 AS at WHERE false;

DROP VIEW IF EXISTS main.llm_quota_gone;
CREATE VIEW main.llm_quota_gone AS SELECT 0 AS old_id, 0 AS id WHERE false;

DROP VIEW IF EXISTS main.llm_quota_flush;
CREATE VIEW main.llm_quota_flush AS SELECT 0 AS usage_id WHERE false;

DROP VIEW IF EXISTS main.llm_quota_recount;
CREATE VIEW main.llm_quota_recount AS SELECT 0 AS old_id, 0 AS id WHERE false;

DROP VIEW IF EXISTS main.llm_quota_difference;  -- of an earlier version
