-- tok_bulk_end(): what is wrong with a row since tok_bulk_begin() that the triggers of INSERT would
-- have refused.
SELECT 'the row with id ' || id || ', new since tok_bulk_begin(), ' || CASE why
    WHEN 'amount' THEN 'is beyond what a request has: at most 10^12 tokens in, 10^12 out and 10^12 ms'
    WHEN 'cost' THEN 'has a cost_nano beyond 9.2e9 dollars'
    ELSE 'has a timestamp beyond the year 9999, expected ISO-8601 or Unix seconds' END || '; correct or delete it'
FROM main.llm_usage_beyond WHERE id > {bulk_start:} ORDER BY id LIMIT 1;
