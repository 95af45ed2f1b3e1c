-- tok_encoding, tok_fits, tok_models: SPEC 1.
.nullvalue NULL
SELECT '01', m.column1, tok_encoding(m.column1) FROM (VALUES ('gpt-4o'), ('GPT-4'), ('gpt2'), ('gpt-3.5-turbo-0125'), ('openai/gpt-4o-2024-08-06'), ('azure/gpt-35-turbo'), ('o200k_base'), ('CL100K_BASE'), ('text-davinci-003'), ('text-davinci-edit-001'), ('us.openai.gpt-oss-120b-1:0'), ('ft:gpt-4o-mini:org::id'), ('ft:gpt-4.1-mini-2025-04-14:org::id'), ('gpt-5.2-codex'), ('claude-opus-4-5'), ('us.anthropic.claude-sonnet-4-20250514-v1:0'), ('models/gemini-2.5-pro'), ('gpt-4.2'), (''), (NULL), (17)) AS m;
SELECT '02', tok_fits('gpt-4o', 128000), tok_fits('gpt-4o', 128001), tok_fits('gpt-4o', 120000, 8000), tok_fits('gpt-4o', 120000, 8001), tok_fits('gpt-4o', 0);
SELECT '03', tok_fits('us.anthropic.claude-sonnet-4-20250514-v1:0', 200000), tok_fits('claude-3.5-sonnet', 200001), tok_fits('no such model', 1), tok_fits('o200k_base', 1);
SELECT '04', tok_fits(NULL, 1), tok_fits('gpt-4o', NULL), tok_fits('gpt-4o', 1, NULL), tok_fits('gpt-4o', 9223372036854775807, 9223372036854775807);
SELECT '05', tok_fits('gpt-4o', -1);
SELECT '06', tok_fits('gpt-4o', 1, -1);
SELECT '07', tok_fits('gpt-4o', 'x');
SELECT '08', * FROM tok_models WHERE model IN ('gpt-4o', 'gpt-4', 'gpt-oss-120b', 'gpt-4o-2024-05-13', 'claude-opus-4-5', 'gemini-2.5-flash', 'text-embedding-3-small');
SELECT '09', count(*) > 500, count(DISTINCT model) = count(*), sum(exact = (tok_encoding(model) IS NOT NULL)) = count(*), sum(context_window <= 0), sum(context_window > 0) > 400 FROM tok_models;
SELECT '10', count(*) FROM tok_models WHERE exact AND encoding IS NOT tok_encoding(model);
SELECT '11', count(*) FROM tok_models WHERE provider = 'openai' AND encoding IS NULL AND model LIKE 'gpt-4%';
