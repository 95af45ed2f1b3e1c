-- A threshold of quota ?1: ?2 is the share of its limit. See threshold_clear.sql.
INSERT INTO main.llm_alert(quota_id, basis, value, description) VALUES (?1, 'percent', ?2, 'threshold')
