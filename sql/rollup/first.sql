-- A group of the first rows that are summed up: llm_rollup is empty.
{rollup_put:};
