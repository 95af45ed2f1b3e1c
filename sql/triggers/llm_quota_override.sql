-- Overrides and grants: the quota remembers that it has some, so that quotas without cost nothing.
--@ override_insert | INSERT ON llm_quota_override | NEW
--@ override_update | UPDATE OF quota_id, key, limit_units, since, until ON llm_quota_override | NEW
--@ override_delete | DELETE ON llm_quota_override | OLD
--@ grant_insert | INSERT ON llm_grant | NEW
--@ grant_update | UPDATE OF quota_id, key, units, since, until ON llm_grant | NEW
--@ grant_delete | DELETE ON llm_grant | OLD
DROP TRIGGER IF EXISTS main.llm_quota_{1};
CREATE TRIGGER main.llm_quota_{1} AFTER {2}
BEGIN
  UPDATE llm_quota SET special = EXISTS (SELECT 1 FROM llm_quota_override WHERE quota_id = {3}.quota_id)
    OR EXISTS (SELECT 1 FROM llm_grant WHERE quota_id = {3}.quota_id)
  WHERE id = {3}.quota_id;
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = {3}.quota_id AND key = {3}.key AND debt IS NULL;
END;
