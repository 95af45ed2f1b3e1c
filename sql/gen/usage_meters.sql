-- {usage_meters:?2}: of a usage in canonical form what no column of llm_usage holds, for its column
-- meters; NULL: nothing.
nullif(json_remove({x}, '$.provider', '$.model', '$.response_id',
    '$.input_tokens', '$.output_tokens', '$.total_tokens', '$.cache_read_tokens', '$.cache_write_tokens',
    '$.cache_write_1h_tokens', '$.reasoning_tokens', '$.service_tier', '$.reported_cost_usd'), '{}')
