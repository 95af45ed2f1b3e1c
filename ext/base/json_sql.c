/*
** tok_json_valid(text) -> 1 if the text is JSON (RFC 8259), 0 if not, NULL of NULL. A BLOB is its
** bytes, a number its text. For statements that only tok runs, in place of json_valid():
**
**     SELECT tok_json_valid('{"web_searches":1}');   -- 1
**
** 1. Where memory runs out it fails, if it needs any. json_valid() of SQLite before 3.45 answers 0
**    then: what a row counts beside its columns would silently have no price.
** 2. What is nested more than 64 levels deep is not taken as JSON, as everywhere in tok.
*/
#include "json.h"
#include "sql.h"

static void valid_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  if (sqlite3_value_type(argv[0]) == SQLITE_NULL) return;
  tok_slice text;
  tok_json j;
  if (!tok_sql_text(ctx, argv[0], &text)) return;
  tok_json_init(&j, text);
  while (j.event != TOK_JSON_END && tok_json_next(&j) != TOK_JSON_ERROR) {
  }
  sqlite3_result_int(ctx, j.event == TOK_JSON_END);
}

int tok_json_register(sqlite3 *db) {
  static const tok_func_def defs[] = {{"tok_json_valid", 1, TOK_PURE, valid_func}};
  return tok_sql_functions(db, NULL, defs, sizeof defs / sizeof defs[0]);
}
