-- tok_bulk_begin(): as statements, the triggers that go as well where there is no quota.
SELECT group_concat('DROP TRIGGER main.' || name, ';') FROM main.sqlite_schema
WHERE type = 'trigger' AND tbl_name = 'llm_usage' AND NOT EXISTS (SELECT 1 FROM main.llm_quota)
  AND (name GLOB 'llm_quota_*' OR name IN ('llm_usage_repeated', 'llm_usage_arrived', 'llm_usage_amounts',
    'llm_usage_moved'));
