-- INSERTs ask llm_rollup_state whether there is a quota.
--@ there | INSERT
--@ gone | DELETE
DROP TRIGGER IF EXISTS main.llm_quota_{1};
CREATE TRIGGER main.llm_quota_{1} AFTER {2} ON llm_quota
BEGIN
  UPDATE llm_rollup_state SET quotas = EXISTS (SELECT 1 FROM llm_quota);
END;
