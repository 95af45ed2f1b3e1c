-- Adds a group of a fold.
{rollup_put:}
{rollup_fold:},
times = CASE requests WHEN 0 THEN excluded.times ELSE tok_times_merge(times, excluded.times) END;
