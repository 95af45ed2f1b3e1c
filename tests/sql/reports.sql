-- The reports of sql/reports, each with and without parameters.
SELECT tok_init() > 0;
INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, session_id, input_tokens, output_tokens, cache_read_tokens, response_time_ms, context_limit, value_usd, cost_nano) VALUES
  ('2026-01-05T10:20:00Z', 'openai', 'gpt-4o', 'chat', 'acme', 's1', 1200, 350, 1000, 800, 2000, 0.02, 5250000),
  ('2026-01-05T11:20:00Z', 'openai', 'gpt-4o', 'chat', 'acme', 's1', 100, 50, NULL, 400, 1000, NULL, 750000),
  ('2026-01-06T02:00:00Z', 'anthropic', 'claude-sonnet-4', 'code', 'beta', 's2', 5000, 500, NULL, 2500, NULL, NULL, 22500000),
  ('2026-01-07T02:00:00Z', NULL, 'homemade', NULL, NULL, NULL, 10, 10, NULL, NULL, NULL, NULL, NULL);
.headers on
.read sql/reports/by-model.sql
.read sql/reports/by-provider.sql
.read sql/reports/by-task.sql
.read sql/reports/by-tenant.sql
.read sql/reports/by-session.sql
.read sql/reports/by-day.sql
.read sql/reports/range.sql
.read sql/reports/costs.sql
.read sql/reports/stats.sql
.read sql/reports/blocks.sql
.read sql/reports/efficiency.sql
.print
.print With parameters
.parameter init
.parameter set :since "'2026-01-05T11:00:00Z'"
.parameter set :until "'2026-01-07'"
.parameter set :zone "'America/New_York'"
.parameter set :limit 1
.parameter set :hours 2
INSERT INTO temp.sqlite_parameters VALUES (':filter', '{"provider":"openai"}');
.read sql/reports/by-model.sql
.read sql/reports/by-session.sql
.read sql/reports/by-day.sql
.read sql/reports/range.sql
.read sql/reports/stats.sql
.read sql/reports/blocks.sql
.read sql/reports/efficiency.sql
