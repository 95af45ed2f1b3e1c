-- Periods of quotas; zones that need files are in tests/zones.
.print -- one period
SELECT tok_period('every 1 month anchor 2026-01-31', '2026-03-01', '+01:00');
SELECT tok_period('Monthly', '2026-02-28T23:59:59Z'), tok_period('every 5 hours anchor 2026-01-01T00:00Z', 1772400000);
SELECT tok_period('rolling 24h/24', '2026-03-08T12:30:00Z');
SELECT tok_period('bucket 90000/60s', '2026-03-08T12:30:00Z'), tok_period('lifetime', '2026-03-08');
.print -- the calendar between two instants
SELECT * FROM tok_periods('week', '2025-12-28T23:00Z', '2026-01-13T00:00:01Z', '+00:30');
SELECT * FROM tok_periods('every 1 month anchor 2027-12-31', '2028-01-01', '2028-06-01');
SELECT label FROM tok_periods('every 12h anchor 2026-01-01T06:00', 1767225600, '2026-01-02', '-03:00') ORDER BY start DESC;
SELECT * FROM tok_periods('rolling 1h/4', '2026-01-01T00:15', '2026-01-01T00:45');
SELECT count(*) FROM tok_periods('day', '2028-01-01', '2029-01-01') AS d, tok_periods('hour', d.start, d."end");
.print -- none
SELECT count(*) FROM tok_periods('day', '2026-01-02', '2026-01-02');
SELECT count(*) FROM tok_periods('day', NULL, '2026-01-02');
.nullvalue NULL
SELECT tok_period(NULL, 0), tok_period('day', NULL), tok_period('day', 0, NULL);
.print -- the ends of time
SELECT * FROM tok_periods('lifetime', 0, 1);
SELECT * FROM tok_periods('month', '9999-12-01', '9999-12-31T23:59:59Z');
SELECT * FROM tok_periods('week', '0000-01-01', '0000-01-02');
.print -- wrong use
SELECT tok_period('fortnight', 0);
SELECT tok_period('every 5', 0);
SELECT tok_period('rolling 1 month', 0);
SELECT tok_period('rolling 24h/0', 0);
SELECT tok_period('bucket 5', 0);
SELECT tok_period('every 5h anchor soon', 0);
SELECT tok_period('', 0);
SELECT tok_period('day', 'soon');
SELECT tok_period('day', 0, 'Mars');
SELECT * FROM tok_periods('fortnight', 0, 1);
SELECT * FROM tok_periods('bucket 5/1s', 0, 1);
SELECT * FROM tok_periods('day', 'soon', 1);
SELECT * FROM tok_periods('day', 0, 1e300);
SELECT * FROM tok_periods('day', 0, 1, 'Mars');
SELECT * FROM tok_periods('day', 0);
