-- tok_analytics: :lo and :hi are the range, :days its length, :tenant the tenant, '*' for all.
-- Nothing used is 0 tokens and no cost; what no request says is null, and requests without a price
-- are left out of estimatedCost. Two reports: what they read is the same for models and tasks, and
-- for the days and their sum.
WITH
daily AS MATERIALIZED (
  SELECT key AS day, requests, total_tokens, input_tokens, output_tokens, cost_nano
  FROM tok_report_parts('day', :lo, :hi, NULL,
    CASE WHEN :tenant <> '*' THEN json_object('tenant_id', :tenant) END)),
pair AS MATERIALIZED (
  SELECT key AS model, task, requests, total_tokens, input_tokens, output_tokens, cost_nano
  FROM tok_report_parts('model, task', :lo, :hi, NULL,
    CASE WHEN :tenant <> '*' THEN json_object('tenant_id', :tenant) END)),
whole AS (SELECT {usage_sums:} FROM daily),
day AS (SELECT json_group_array(json_object('date', day, {usage_members:})) AS list FROM daily),
model AS (
  SELECT json_group_array(json_object('model', model, {usage_members:})) AS list
  FROM (
    SELECT model, {usage_sums:} FROM pair
    GROUP BY model ORDER BY coalesce(sum(cost_nano), 0) DESC, model)),
service AS (
  SELECT json_group_object(name, json_object({usage_members:})) AS list
  FROM (
    SELECT coalesce(task, 'unknown') AS name, {usage_sums:} -- a task may be called unknown, too
    FROM (
      SELECT task, {usage_sums:},
        row_number() OVER (ORDER BY coalesce(sum(cost_nano), 0) DESC, task) AS n
      FROM pair GROUP BY task)
    GROUP BY name ORDER BY min(n)))
SELECT json_object(
  'summary', json_object(
    'totalTokens', iif(requests > 0, total_tokens, 0), 'promptTokens', iif(requests > 0, input_tokens, 0),
    'completionTokens', iif(requests > 0, output_tokens, 0),
    'estimatedCost', iif(requests > 0, cost_nano / 1e9, 0.0),
    'timeframe', json_object('startDate', strftime('%Y-%m-%dT%H:%M:%SZ', :lo, 'unixepoch'),
      'endDate', strftime('%Y-%m-%dT%H:%M:%SZ', :hi, 'unixepoch'), 'days', :days)),
  'byModel', json(model.list), 'byDay', json(day.list), 'byService', json(service.list))
FROM whole, model, day, service;
