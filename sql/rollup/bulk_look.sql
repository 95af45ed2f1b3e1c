-- tok_bulk_end(): where its rows begin, NULL if there was no tok_bulk_begin(); how many they are,
-- how many of them no request can be, and how many have a timestamp that may have to be refused or
-- to be written in another way. One scan, because a scan takes longer than what it asks.
SELECT {bulk_start:}, count(*),
  count(*) FILTER (WHERE {no_request:} OR {nano_beyond:cost_nano}),
  count(*) FILTER (WHERE instr(timestamp, '-') = 0 OR {rounded_up:timestamp})
FROM main.llm_usage WHERE id > {bulk_start:};
