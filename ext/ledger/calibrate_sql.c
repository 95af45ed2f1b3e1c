/*
** Learning from bills how many tokens closed models really make.
**
**     INSERT INTO llm_usage(model, input_tokens, output_tokens, estimated_tokens) VALUES (…);
**     SELECT tok_calibrate();              -- 1 model had enough evidence
**     SELECT tok_estimate('claude-sonnet-4-5', 'Hello') ->> 'method';
**
** tok_calibrate([since [, now]]) -> INTEGER
**   1. For each model that tok estimates, the ratio of billed to estimated input tokens over the
**      rows that have both, from `since` on (default: the last 90 days before now), goes to
**      llm_factor.
**   2. Fewer than 30 rows or 3,000 tokens leave a model as it is; so do ratios beyond 0.2 to 5,
**      which say that something else is wrong. Returns how many models were written.
**   3. From then on tok_estimate uses the factor in this database. tok_count and tok_count_messages
**      do not: they are functions of their arguments alone.
**   4. Times are Unix seconds or ISO-8601 text; NULL gives NULL. One statement; O(rows since
**      `since`).
*/
#include "install.h"
#include "ledger_sql.h"

static const char FUNC[] = "tok_calibrate";
enum { CALIBRATE_DAYS = 90, DAY_SECONDS = 86400 };

static void calibrate_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  sqlite3_stmt *stmt = NULL;
  int64_t since = 0, now;
  if (argc > 2) {
    tok_sql_error(ctx, FUNC, "at most 2 arguments (since, now) expected, got %d", argc);
    return;
  }
  for (int i = 0; i < argc; i++) {
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL) return;
  }
  if (argc == 2 ? !tok_sql_time(ctx, FUNC, "now", argv[1], &now) : (now = tok_sql_now(), false))
    return;
  if (argc >= 1 && !tok_sql_time(ctx, FUNC, "since", argv[0], &since)) return;
  if (argc == 0 && !tok_sub_i64(now, (int64_t)CALIBRATE_DAYS * DAY_SECONDS, &since)) return;
  int rc = sqlite3_prepare_v2(db, tok_ledger_script("temp/calibrate.sql"), -1, &stmt, NULL);
  if (rc == SQLITE_OK) {
    sqlite3_bind_int64(stmt, 1, since);
    sqlite3_bind_int64(stmt, 2, now);
    rc = sqlite3_step(stmt);
  }
  if (rc == SQLITE_DONE) {
    sqlite3_result_int64(ctx, sqlite3_changes(db));
  } else {
    tok_sql_failure(ctx, FUNC, rc, sqlite3_errmsg(db));
  }
  sqlite3_finalize(stmt);
}

int tok_calibrate_register(sqlite3 *db) {
  static const tok_func_def defs[] = {{"tok_calibrate", -1, TOK_WRITES, calibrate_func}};
  return tok_sql_functions(db, NULL, defs, sizeof defs / sizeof defs[0]);
}
