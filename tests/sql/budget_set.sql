-- What tok_quota_set takes for a value, and what it must not.
SELECT '-- without a ledger';
SELECT tok_quota_check('{}');
SELECT tok_quota_explain('{}');
SELECT * FROM tok_quota_status;
SELECT '-- on and off: anything else once switched a limit off';
SELECT tok_quota_set('on', '{"metric":"total","limit":5,"active":true}'), tok_quota_set('one', '{"metric":"total","limit":5,"active":1}'),
  tok_quota_set('off', '{"metric":"total","limit":5,"active":false}');
SELECT tok_quota_set('x', '{"metric":"total","limit":5,"active":"true"}');
SELECT tok_quota_set('x', '{"metric":"total","limit":5,"active":"1"}');
SELECT tok_quota_set('x', '{"metric":"total","limit":5,"active":2}');
SELECT name, active FROM llm_quota ORDER BY id;
SELECT '-- dollars do not become tokens';
SELECT tok_quota_set('money', '{"metric":"cost_usd","limit":5,"period":"month"}') > 0;
SELECT tok_quota_set('money', '{"metric":"total"}');
SELECT tok_quota_set('on', '{"metric":"cost_usd"}');
SELECT tok_quota_set('money', '{"metric":"total","limit":100}') > 0, tok_quota_set('on', '{"metric":"input"}') > 0;
SELECT name, metric, limit_units FROM llm_quota ORDER BY id;
SELECT '-- what is wrong is said in the name of the function';
SELECT tok_quota_set('x', '{"metric":"total","limit":5,"action":"deny"}');
SELECT tok_quota_set('x', '{"metric":"total","limit":5,"period":"rolling 1000000h"}');
SELECT '-- nothing to roll over to';
SELECT tok_quota_set('e', '{"metric":"input","limit":100,"period":"rolling 24h","rollover":50}', '2026-01-01');
SELECT tok_quota_set('e', '{"metric":"input","limit":100,"period":"lifetime","rollover":0}', '2026-01-01') > 0;
SELECT tok_quota_set('e', '{"rollover":50}', '2026-01-01');
SELECT tok_quota_set('e', '{"period":"day","rollover":50}', '2026-01-01') > 0;
