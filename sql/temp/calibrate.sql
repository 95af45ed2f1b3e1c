-- tok_calibrate(): ?1 is the first second that counts, ?2 now. A model's factor is the ratio of the
-- sums, so that long requests count for more; its spread what 90 % of the requests stay within.
-- Models that tok counts exactly are left alone: what differs there is no factor. Evidence: 30
-- requests and 3,000 tokens, else a model keeps what it has.
INSERT INTO main.llm_factor(model, factor, spread, requests, tokens, calibrated_at)
SELECT model, factor, tok_percentile(abs(input_tokens - estimated_tokens * factor) / max(estimated_tokens * factor, 1), 0.9),
  count(*), sum(input_tokens), strftime('%Y-%m-%dT%H:%M:%SZ', ?2, 'unixepoch')
FROM (SELECT model, input_tokens, estimated_tokens,
        sum(input_tokens) OVER (PARTITION BY model COLLATE NOCASE) * 1.0
          / sum(estimated_tokens) OVER (PARTITION BY model COLLATE NOCASE) AS factor
      FROM main.llm_usage
      WHERE estimated_tokens > 0 AND input_tokens > 0 AND unix_time >= ?1
        AND NOT (tok_estimate(model, 'x') ->> 'exact'))
GROUP BY model COLLATE NOCASE
HAVING count(*) >= 30 AND sum(input_tokens) >= 3000 AND factor BETWEEN 0.2 AND 5
ON CONFLICT (model) DO UPDATE SET factor = excluded.factor, spread = excluded.spread, requests = excluded.requests,
  tokens = excluded.tokens, calibrated_at = excluded.calibrated_at;
