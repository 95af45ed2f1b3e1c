INSERT INTO main.llm_alert(quota_id, basis, value, description) VALUES (?1, 'percent', ?2, 'threshold')
