-- After the rows are copied: what the old table did not have, the high-water mark of ids.
-- cost_usd stays bit for bit as it was; cost_nano is its exact rounding.
UPDATE main.llm_usage SET cost_nano = {nano:cost_usd} WHERE cost_nano IS NULL AND cost_usd IS NOT NULL;
UPDATE main.llm_usage SET cost_usd = cost_nano / 1e9 WHERE cost_usd IS NULL AND cost_nano IS NOT NULL;
UPDATE main.llm_usage SET total_tokens = input_tokens + output_tokens
  WHERE total_tokens IS NULL AND input_tokens IS NOT NULL AND output_tokens IS NOT NULL;
INSERT INTO main.sqlite_sequence(name, seq) SELECT 'llm_usage', 0
  WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_sequence WHERE name = 'llm_usage');
UPDATE main.sqlite_sequence SET seq = max(seq, (SELECT seq FROM main.sqlite_sequence
                                                WHERE name = 'llm_usage_legacy'))
  WHERE name = 'llm_usage' AND EXISTS (SELECT 1 FROM main.sqlite_sequence WHERE name = 'llm_usage_legacy');
