-- {audit_measures:}: their names.
('requests'), ('input_tokens'), ('input_known'), ('output_tokens'), ('output_known'),
('total_tokens'), ('total_known'), ('cache_read_tokens'), ('cache_read_known'), ('cost_nano'),
('cost_known'), ('priced_tokens'), ('response_ms'), ('response_known'), ('first_at'), ('last_at')
