-- What tok_bulk_end() does with a row that llm_usage_arrival_bounded would have refused.
DROP VIEW IF EXISTS main.llm_usage_beyond;
CREATE VIEW main.llm_usage_beyond(id) AS SELECT id FROM llm_usage WHERE {no_request:};
CREATE TRIGGER main.llm_usage_beyond_refused INSTEAD OF INSERT ON llm_usage_beyond
BEGIN
  SELECT RAISE(ABORT, 'tok: beyond what a request has: at most 10^12 tokens in, 10^12 out and 10^12 ms');
END;
