/*
** tok_version() -> TEXT: the version of the extension, e.g. '0.1.0'.
*/
#include "../tok.h"
#include "sql.h"

static void version_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3_result_text(ctx, TOK_VERSION, -1, SQLITE_STATIC);
}

int tok_base_register(sqlite3 *db) {
  static const tok_func_def defs[] = {{"tok_version", 0, TOK_PURE, version_func}};
  int rc = tok_sql_functions(db, NULL, defs, sizeof defs / sizeof defs[0]);
  if (rc == SQLITE_OK) rc = tok_json_register(db);
  return rc == SQLITE_OK ? tok_zone_register(db) : rc;
}
