-- Rows that clients without tok wrote since ?1, in order. No row is read where there is no such
-- rule.
{context_event:(SELECT y.id FROM (SELECT 1 FROM main.llm_alert WHERE basis = 'context' AND active LIMIT 1)
    CROSS JOIN main.llm_usage AS y WHERE y.unix_time >= ?1)}
