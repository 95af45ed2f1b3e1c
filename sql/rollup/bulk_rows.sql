-- How many rows came since tok_bulk_begin(); no row if there was none.
SELECT (SELECT count(*) FROM main.llm_usage WHERE id > start) FROM (SELECT {bulk_start:} AS start)
WHERE start IS NOT NULL;
