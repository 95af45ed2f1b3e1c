-- Agents' logs as they copy and repeat themselves: forks, side chains, snapshots of what grows.
.load build/tok
CREATE TEMP VIEW v AS SELECT timestamp AS at, model, input_tokens AS i, output_tokens AS o, cache_read_tokens AS r, session_id AS s,
  response_id FROM llm_usage ORDER BY response_id;
CREATE TEMP TABLE log(name, text);
-- Codex: a forked session begins with its parent's lines, at the time of the fork; a fork of a
-- fork, with those of both. An agent below that begins empty has its own requests, also where they
-- count the same.
INSERT INTO log VALUES('parent', '{"timestamp":"2026-05-01T10:00:00.000Z","type":"session_meta","payload":{"id":"P","timestamp":"2026-05-01T10:00:00.000Z","cwd":"/x"}}
{"timestamp":"2026-05-01T10:00:01.000Z","type":"turn_context","payload":{"cwd":"/x","model":"gpt-5"}}
{"timestamp":"2026-05-01T10:00:02.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100}}}}
{"timestamp":"2026-05-01T10:00:03.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100}}}}
{"timestamp":"2026-05-01T10:00:09.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":3000,"cached_input_tokens":900,"output_tokens":300,"reasoning_output_tokens":10,"total_tokens":3300},"last_token_usage":{"input_tokens":2000,"cached_input_tokens":900,"output_tokens":200,"reasoning_output_tokens":0,"total_tokens":2200}}}}');
INSERT INTO log VALUES('child', '{"timestamp":"2026-05-01T11:00:00.000Z","type":"session_meta","payload":{"id":"C","timestamp":"2026-05-01T11:00:00.000Z","cwd":"/x","forked_from_id":"P"}}
{"timestamp":"2026-05-01T11:00:00.000Z","type":"session_meta","payload":{"id":"P","timestamp":"2026-05-01T11:00:00.000Z","cwd":"/x"}}
{"timestamp":"2026-05-01T11:00:00.000Z","type":"turn_context","payload":{"cwd":"/x","model":"gpt-5"}}
{"timestamp":"2026-05-01T11:00:00.100Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100}}}}
{"timestamp":"2026-05-01T11:00:00.200Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100}}}}
{"timestamp":"2026-05-01T11:00:01.300Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":3000,"cached_input_tokens":900,"output_tokens":300,"reasoning_output_tokens":10,"total_tokens":3300},"last_token_usage":{"input_tokens":2000,"cached_input_tokens":900,"output_tokens":200,"reasoning_output_tokens":0,"total_tokens":2200}}}}
{"timestamp":"2026-05-01T11:00:30.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":6000,"cached_input_tokens":900,"output_tokens":350,"reasoning_output_tokens":10,"total_tokens":6350},"last_token_usage":{"input_tokens":3000,"cached_input_tokens":0,"output_tokens":50,"reasoning_output_tokens":0,"total_tokens":3050}}}}');
INSERT INTO log VALUES('grandchild', '{"timestamp":"2026-05-01T12:00:00.000Z","type":"session_meta","payload":{"id":"G","timestamp":"2026-05-01T12:00:00.000Z","cwd":"/x","source":{"subagent":{"thread_spawn":{"parent_thread_id":"C"}}}}}
{"timestamp":"2026-05-01T12:00:00.000Z","type":"session_meta","payload":{"id":"C","timestamp":"2026-05-01T12:00:00.000Z","cwd":"/x","forked_from_id":"P"}}
{"timestamp":"2026-05-01T12:00:00.000Z","type":"session_meta","payload":{"id":"P","timestamp":"2026-05-01T12:00:00.000Z","cwd":"/x"}}
{"timestamp":"2026-05-01T12:00:00.000Z","type":"turn_context","payload":{"cwd":"/x","model":"gpt-5"}}
{"timestamp":"2026-05-01T12:00:00.100Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100}}}}
{"timestamp":"2026-05-01T12:00:00.300Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":3000,"cached_input_tokens":900,"output_tokens":300,"reasoning_output_tokens":10,"total_tokens":3300},"last_token_usage":{"input_tokens":2000,"cached_input_tokens":900,"output_tokens":200,"reasoning_output_tokens":0,"total_tokens":2200}}}}
{"timestamp":"2026-05-01T12:00:00.300Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":6000,"cached_input_tokens":900,"output_tokens":350,"reasoning_output_tokens":10,"total_tokens":6350},"last_token_usage":{"input_tokens":3000,"cached_input_tokens":0,"output_tokens":50,"reasoning_output_tokens":0,"total_tokens":3050}}}}
{"timestamp":"2026-05-01T12:00:40.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":10000,"cached_input_tokens":900,"output_tokens":360,"reasoning_output_tokens":10,"total_tokens":10360},"last_token_usage":{"input_tokens":4000,"cached_input_tokens":0,"output_tokens":10,"reasoning_output_tokens":0,"total_tokens":4010}}}}');
INSERT INTO log VALUES('subagent', '{"timestamp":"2026-05-01T13:00:00.000Z","type":"session_meta","payload":{"id":"S","timestamp":"2026-05-01T13:00:00.000Z","cwd":"/x","source":{"subagent":{"thread_spawn":{"parent_thread_id":"P"}}}}}
{"timestamp":"2026-05-01T13:00:00.000Z","type":"turn_context","payload":{"cwd":"/x","model":"gpt-5"}}
{"timestamp":"2026-05-01T13:00:05.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100}}}}');
INSERT INTO log VALUES('without its parent', '{"timestamp":"2026-05-01T14:00:00.000Z","type":"session_meta","payload":{"id":"E","timestamp":"2026-05-01T14:00:00.000Z","cwd":"/x","forked_from_id":"P"}}
{"timestamp":"2026-05-01T14:00:00.000Z","type":"turn_context","payload":{"cwd":"/x","model":"gpt-5"}}
{"timestamp":"2026-05-01T14:00:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":0,"output_tokens":100,"reasoning_output_tokens":10,"total_tokens":1100}}}}
{"timestamp":"2026-05-01T14:00:30.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":2100,"cached_input_tokens":0,"output_tokens":130,"reasoning_output_tokens":10,"total_tokens":2230},"last_token_usage":{"input_tokens":1100,"cached_input_tokens":0,"output_tokens":30,"reasoning_output_tokens":0,"total_tokens":1130}}}}');
SELECT name, tok_import_text(text) FROM log;
SELECT * FROM v;
-- The other way round the sums are the same, and the times those of the parent.
CREATE TEMP TABLE first AS SELECT at, model, i, o, r, response_id FROM v;
DELETE FROM llm_usage;
SELECT name, tok_import_text(text) FROM log ORDER BY rowid DESC;
SELECT count(*) FROM (SELECT * FROM first EXCEPT SELECT at, model, i, o, r, response_id FROM v);
SELECT name, tok_import_text(text) ->> '$.duplicates', tok_import_text(text) ->> '$.ignored' FROM log;
DELETE FROM llm_usage;
SELECT tok_import_text(group_concat(text, char(10))) FROM log;
SELECT count(*), sum(i), sum(o) FROM v;
DELETE FROM llm_usage;
-- Gemini CLI: a message a line, again when it has grown.
SELECT tok_import_text('{"sessionId":"g1","projectHash":"x","startTime":"2026-05-01T10:00:00Z","lastUpdated":"2026-05-01T10:01:00Z","kind":"main"}
{"id":"u1","timestamp":"2026-05-01T10:00:01.000Z","type":"user","content":"hi"}
{"id":"a1","timestamp":"2026-05-01T10:00:02.000Z","type":"gemini","content":"x","tokens":{"input":100,"output":10,"cached":20,"thoughts":5,"tool":3,"total":118},"model":"gemini-2.5-pro"}
{"$set":{"lastUpdated":"2026-05-01T10:02:00Z"}}
{"id":"a1","timestamp":"2026-05-01T10:00:02.000Z","type":"gemini","content":"x","toolCalls":[{"args":{"messages":[1]}}],"tokens":{"input":100,"output":12,"cached":20,"thoughts":5,"tool":3,"total":120},"model":"gemini-2.5-pro"}');
SELECT * FROM v;
DELETE FROM llm_usage;
-- Amp's older threads: a ledger in place of messages' usage.
SELECT tok_import_text('{"v":1,"id":"T-1","messages":[{"role":"assistant","messageId":2}],"usageLedger":{"events":[{"id":"e1","timestamp":"2026-05-01T10:00:00.000Z","model":"claude-sonnet-4","credits":1.5,"tokens":{"input":5,"output":6},"toMessageId":2},{"id":"e2","timestamp":"2026-05-01T10:00:05.000Z","model":"claude-haiku-4-5","tokens":{"input":1,"output":2}}]}}');
SELECT * FROM v;
DELETE FROM llm_usage;
-- Claude Code: a side chain repeats a message with another request id; an agent below is heard
-- through the one above; a failed request has used nothing.
SELECT tok_import_text('{"type":"assistant","sessionId":"s1","timestamp":"2026-05-01T10:00:00.000Z","parentUuid":null,"isSidechain":false,"requestId":"req_a","message":{"id":"msg_a","model":"claude-sonnet-4-20250514","usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}}}
{"type":"assistant","sessionId":"s1","timestamp":"2026-05-01T10:00:00.000Z","parentUuid":null,"isSidechain":false,"requestId":"req_a","message":{"id":"msg_a","model":"claude-sonnet-4-20250514","usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":50}}}
{"type":"assistant","sessionId":"s2","timestamp":"2026-05-01T10:00:00.000Z","parentUuid":null,"isSidechain":true,"requestId":"req_x","message":{"id":"msg_a","model":"claude-sonnet-4-20250514","usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":50}}}
{"type":"progress","sessionId":"s1","timestamp":"2026-05-01T10:00:06.000Z","data":{"type":"agent_progress","message":{"type":"assistant","timestamp":"2026-05-01T10:00:05.000Z","requestId":"req_c","message":{"id":"msg_c","model":"claude-haiku-4-5","usage":{"input_tokens":7,"output_tokens":3}}}}}
{"type":"progress","sessionId":"s1","timestamp":"2026-05-01T10:00:06.000Z","data":{"type":"hook_progress","message":{"type":"user"}}}
{"type":"assistant","sessionId":"s1","timestamp":"2026-05-01T10:00:00.000Z","parentUuid":null,"isSidechain":false,"requestId":"req_z","message":{"id":"msg_z","model":"claude-sonnet-4-20250514","usage":{"input_tokens":0,"output_tokens":0}},"isApiErrorMessage":true}');
SELECT * FROM v;
DELETE FROM llm_usage;
-- What a message counts beyond the columns is paid, as where the response itself is put in: web
-- searches, the region.
SELECT tok_import_text('{"type":"assistant","sessionId":"s1","timestamp":"2026-05-01T10:00:00.000Z","parentUuid":null,"isSidechain":false,"message":{"id":"msg_w","model":"claude-sonnet-4-5","usage":{"input_tokens":1000,"output_tokens":50,"server_tool_use":{"web_search_requests":1}}}}
{"type":"assistant","sessionId":"s1","timestamp":"2026-05-01T10:00:01.000Z","parentUuid":null,"isSidechain":false,"message":{"id":"msg_w","model":"claude-sonnet-4-5","usage":{"input_tokens":1000,"output_tokens":60,"server_tool_use":{"web_search_requests":2}}}}');
INSERT INTO tok_responses(response, timestamp) VALUES ('{"id":"msg_x","type":"message","role":"assistant","model":"claude-sonnet-4-5","usage":{"input_tokens":1000,"output_tokens":60,"server_tool_use":{"web_search_requests":2}}}', '2026-05-01T10:00:00Z');
SELECT response_id, cost_usd, meters FROM llm_usage;
SELECT tok_reprice('2026-01-01'), count(*) FROM tok_audit();
-- A reply of fast mode has its price.
SELECT tok_import_text('{"type":"assistant","sessionId":"s1","timestamp":"2026-07-30T10:00:00.000Z","parentUuid":null,"isSidechain":false,"message":{"id":"msg_f","model":"claude-opus-4-8","usage":{"input_tokens":1000,"output_tokens":60,"service_tier":"standard","speed":"fast"}}}');
SELECT service_tier, cost_nano FROM llm_usage WHERE response_id = 'msg_f';
-- The line that says which tier it was counts, whichever comes first.
SELECT tok_import_text('{"type":"assistant","sessionId":"s1","timestamp":"2026-07-30T10:00:00.000Z","parentUuid":null,"isSidechain":false,"message":{"id":"msg_g","model":"claude-opus-4-8","usage":{"input_tokens":1000,"output_tokens":60}}}
{"type":"assistant","sessionId":"s1","timestamp":"2026-07-30T10:00:00.000Z","parentUuid":null,"isSidechain":false,"message":{"id":"msg_g","model":"claude-opus-4-8","usage":{"input_tokens":1000,"output_tokens":60,"speed":"fast"}}}
{"type":"assistant","sessionId":"s1","timestamp":"2026-07-30T10:00:00.000Z","parentUuid":null,"isSidechain":false,"message":{"id":"msg_g","model":"claude-opus-4-8","usage":{"input_tokens":1000,"output_tokens":60}}}') ->> '$.updated';
SELECT service_tier, cost_nano FROM llm_usage WHERE response_id = 'msg_g';
SELECT count(*) FROM tok_audit();
