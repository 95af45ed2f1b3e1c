/*
** The entry: makes each room register itself, in the order in which data flows. Nothing else.
**
**     .load ./tok                               every function, entry point sqlite3_tok_init
**     .load ./tok sqlite3_toknofs_init          without file access
*/
#define TOK_ENTRY
#include "base/sql.h"
SQLITE_EXTENSION_INIT1
#include "tok.h"

/* Older hosts have a shorter table of routines; calling past its end would crash. */
enum { OLDEST_SQLITE = 3038000 };

#ifdef _WIN32
#define TOK_EXPORT __declspec(dllexport)
#else
#define TOK_EXPORT __attribute__((visibility("default")))
#endif

/*
** True if this connection already has tok. Loading again must not re-register: replacing a function
** while a statement runs fails with SQLITE_BUSY, and SELECT load_extension() is such a statement.
**
** Newer versions of SQLite read the schema before they prepare anything, so that another program's
** lock keeps this from being known (*locked); nothing else here prepares a statement.
**
** The look-up that fails leaves its error in the connection, and sqlite3_open() would return that
** error when tok is an automatic extension; running nothing clears it.
*/
static bool already_loaded(sqlite3 *db, bool *locked) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "SELECT tok_version()", -1, &stmt, NULL);
  sqlite3_finalize(stmt);
  *locked = rc == SQLITE_BUSY || rc == SQLITE_LOCKED;
  if (rc == SQLITE_OK) return true;
  sqlite3_exec(db, "", NULL, NULL, NULL);
  return false;
}

static int register_rooms(sqlite3 *db, bool files, char **err_msg) {
  static int (*const rooms[])(sqlite3 *) = {tok_base_register, tok_tokens_register,
                                            tok_prices_register, tok_usage_register,
                                            tok_ledger_register, tok_period_register,
                                            tok_budget_register,
                                            tok_forecast_register};
  if (sqlite3_libversion_number() < OLDEST_SQLITE) {
    if (err_msg != NULL) {
      *err_msg = sqlite3_mprintf("tok: SQLite 3.38 or newer expected, this is %s",
                                 sqlite3_libversion());
    }
    return SQLITE_ERROR;
  }
  bool locked;
  if (already_loaded(db, &locked)) return SQLITE_OK;
  int rc = tok_sql_set_files(db, files);
  if (rc == SQLITE_BUSY && locked) return SQLITE_OK; /* it is there, and in use */
  for (size_t i = 0; i < sizeof rooms / sizeof rooms[0] && rc == SQLITE_OK; i++) rc = rooms[i](db);
  if (rc == SQLITE_OK && files) rc = tok_ledger_register_files(db);
  if (rc != SQLITE_OK) { /* so that the next attempt does not take a part for the whole */
    sqlite3_create_function_v2(db, "tok_version", 0, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL);
  }
  return rc;
}

TOK_EXPORT int sqlite3_tok_init(sqlite3 *db, char **err_msg, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  (void)api;
  return register_rooms(db, true, err_msg);
}

TOK_EXPORT int sqlite3_toknofs_init(sqlite3 *db, char **err_msg, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  (void)api;
  return register_rooms(db, false, err_msg);
}
