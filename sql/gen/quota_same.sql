-- {quota_same:-}: did the charge o, taken off again, belong to the counter of quota q that row u of llm_usage belongs to?
({quota_match:o} AND {quota_key:o} = {quota_key:u} AND {quota_start:o.unix_time} = {quota_start:u.unix_time})
