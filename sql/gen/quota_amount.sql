-- {quota_amount:x}: what row x of llm_usage or llm_hold costs quota q in its metric (a hold has
-- `requests` itself). total_tokens is computed as another trigger will fill it in, so that their
-- order does not matter.
CASE q.metric
  WHEN 'requests' THEN 1
  WHEN 'input' THEN coalesce({x}.input_tokens, 0)
  WHEN 'output' THEN coalesce({x}.output_tokens, 0)
  WHEN 'total' THEN coalesce({x}.total_tokens, coalesce({x}.input_tokens, 0) + coalesce({x}.output_tokens, 0))
  ELSE coalesce({x}.cost_nano,
    iif(q.unpriced = 'estimate', (coalesce({x}.input_tokens, 0) + coalesce({x}.output_tokens, 0)) * q.unpriced_nano, 0))
  END
