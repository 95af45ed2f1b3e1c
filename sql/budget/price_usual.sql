-- What a request of plain tokens costs: ?1 model, ?2 provider, ?3 at, ?4 input, ?5 output tokens,
-- ?6 service tier.
SELECT tok_row_cost_nano(?1, ?2, ?6, ?4, ?5, NULL, NULL, NULL, NULL, ?3)
