-- tok_anomaly_score: numbers are those of ext/forecast/anomaly_score_sql.c.
.nullvalue NULL
CREATE TABLE series(ts INTEGER, value REAL);
WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 999)
INSERT INTO series
SELECT i * 3600, 1000 + 100 * abs(12 - i % 24) + (i * 7919 % 41) + CASE i WHEN 700 THEN 3000 ELSE 0 END FROM t;

.print S1 a spike of three times the level is the only alarm
CREATE VIEW scored AS SELECT ts / 3600 AS hour, value, tok_anomaly_score(value) OVER (ORDER BY ts) AS score FROM series;
SELECT hour, value, round(score, 2) AS score FROM scored WHERE score > 1.01;
.print S2 later rows change nothing
SELECT count(*) FROM scored AS a
JOIN (SELECT ts / 3600 AS hour, tok_anomaly_score(value) OVER (ORDER BY ts) AS score FROM series WHERE ts < 800 * 3600) AS b
  ON a.hour = b.hour WHERE a.score IS NOT b.score;
.print S3 learning, and what follows an alarm
SELECT max(score) FROM scored WHERE hour < 240;
SELECT max(score) < 1.01 FROM scored WHERE hour > 700;
.print S4 season and learn given
SELECT max(s) > 1.5 FROM (SELECT tok_anomaly_score(value, 24) OVER (ORDER BY ts) AS s FROM series);
SELECT max(s) > 1.5 FROM (SELECT tok_anomaly_score(value, NULL, 48) OVER (ORDER BY ts) AS s FROM series);
SELECT tok_anomaly_score(value, 1) FROM series;
SELECT tok_anomaly_score(value, 1441) FROM series;
SELECT tok_anomaly_score(value, 24, 1) FROM series;
SELECT tok_anomaly_score(value, 'day') FROM series;
SELECT tok_anomaly_score(value, 24 + (ts > 0)) FROM series;
SELECT tok_anomaly_score() FROM series;
.print S5 NULL is missing, the rest is refused
SELECT count(*), count(score) FROM (SELECT tok_anomaly_score(nullif(ts, 0) * 0 + value) OVER (ORDER BY ts) AS score FROM series);
SELECT tok_anomaly_score(NULL), tok_anomaly_score('12.5'), tok_anomaly_score(7);
SELECT tok_anomaly_score('many');
SELECT tok_anomaly_score(x'00');
SELECT tok_anomaly_score(1e999);
SELECT tok_anomaly_score(-1e999);
.print S6 equal times
SELECT group_concat(round(s, 1)) FROM (
  SELECT ts, tok_anomaly_score(value) OVER (ORDER BY ts) AS s FROM (
    SELECT ts, value FROM series WHERE ts < 699 * 3600 UNION ALL SELECT 699 * 3600, 9000 UNION ALL SELECT 699 * 3600, 1500)
) WHERE ts = 699 * 3600;
.print S7 frames that move, aggregates, partitions, no rows
SELECT count(*) FROM (SELECT tok_anomaly_score(value) OVER (ORDER BY ts ROWS 5 PRECEDING) AS a,
  tok_anomaly_score(value) OVER (ORDER BY ts) AS b FROM series) WHERE a IS NOT b;
SELECT tok_anomaly_score(value) OVER (ORDER BY ts ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) FROM series LIMIT 2;
SELECT tok_anomaly_score(value) > 1.5 FROM (SELECT value FROM series WHERE ts <= 700 * 3600 ORDER BY ts);
SELECT p, max(s) > 1.5 FROM (
  SELECT ts < 350 * 3600 AS p, tok_anomaly_score(value) OVER (PARTITION BY ts < 350 * 3600 ORDER BY ts) AS s FROM series)
GROUP BY p;
SELECT tok_anomaly_score(value) FROM series WHERE 0;
.print a constant, zeros, one value
SELECT max(s) FROM (SELECT tok_anomaly_score(5) OVER (ORDER BY ts) AS s FROM series);
SELECT max(s) FROM (SELECT tok_anomaly_score(0) OVER (ORDER BY ts) AS s FROM series);
