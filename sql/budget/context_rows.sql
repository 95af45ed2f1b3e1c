-- Rows that clients without tok wrote since ?1, in order.
{context_event:(SELECT id FROM main.llm_usage WHERE unix_time >= ?1)}
