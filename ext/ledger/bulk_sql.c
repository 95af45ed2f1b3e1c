/*
** Many rows at once: the triggers of INSERT rest, and their work is done in one go at the end.
**
**     SELECT tok_bulk_begin();                  -- begins a transaction
**     INSERT INTO llm_usage(...) VALUES (...);  -- as many as there are, by a prepared statement
**     SELECT tok_bulk_end();                    -- fills in, prices, sums up, commits -> rows
**
** tok_bulk_begin() -> NULL
**   1. Begins a write transaction and takes away the triggers that fill in, price and sum up what
**      is inserted. Those of quotas stay where there is a quota: limits hold, and that costs time.
**      ROLLBACK brings everything back, and so does a crash. A row whose id is given, and not after
**      the last one of before, is refused: tok_bulk_end() would not find it. That is asked of each
**      row where the ledger was not empty, and takes about 3 microseconds.
** tok_bulk_end() -> INTEGER rows since, repeated responses included
**   2. Totals, times, costs and sums are what they would be had each row been inserted alone;
**      commits. If it fails, the transaction is still open: ROLLBACK. Reads the whole ledger for
**      its sums, about a microsecond a row.
**   3. Where a COMMIT came instead of tok_bulk_end(), the next tok_init() of any connection does
**      its work. Until then the rows are there, without total and cost; views show them. What
**      tok_bulk_end() would have refused (amounts that no request has, times of no year) is unknown
**      then, and in tags: SELECT id, tags ->> '$.refused' FROM llm_usage.
*/
#include "install.h"
#include "ledger_sql.h"

/* Runs the statements that are a script's one value; NULL: none. */
static int run_text_of(sqlite3 *db, const char *script) {
  sqlite3_stmt *stmt = NULL;
  char *made = NULL;
  int rc = sqlite3_prepare_v2(db, tok_ledger_script(script), -1, &stmt, NULL);
  if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW &&
      sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
    const char *text = (const char *)sqlite3_column_text(stmt, 0);
    made = text == NULL ? NULL : sqlite3_mprintf("%s", text);
    if (made == NULL) rc = SQLITE_NOMEM;
  }
  int end = sqlite3_finalize(stmt);
  if (rc == SQLITE_OK) rc = end;
  if (rc == SQLITE_OK && made != NULL) rc = sqlite3_exec(db, made, NULL, NULL, NULL);
  sqlite3_free(made);
  return rc;
}

static int begin(sqlite3 *db) {
  int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  if (rc == SQLITE_OK) rc = run_text_of(db, "rollup/bulk_quotas.sql");
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(db, tok_ledger_script("rollup/bulk_begin.sql"), NULL, NULL, NULL);
  return rc == SQLITE_OK ? run_text_of(db, "rollup/bulk_given.sql") : rc;
}

static void begin_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  char *message = NULL;
  sqlite3_stmt *undo = NULL;
  if (!sqlite3_get_autocommit(db)) {
    tok_sql_error(ctx, "tok_bulk_begin", "a transaction is open; tok_bulk_begin begins its own");
    return;
  }
  int rc = tok_ledger_install(db, &message);
  if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(db, "ROLLBACK", -1, &undo, NULL);
  if (rc == SQLITE_OK) rc = begin(db);
  if (rc != SQLITE_OK)
    tok_sql_failure(ctx, "tok_bulk_begin", rc, message != NULL ? message : sqlite3_errmsg(db));
  if (rc != SQLITE_OK && !sqlite3_get_autocommit(db)) sqlite3_step(undo);
  sqlite3_finalize(undo);
  sqlite3_free(message);
}

/* What tok_bulk_end() finds. */
typedef struct {
  int64_t n_rows; /* since tok_bulk_begin(); -1: there was none */
  bool beyond;    /* a row is beyond what a request has */
  bool odd_times; /* a timestamp may have to be refused or written in another way */
} bulk_rows;

static int look(sqlite3 *db, bulk_rows *rows) {
  enum { START, ROWS, BEYOND, ODD_TIMES };
  sqlite3_stmt *stmt = NULL;
  *rows = (bulk_rows){.n_rows = -1};
  if (sqlite3_get_autocommit(db)) return SQLITE_OK;
  int rc = sqlite3_prepare_v2(db, tok_ledger_script("rollup/bulk_look.sql"), -1, &stmt, NULL);
  if (tok_sql_absent(db, rc)) return SQLITE_OK; /* no ledger: no bulk */
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW && sqlite3_column_type(stmt, START) != SQLITE_NULL) {
    rows->n_rows = sqlite3_column_int64(stmt, ROWS);
    rows->beyond = sqlite3_column_int64(stmt, BEYOND) > 0;
    rows->odd_times = sqlite3_column_int64(stmt, ODD_TIMES) > 0;
  }
  sqlite3_finalize(stmt);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* A row that no INSERT without tok_bulk_begin() would have got in: it is the caller's to mend. */
static int refuse_beyond(sqlite3 *db, char **why) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, tok_ledger_script("rollup/bulk_check.sql"), -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) {
    const char *text = (const char *)sqlite3_column_text(stmt, 0);
    *why = text == NULL ? NULL : sqlite3_mprintf("%s", text);
    rc = *why == NULL ? SQLITE_NOMEM : SQLITE_CONSTRAINT;
  }
  sqlite3_finalize(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void end_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  char *message = NULL;
  bulk_rows rows;
  int rc = look(db, &rows);
  if (rc == SQLITE_OK && rows.n_rows < 0) {
    tok_sql_error(ctx, "tok_bulk_end", "expected tok_bulk_begin() before it in this transaction");
    return;
  }
  if (rc == SQLITE_OK && (rows.beyond || rows.odd_times)) rc = refuse_beyond(db, &message);
  if (rc == SQLITE_OK) rc = tok_ledger_end_bulk(db, !rows.odd_times, &message);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
  if (rc != SQLITE_OK)
    tok_sql_failure(ctx, "tok_bulk_end", rc, message != NULL ? message : sqlite3_errmsg(db));
  else sqlite3_result_int64(ctx, rows.n_rows);
  sqlite3_free(message);
}

int tok_bulk_register(sqlite3 *db) {
  static const tok_func_def defs[] = {
      {"tok_bulk_begin", 0, TOK_WRITES, begin_func},
      {"tok_bulk_end", 0, TOK_WRITES, end_func},
  };
  return tok_sql_functions(db, NULL, defs, sizeof defs / sizeof defs[0]);
}
