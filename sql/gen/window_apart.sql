-- {window_apart:-}: events of quota q whose starts are less than this apart are of one period, or
-- of windows that overlap.
iif(q.kind = 'rolling', q.span_s + q.len_s, 1)
