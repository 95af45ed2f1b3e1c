-- {all_cost:}: the cost of the whole ledger, as llm_stats has it.
SELECT sum(cost_nano) FROM (
SELECT cost_nano FROM llm_rollup WHERE dim = 'all' AND level = 0 UNION ALL SELECT cost_nano {tail_rows:})
