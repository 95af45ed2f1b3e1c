-- Are the triggers there that tell of every change of llm_quota?
SELECT count(*) = 3 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = 'llm_quota'
  AND name IN ('llm_quota_version_insert', 'llm_quota_version_update', 'llm_quota_version_delete')
