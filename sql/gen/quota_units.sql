-- {quota_units:NEW}: what a charge (a row as llm_quota_charge has it) is to quota q.
CASE q.metric
  WHEN 'requests' THEN {x}.requests
  WHEN 'input' THEN {x}.input_tokens
  WHEN 'output' THEN {x}.output_tokens
  WHEN 'total' THEN {x}.total_tokens
  ELSE {x}.cost_nano + iif(q.unpriced = 'estimate', {x}.unpriced_tokens * q.unpriced_nano, 0) END
