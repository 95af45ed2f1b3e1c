-- Chat requests, and models whose vocabulary is not public.
.mode list
.nullvalue NULL
.print -- prompt tokens of a chat
SELECT tok_count_messages('gpt-4o', '[{"role":"user","content":"Hello"}]'),
       tok_count_messages('gpt-5', '[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"},{"role":"user","content":"More"}]'),
       tok_count_messages('claude-sonnet-4-5', '{"system":"You are brief.","messages":[{"role":"user","content":"Hello"}]}'),
       tok_count_messages('gemini-2.5-pro', '{"contents":[{"parts":[{"text":"Hello"}]}]}');
SELECT tok_count_messages('gpt-4o', '[{"role":"user","content":"Hello"}]', '{"system":"Be brief"}');
.print -- what can't be counted is NULL
SELECT tok_count_messages('no-such-model', '[]'), tok_count_messages('gpt-4o', NULL), tok_count_messages(NULL, '[]'),
       tok_count_messages('gpt-4o', '{"input":"x","previous_response_id":"r1"}'),
       tok_count_messages('gpt-4o', '[]', NULL);
.print -- wrong use
SELECT tok_count_messages('gpt-4o', '[{"role":');
SELECT tok_count_messages('gpt-4o', '17');
SELECT tok_count_messages('gpt-4o', '{"messages":5}');
SELECT tok_count_messages('gpt-4o', '{"messages":null}') = tok_count_messages('gpt-4o', '{"messages":[]}');
SELECT tok_count_messages('gpt-4o', '[]', '[]');
SELECT tok_count_messages('gpt-4o');
.print -- estimates
SELECT tok_estimate('claude-sonnet-4-5', 'The quick brown fox jumps over the lazy dog.');
SELECT tok_estimate('gpt-4o', 'The quick brown fox jumps over the lazy dog.');
SELECT tok_estimate('no-such-model', 'x');
SELECT tok_estimate('gpt-4o', NULL), tok_estimate(NULL, 'x');
SELECT tok_count('claude-sonnet-4-5', 'The quick brown fox jumps over the lazy dog.'), tok_count('claude-sonnet-4-5', ''),
       tok_count('gemini-2.5-pro', x'ff00'), tok_count('grok-4', 12.5), tok_count('no-such-model', 'x'), tok_count('claude-3', NULL);
.print -- by script: the same model, more tokens where its vocabulary knows the script less
WITH t(v) AS (VALUES ('plain English text'), ('Привет, как дела?'), ('你好，世界'), ('{"a": [1, 2, 3]}'))
SELECT v, tok_estimate('claude-sonnet-4-5', v) ->> 'factor' FROM t;
