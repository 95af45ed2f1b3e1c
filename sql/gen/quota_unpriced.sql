-- {quota_unpriced:x}: 1 if quota q counts cost and row x has none.
iif(q.metric = 'cost' AND {x}.cost_nano IS NULL, 1, 0)
