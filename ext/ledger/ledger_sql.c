/*
** The ledger's SQL functions.
**
**     SELECT tok_init();                 -- create or migrate llm_* -> the schema's version
**     INSERT INTO llm_usage(provider, model, task_type, input_tokens, output_tokens)
**     VALUES ('openai', 'gpt-4o', 'chat', 1200, 350);
**     SELECT * FROM llm_by_model;
**     SELECT tok_reprice('2026-01-01');  -- price January onwards anew -> the rows changed
**
** tok_init() -> INTEGER
**   1. Creates what is missing, migrates what is older, keeps every row; one transaction, or a
**      savepoint inside the caller's transaction. Where all is there nothing is written, so it
**      works read-only too.
**   2. Makes this connection's TEMP triggers, which price each row as it is written.
**   3. Fails with "tok_init: ..." and leaves the database as it was.
**   4. What another program took away of triggers, views and indexes is made again, and all sums
**      where triggers were missing.
**
** tok_reprice([since [, until]]) -> INTEGER rows changed
**   1. Without arguments: prices the rows that have no cost yet.
**   2. With since (inclusive) and until (exclusive; default: no end): computes the cost of every
**      row in that time anew from today's knowledge of the prices at each row's own time. Times are
**      ISO-8601 text or Unix seconds; NULL gives NULL.
**   3. A row whose price is unknown keeps the cost that it has.
**   4. What a response counted beyond the columns of tokens (web searches, audio, images, pages) is
**      in the column `meters` and priced with the row, by every writer with tok and here.
*/
#include "install.h"
#include "rollup_sql.h"
#include "ledger_sql.h"

static void init_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  (void)argv;
  char *message = NULL;
  int rc = tok_ledger_repair(sqlite3_context_db_handle(ctx), &message);
  if (rc == SQLITE_OK) sqlite3_result_int(ctx, tok_ledger_version());
  else tok_sql_failure(ctx, "tok_init", rc, message);
  sqlite3_free(message);
}

/*
** Guards that refuse UPDATEs must let this one pass: a row of llm_meta says so, within a savepoint
** (sql/gen/quota_refused.sql). What ends it is prepared before, because running out of memory is
** one reason to undo.
*/
typedef struct {
  sqlite3_stmt *unmark, *undo, *keep; /* owned; NULL where no quota guards */
} marked;

static int prepare(sqlite3 *db, const char *sql, sqlite3_stmt **stmt) {
  return sqlite3_prepare_v2(db, sql, -1, stmt, NULL);
}

static int mark(sqlite3 *db, marked *m) {
  sqlite3_stmt *guards = NULL;
  *m = (marked){0};
  int rc =
      prepare(db, "SELECT 1 FROM main.llm_quota WHERE guard = 'write' AND active LIMIT 1", &guards);
  bool guarded = rc == SQLITE_OK && (rc = sqlite3_step(guards)) == SQLITE_ROW;
  rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
  sqlite3_finalize(guards);
  if (!guarded) return rc;
  if (rc == SQLITE_OK)
    rc = prepare(db, "DELETE FROM main.llm_meta WHERE key = 'repricing'", &m->unmark);
  if (rc == SQLITE_OK) rc = prepare(db, "ROLLBACK TO tok_reprice", &m->undo);
  sqlite3_stmt *keep = NULL;
  if (rc == SQLITE_OK) rc = prepare(db, "RELEASE tok_reprice", &keep);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, "SAVEPOINT tok_reprice", NULL, NULL, NULL);
  if (rc == SQLITE_OK) m->keep = keep;
  else sqlite3_finalize(keep);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(db,
                      "INSERT OR REPLACE INTO main.llm_meta(key, value) VALUES ('repricing', '1')",
                      NULL, NULL, NULL);
  return rc;
}

/* Keeps what was done, or undoes it after a failure. */
static int unmark(marked *m, int rc) {
  if (m->keep != NULL) {
    if (rc == SQLITE_OK && (rc = sqlite3_step(m->unmark)) == SQLITE_DONE) rc = SQLITE_OK;
    if (rc != SQLITE_OK) sqlite3_step(m->undo);
    int end = sqlite3_step(m->keep);
    if (rc == SQLITE_OK && end != SQLITE_DONE) rc = end;
  }
  sqlite3_finalize(m->unmark);
  sqlite3_finalize(m->undo);
  sqlite3_finalize(m->keep);
  return rc;
}

static void reprice(sqlite3_context *ctx, int64_t since, int64_t until, bool missing_only) {
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  sqlite3_stmt *stmt = NULL;
  marked m;
  sqlite3_int64 changed = 0;
  char *message = NULL;
  int rc = mark(db, &m);
  if (rc == SQLITE_OK) rc = prepare(db, tok_ledger_script("temp/reprice.sql"), &stmt);
  if (rc == SQLITE_OK) {
    sqlite3_bind_int64(stmt, 1, since);
    sqlite3_bind_int64(stmt, 2, until);
    sqlite3_bind_int(stmt, 3, missing_only);
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_DONE) rc = SQLITE_OK;
    changed = sqlite3_changes64(db);
  }
  if (rc != SQLITE_OK) message = sqlite3_mprintf("%s", sqlite3_errmsg(db));
  sqlite3_finalize(stmt);
  rc = unmark(&m, rc);
  if (rc == SQLITE_OK) sqlite3_result_int64(ctx, changed);
  else tok_sql_failure(ctx, "tok_reprice", rc, message);
  sqlite3_free(message);
}

static void reprice_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t since = INT64_MIN, until = INT64_MAX;
  if (argc > 2) {
    tok_sql_error(ctx, "tok_reprice", "at most 2 arguments (since, until) expected, got %d", argc);
    return;
  }
  for (int i = 0; i < argc; i++) {
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL) return;
  }
  if (argc >= 1 && !tok_sql_time(ctx, "tok_reprice", "since", argv[0], &since)) return;
  if (argc >= 2 && !tok_sql_time(ctx, "tok_reprice", "until", argv[1], &until)) return;
  char *message = NULL;
  int rc = tok_ledger_install(sqlite3_context_db_handle(ctx), &message);
  if (rc == SQLITE_OK) reprice(ctx, since, until, argc == 0);
  else tok_sql_failure(ctx, "tok_reprice", rc, message);
  sqlite3_free(message);
}

/* For the TEMP trigger tok_rollup_folded: folds up to an id within the statement that fired it. */
static void fold_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  const char *why = NULL;
  if (sqlite3_txn_state(db, "main") != SQLITE_TXN_WRITE) {
    tok_sql_error(ctx, "tok_rollup_fold", "for triggers only; use tok_rebuild()");
    return;
  }
  int rc = tok_rollup_fold(db, sqlite3_value_int64(argv[0]), NULL, &why);
  if (rc != SQLITE_OK)
    tok_sql_failure(ctx, "tok_rollup_fold", rc, why == NULL ? sqlite3_errmsg(db) : why);
}

int tok_ledger_register(sqlite3 *db) {
  static const tok_func_def defs[] = {
      {"tok_init", 0, TOK_WRITES, init_func},
      {"tok_reprice", -1, TOK_WRITES, reprice_func},
      {"tok_rollup_fold", 1, TOK_WRITES, fold_func},
  };
  static int (*const files[])(sqlite3 *) = {
      tok_percentile_register,
      tok_times_register,
      tok_calibrate_register,
      tok_responses_register,
      tok_intake_register,
      tok_report_register,
      tok_audit_register,
      tok_summary_register,
      tok_whatif_register,
      tok_export_register,
      tok_bulk_register,
  };
  int rc = tok_sql_functions(db, NULL, defs, sizeof defs / sizeof defs[0]);
  for (size_t i = 0; i < sizeof files / sizeof files[0] && rc == SQLITE_OK; i++) rc = files[i](db);
  return rc;
}
