/*
** Are the sums what the ledger says, and making them so.
**
**     SELECT * FROM tok_audit();          -- every sum that differs; no row: all is well
**     SELECT tok_audit();                 -- how many; 0: all is well
**     SELECT tok_rebuild();               -- makes all sums anew; returns the rows of the ledger
**
** tok_audit([counter]) -> counter, key, measure, stored, ledger
**   1. Compares llm_rollup and the counters of quotas (llm_counter) with llm_usage; `counter` names
**      the one to compare. `stored` is what the table says, `ledger` what the rows give, `key`
**      which sum it is.
**   2. Reads the whole ledger, about a microsecond a row; writes nothing, so it works read-only.
**
** tok_audit() -> INTEGER
**   The number of those rows, of all counters.
**
** tok_rebuild() -> INTEGER
**   3. One transaction, or a savepoint in the caller's: on failure all is as it was.
**   4. Triggers keep the sums right, whoever writes, REPLACE included; this is for files that were
**      written with triggers dropped or damaged. Groups whose rows are gone disappear, and first_at
**      and last_at are known again.
*/
#include "install.h"
#include "ledger_sql.h"
#include "query_sql.h"
#include "rollup_sql.h"

enum { AUDIT_COUNTER, AUDIT_ARGS };

/* NULL is not given: all of them. */
static bool is_counter(tok_slice name) {
  static const char *const names[] = {"llm_rollup", "llm_counter"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (tok_slice_is(name, names[i])) return true;
  }
  return name.ptr == NULL;
}

static int open_audit(tok_query *q, sqlite3_value **args, sqlite3_stmt **out) {
  tok_slice name = {NULL, 0};
  if (args[AUDIT_COUNTER] != NULL && tok_sql_read(args[AUDIT_COUNTER], &name) != SQLITE_OK)
    return SQLITE_NOMEM;
  if (!is_counter(name)) {
    return tok_query_error(q, "counter must be llm_rollup or llm_counter, got '%.*s'",
                           tok_shown(name), name.ptr);
  }
  int rc = tok_query_prepare(q, tok_ledger_script("audit/audit.sql"), out);
  if (rc == SQLITE_OK && args[AUDIT_COUNTER] != NULL) {
    rc = tok_query_bind_value(*out, ":counter", args[AUDIT_COUNTER]);
  }
  return rc;
}

static const tok_query_def audit = {"tok_audit",
                                    "tok_audit([counter])",
                                    "counter, key, measure, stored, ledger",
                                    5,
                                    "only HIDDEN",
                                    0,
                                    AUDIT_ARGS,
                                    open_audit,
                                    NULL,
                                    NULL};

static void audit_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "SELECT count(*) FROM tok_audit", -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) {
    sqlite3_result_int64(ctx, sqlite3_column_int64(stmt, 0));
  } else if (rc == SQLITE_NOMEM) {
    sqlite3_result_error_nomem(ctx);
  } else { /* the table's own words, which begin with its name: the function's too */
    sqlite3_result_error(ctx, sqlite3_errmsg(db), -1);
    if (rc != SQLITE_ERROR) sqlite3_result_error_code(ctx, rc);
  }
  sqlite3_finalize(stmt);
}

static int run(sqlite3 *db, const char *sql) { return sqlite3_exec(db, sql, NULL, NULL, NULL); }

static int rebuild(sqlite3 *db, int64_t *n_rows, const char **why) {
  int rc = tok_rollup_rebuild(db, n_rows, why);
  return rc == SQLITE_OK ? run(db, tok_ledger_script("rollup/quota.sql")) : rc;
}

static void rebuild_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  sqlite3_stmt *undo = NULL; /* prepared before: undoing must not need memory */
  const char *why = NULL;
  int64_t n_rows = 0;
  bool own = sqlite3_get_autocommit(db) != 0;
  int rc = sqlite3_prepare_v2(db, own ? "ROLLBACK" : "ROLLBACK TO tok_rebuild", -1, &undo, NULL);
  if (rc == SQLITE_OK) rc = run(db, own ? "BEGIN IMMEDIATE" : "SAVEPOINT tok_rebuild");
  if (rc == SQLITE_OK) {
    rc = rebuild(db, &n_rows, &why);
    if (rc == SQLITE_OK) rc = run(db, own ? "COMMIT" : "RELEASE tok_rebuild");
    if (rc != SQLITE_OK)
      tok_sql_failure(ctx, "tok_rebuild", rc, why == NULL ? sqlite3_errmsg(db) : why);
    if (rc != SQLITE_OK && !sqlite3_get_autocommit(db)) sqlite3_step(undo);
  } else {
    tok_sql_failure(ctx, "tok_rebuild", rc, sqlite3_errmsg(db));
  }
  sqlite3_finalize(undo);
  if (rc == SQLITE_OK) sqlite3_result_int64(ctx, n_rows);
}

int tok_audit_register(sqlite3 *db) {
  static const tok_func_def defs[] = {{"tok_audit", 0, TOK_READS, audit_func},
                                      {"tok_rebuild", 0, TOK_WRITES, rebuild_func}};
  static const tok_query_def *const tables[] = {&audit};
  int rc = tok_sql_functions(db, NULL, defs, sizeof defs / sizeof defs[0]);
  return rc == SQLITE_OK ? tok_query_register(db, tables, sizeof tables / sizeof tables[0]) : rc;
}
