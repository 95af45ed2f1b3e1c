-- Response times are counted in each group of llm_rollup that has an hour or a day, in the column
-- `times`, so that percentiles by anything that a roll-up has cost in proportion to its buckets.
--
-- times: " 612:3 640:1 612:-1", a bin and how many response times more it has; in any order, a bin
-- may be there several times. Bin b < 128 is b ms; else s = b / 64 - 1 and the bin is [(64 + b %
-- 64) << s, + 1 << s) ms: its middle is off by at most 0.8 %. NULL: unknown, if response_known is
-- not 0; groups of all time have none. Plain SQL adds at the end, tok joins that together. A text
-- that gets longer than 65,000 characters, 10,000 requests folded without tok, is given up and
-- becomes NULL: each correction would copy it. What is unknown is read from the hours or rows, and
-- tok_rebuild() counts it anew.
ALTER TABLE main.llm_rollup ADD COLUMN times TEXT;
ALTER TABLE main.llm_rollup_new ADD COLUMN times TEXT;
-- They were in a table llm_rollup_ms; ext/ledger/install_sql.c drops it where it is.

-- What a response counts and no column holds: {"web_searches":2,"input_audio_tokens":300}, under
-- the names of tok_usage. It is part of the price, so that tok_reprice() does not lose it.
ALTER TABLE main.llm_usage ADD COLUMN
  meters TEXT CONSTRAINT "meters is a JSON object" CHECK (meters GLOB '{*}');
