-- Local time and calendar buckets; all IANA zones are in tests/zones.
.print -- local time
SELECT tok_local('2026-07-01T12:00:00Z', '+05:45'), tok_local(0, 'UTC'), tok_local('2026-01-01', 'utc-03:30');
SELECT tok_utc('2026-07-01 17:45', '+05:45'), tok_utc('2026-07-01', 'UTC+14'), tok_utc('2026-07-01T00:00:00.5', '-8');
.print -- buckets: start, end, label
WITH u(unit) AS (VALUES ('hour'), ('day'), ('week'), ('month'), ('Quarter'), ('year'))
SELECT unit, tok_bucket('2026-03-08T22:50:00Z', unit, '+05:30'), tok_bucket_end('2026-03-08T22:50:00Z', unit, '+05:30'),
  tok_bucket_label('2026-03-08T22:50:00Z', unit, '+05:30') FROM u;
SELECT tok_bucket(1773010200, 'day'), tok_bucket_end(1773010200, 'month'), tok_bucket_label(1773010200, 'week');
SELECT tok_local('2026-07-01T12:00:00Z', 'Asia/Kathmandu'), tok_utc('2026-03-08 09:00', 'america/new_york');
SELECT tok_bucket('2026-03-09T01:00:00Z', 'day', 'America/New_York'), tok_bucket_end('2026-03-09T01:00:00Z', 'day', 'America/New_York');
.print -- 02:30 that day does not exist, 01:30 in autumn comes twice
SELECT tok_utc('2026-03-08 02:30', 'America/New_York'), tok_utc('2026-11-01 01:30', 'America/New_York');
.print -- weeks of ISO 8601
SELECT tok_bucket_label('2025-12-29', 'week'), tok_bucket_label('2027-01-03', 'week'), tok_bucket_label('2024-12-30', 'week');
.print -- the ends of time: a bucket outside the years 0 to 9999 is NULL
.nullvalue NULL
SELECT tok_bucket('9999-12-31T23:59:59Z', 'year'), tok_bucket_end('9999-12-31T23:59:59Z', 'year'),
  tok_bucket_label('9999-12-31T23:59:59Z', 'day', '+1'), tok_bucket('0000-01-01', 'hour'), tok_bucket('0000-01-01', 'week');
.print -- NULL in, NULL out
SELECT tok_local(NULL, 'UTC'), tok_local(0, NULL), tok_utc(NULL, 'UTC'), tok_bucket(0, NULL), tok_bucket(0, 'day', NULL);
.print -- wrong use
SELECT tok_local('yesterday', 'UTC');
SELECT tok_local(1e300, 'UTC');
SELECT tok_local(0, 'Mars/Olympus Mons');
SELECT tok_local(0, 'Europe');
SELECT tok_local(0, '../../etc/passwd');
SELECT tok_local(0, '/etc/passwd');
SELECT tok_local(0, 'Europe//Berlin');
SELECT tok_local(0, '');
SELECT tok_local(0, x'00');
SELECT tok_local(0, 'UTC+24');
SELECT tok_local(0, 5);
SELECT tok_utc('2026-03-08 09:00Z', 'UTC');
SELECT tok_utc('2026-03-08T09:00-05:00', 'UTC');
SELECT tok_utc(0, 'UTC');
SELECT tok_bucket(0, 'fortnight');
SELECT tok_bucket(0);
SELECT tok_bucket(0, 'day', 'UTC', 1);
