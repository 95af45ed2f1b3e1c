-- What a request would cost: ?1 model, ?2 provider, ?3 input, ?4 output tokens, ?5 at.
SELECT tok_row_cost_nano(?1, ?2, NULL, ?3, ?4, NULL, NULL, NULL, NULL, ?5)
