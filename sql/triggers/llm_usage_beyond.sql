-- The rows that llm_usage_arrival_bounded would have refused: tok_bulk_end() does.
DROP VIEW IF EXISTS main.llm_usage_beyond;
CREATE VIEW main.llm_usage_beyond(id) AS SELECT id FROM llm_usage WHERE {no_request:};
