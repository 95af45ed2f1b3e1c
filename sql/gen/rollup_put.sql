-- {rollup_put:}: one group of a fold; ?24 is its response times, written by tok.
INSERT INTO main.llm_rollup({rollup_columns:}, {measures:}, times)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
  ?21, ?22, ?23, ?24)
