-- When the next open hold on this counter expires: ?1 quota, ?2 key.
SELECT min(h.expires) FROM main.llm_hold AS h CROSS JOIN main.llm_hold_item AS i ON i.hold_id = h.id AND i.quota_id = ?1
WHERE h.state = 'held' AND i.key = ?2
