-- The seconds of a timestamp in another form than 2026-01-31T23:59:59Z.
SELECT {unix_time:t.} FROM (SELECT ?1 AS timestamp) AS t;
