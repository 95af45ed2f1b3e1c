-- A quota of a tag finds it however the writer of the row spells its JSON, and only where it is a
-- string or a member; what is planned, what plain SQL counts and what a filter sees are the same.
SELECT tok_init() > 4;
SELECT tok_quota_set('member', '{"metric":"requests","limit":100,"period":"lifetime","since":0,"tag":"env:caf\u00e9/\ud83d\ude00 <&>"}', '2026-01-01') > 0;
SELECT tok_quota_set('string', '{"metric":"requests","limit":100,"period":"lifetime","since":0,"tag":"Straße"}', '2026-01-01') > 0;
SELECT tok_quota_set('colon', '{"metric":"requests","limit":100,"period":"lifetime","since":0,"tag":"at:12:30"}', '2026-01-01') > 0;
CREATE TABLE spelling(n INTEGER PRIMARY KEY, quotas TEXT, tags TEXT);
INSERT INTO spelling(quotas, tags) VALUES
  ('member', '{"env":"café/😀 <&>"}'),                                       -- JavaScript
  ('member', '{"env": "caf\u00e9/\ud83d\ude00 <&>"}'),                       -- Python
  ('member', '{"env" : "café/😀 <&>"}'),                                     -- Jackson, indented
  ('member', '{"env":"caf\u00E9/\uD83D\uDE00 \u003C\u0026\u003E"}'),         -- .NET
  ('member', '{"env":"caf\u00e9\/\ud83d\ude00 <&>"}'),                       -- PHP
  ('member', '{"env":"café/😀 \u003c\u0026\u003e"}'),                        -- Go
  ('member', '{"\u0065\u006e\u0076" : "\u0063\u0061\u0066\u00e9\u002f\ud83d\ude00\u0020\u003c\u0026\u003e"}'),
  ('', '{"x\"env":"caf\u00e9/\ud83d\ude00 <&>"}'),                           -- the end of a name
  ('', '{"env":"caf\\u00e9/\ud83d\ude00 <&>"}'),                             -- a backslash, not an e with an accent
  ('', '{"env":"caf\u00e9/\ud83d\ude00 <&>\""}'),
  ('', '{"env":"caf\u00e9/\ud83d <&>"}'),                                    -- half a character
  ('', '["env","caf\u00e9/\ud83d\ude00 <&>"]'),                              -- two strings
  ('string', '["Stra\u00dfe"]'), ('string', '["Straße"]'), ('string', '{"Stra\u00DFe":1}'), ('', '["Strasse\n"]'),
  ('', '["\u0022Stra\u00dfe\u0022"]'), ('', '["\\\"Stra\u00dfe\""]'), ('string', '["\\","Stra\u00dfe"]'),
  ('colon', '{"at": "12:30"}'), ('colon', '{"at":"12\u003a30"}'), ('', '{"at:12":"30\t"}'), ('', NULL), ('', '[]'), ('', '{"\u":"\'),
  ('', '["\ud83d","\u00","\'), ('member,string', '{"env":"caf\u00e9/\ud83d\ude00 <&>","s":["Stra\u00dfe"]}');
INSERT INTO llm_usage(id, timestamp, model, input_tokens, output_tokens, tags) SELECT n, '2026-01-02', 'm', 1, 1, tags FROM spelling WHERE tags IS NULL OR tags GLOB '{*}' OR tags GLOB '[[]*]';
SELECT count(*) FROM llm_usage;
SELECT '-- counted by plain SQL, one row after the other';
CREATE TEMP TABLE counted AS SELECT 0 AS n, '' AS quotas WHERE false;
CREATE TEMP TRIGGER one AFTER UPDATE OF n ON spelling BEGIN
  DELETE FROM llm_usage;
  INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens, tags) VALUES ('2026-01-02', 'm', 1, 1, NEW.tags);
  INSERT INTO counted SELECT NEW.n, coalesce((SELECT group_concat(name) FROM (SELECT q.name FROM llm_quota AS q JOIN llm_counter AS c ON c.quota_id = q.id WHERE c.used > 0 ORDER BY q.id)), '');
END;
DELETE FROM spelling WHERE tags NOT GLOB '{*}' AND tags NOT GLOB '[[]*]';
UPDATE spelling SET n = n;
SELECT s.n, s.quotas, c.quotas, s.tags FROM spelling AS s LEFT JOIN counted AS c USING (n) WHERE c.quotas IS NOT s.quotas;
SELECT '-- asked for beforehand';
SELECT n, quotas, tags FROM spelling WHERE json_valid(coalesce(tags, '{}')) AND (SELECT coalesce(group_concat(value ->> '$.quota'), '') FROM json_each(tok_quota_explain(json_object('model', 'm', 'tags', json(coalesce(tags, '{}'))), '{"requests":1}', '2026-01-02'))) <> quotas;
SELECT '-- held by plain SQL';
INSERT INTO llm_hold(ref, unix_time, expires, model, tags, input_tokens, output_tokens, requests) SELECT n, unixepoch('2026-01-02'), unixepoch('2026-01-03'), 'm', tags, 1, 1, 1 FROM spelling;
SELECT n, quotas, tags FROM spelling WHERE quotas <> coalesce((SELECT group_concat(name) FROM (SELECT q.name FROM llm_hold AS h JOIN llm_hold_item AS i ON i.hold_id = h.id JOIN llm_quota AS q ON q.id = i.quota_id WHERE h.ref = n AND i.units > 0 ORDER BY q.id)), '');
UPDATE llm_hold SET state = 'released';
SELECT '-- tags that change, a ledger that is counted anew';
DELETE FROM llm_usage;
INSERT INTO llm_usage(id, timestamp, model, input_tokens, output_tokens, tags) VALUES (1, '2026-01-02', 'm', 1, 1, '["Stra\u00dfe"]'), (2, '2026-01-02', 'm', 1, 1, '["other"]'), (3, '2026-01-03', 'm', 1, 1, '["Stra\u00DFe"]');
UPDATE llm_usage SET tags = '["Stra\u00dfen"]' WHERE id = 1;
UPDATE llm_usage SET tags = '["\u0053tra\u00dfe"]' WHERE id = 2;
SELECT q.name, c.used, c.requests FROM llm_quota AS q JOIN llm_counter AS c ON c.quota_id = q.id WHERE c.requests <> 0;
UPDATE llm_quota SET active = active;
SELECT q.name, c.used, c.requests FROM llm_quota AS q JOIN llm_counter AS c ON c.quota_id = q.id WHERE c.requests <> 0;
SELECT * FROM llm_quota_audit; SELECT * FROM tok_audit();
SELECT '-- a ledger whose version did not see such tags counts them when it is migrated';
UPDATE llm_counter SET used = 0, requests = 0;
UPDATE llm_meta SET value = '0' WHERE key = 'definitions'; UPDATE llm_meta SET value = '16' WHERE key = 'schema_version';
SELECT tok_init() > 16;
SELECT q.name, c.used, c.requests FROM llm_quota AS q JOIN llm_counter AS c ON c.quota_id = q.id WHERE c.requests <> 0;
SELECT * FROM llm_quota_audit;
SELECT '-- a filter sees what a quota sees';
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens, tags) SELECT strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-01', '+' || (d.value * 24 + n % 24) || ' hours'), 'm', 1, 1, tags FROM spelling, json_each('[0,1,2,3,4,5,6]') AS d WHERE json_valid(coalesce(tags, '{}'));
SELECT round(forecast, 6) FROM tok_forecast('requests', 'day', 1, '{"tag":"env:caf\u00e9/\ud83d\ude00 <&>"}', NULL, '2026-01-08');
SELECT count(*) FROM spelling WHERE quotas LIKE '%member%';
SELECT requests FROM tok_report('model', NULL, NULL, NULL, '{"tag":"env:caf\u00e9/\ud83d\ude00 <&>"}');
