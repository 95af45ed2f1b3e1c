-- tok_bulk_begin(): as statements, the triggers of quotas that go as well, because there is no quota.
SELECT group_concat('DROP TRIGGER main.' || name, ';') FROM main.sqlite_schema
WHERE type = 'trigger' AND tbl_name = 'llm_usage' AND name GLOB 'llm_quota_*'
  AND NOT EXISTS (SELECT 1 FROM main.llm_quota);
