-- llm_quota changed: what anybody remembers of it is stale (schema/0011_plan.sql).
--@ insert | INSERT
--@ update | UPDATE
--@ delete | DELETE
DROP TRIGGER IF EXISTS main.llm_quota_version_{1};
CREATE TRIGGER main.llm_quota_version_{1} AFTER {2} ON llm_quota
BEGIN
  UPDATE llm_clock SET quotas = random();
END;
