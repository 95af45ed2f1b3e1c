-- ?1 hold, ?2 quota, ?3 key, ?4 start, ?5 units.
INSERT INTO main.llm_hold_item(hold_id, quota_id, key, start, units) VALUES (?1, ?2, ?3, ?4, ?5)
