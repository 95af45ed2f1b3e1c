-- {rollup_keys:NEW.}: the key of one row of the ledger in each roll-up of the plan p.
p.dim, p.level,
CASE p.level WHEN 3600 THEN {hour:{unix_time:{x}}} WHEN 86400 THEN {day:{unix_time:{x}}} ELSE 0 END,
CASE WHEN p.dim IN ('tenant_id', 'tuple') THEN {key:{x}tenant_id} ELSE '' END,
CASE WHEN p.dim IN ('model', 'unpriced', 'tuple') THEN {key:{x}provider} ELSE '' END,
CASE WHEN p.dim IN ('model', 'unpriced', 'tuple') THEN {key:{x}model} ELSE '' END,
CASE WHEN p.dim IN ('task_type', 'tuple') THEN {key:{x}task_type} ELSE '' END
