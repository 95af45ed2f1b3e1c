-- tok_analytics: :lo and :hi are the range, :days its length, :tenant the tenant, '*' for all.
-- Nothing used is 0 tokens and no cost; requests without a price are no cost of 0, but left out of estimatedCost.
WITH
whole AS (SELECT sum(requests) AS requests, sum(total_tokens) AS total, sum(input_tokens) AS input,
    sum(output_tokens) AS output, sum(cost_usd) AS cost FROM tok_report('all', :lo, :hi, NULL,
    CASE WHEN :tenant <> '*' THEN json_object('tenant_id', :tenant) END)),
model AS (SELECT json_group_array(json_object('model', key, 'requests', requests, 'totalTokens', total_tokens,
    'promptTokens', input_tokens, 'completionTokens', output_tokens, 'estimatedCost', cost_usd)) AS list
  FROM tok_report('model', :lo, :hi, NULL,
    CASE WHEN :tenant <> '*' THEN json_object('tenant_id', :tenant) END)),
day AS (SELECT json_group_array(json_object('date', key, 'requests', requests, 'totalTokens', total_tokens,
    'promptTokens', input_tokens, 'completionTokens', output_tokens, 'estimatedCost', cost_usd)) AS list
  FROM tok_report('day', :lo, :hi, NULL,
    CASE WHEN :tenant <> '*' THEN json_object('tenant_id', :tenant) END)),
service AS (SELECT json_group_object(name, json_object('requests', requests, 'totalTokens', total_tokens,
    'promptTokens', input_tokens, 'completionTokens', output_tokens, 'estimatedCost', cost_usd)) AS list
  FROM (
    SELECT name, sum(requests) AS requests, sum(total_tokens) AS total_tokens, sum(input_tokens) AS input_tokens,
      sum(output_tokens) AS output_tokens, sum(cost_usd) AS cost_usd
    FROM (
      -- a task may be called unknown, too
      SELECT coalesce(key, 'unknown') AS name, *, row_number() OVER () AS n FROM tok_report('task', :lo, :hi, NULL,
        CASE WHEN :tenant <> '*' THEN json_object('tenant_id', :tenant) END))
    GROUP BY name ORDER BY min(n)))
SELECT json_object(
  'summary', json_object(
    'totalTokens', coalesce(total, 0), 'promptTokens', coalesce(input, 0), 'completionTokens', coalesce(output, 0),
    'estimatedCost', CASE WHEN requests > 0 THEN cost ELSE 0.0 END,
    'timeframe', json_object('startDate', strftime('%Y-%m-%dT%H:%M:%SZ', :lo, 'unixepoch'),
      'endDate', strftime('%Y-%m-%dT%H:%M:%SZ', :hi, 'unixepoch'), 'days', :days)),
  'byModel', json(model.list), 'byDay', json(day.list), 'byService', json(service.list))
FROM whole, model, day, service;
