-- The most that a request may cost: ?1 model, ?2 provider, ?3 at, ?4 its bounds
-- (ext/prices/most.h), a pointer.
SELECT tok_row_most_nano(?1, ?2, ?4, ?3)
