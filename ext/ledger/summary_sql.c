/*
** Activity blocks and the analytics document.
**
** SELECT * FROM tok_blocks([hours [, now]])
**   -> start, end, first_at, last_at, active, requests, input_tokens, output_tokens, total_tokens,
**      cost_usd, tokens_per_min, cost_per_hour, minutes_left, projected_tokens, projected_cost_usd,
**      models
**   B1  A block starts at the UTC hour of its first request and ends `hours` (default 5, 1 to 720)
**       later; the next request after that starts the next block. So it also ends after `hours`
**       without a request.
**   B2  The block that `now` (default: the clock) is in, with a request in the last `hours`, is
**       active. Its projection goes on as it did between its first and last request.
**   B3  Rates are per minute and hour between the first and the last request; NULL where those are
**       one instant.
**   B4  Time: in proportion to the blocks, from the hours of the roll-up.
**
**     SELECT start, total_tokens, tokens_per_min, projected_cost_usd
**       FROM tok_blocks() WHERE active;
**
** tok_analytics(tenant_id, days [, now]) -> JSON
**   {"summary": {"totalTokens", "promptTokens", "completionTokens", "estimatedCost",
**                "timeframe": {"startDate", "endDate", "days"}},
**    "byModel": [{"model", "requests", "totalTokens", "promptTokens", "completionTokens",
**                 "estimatedCost"}],
**    "byDay": [{"date", …}], "byService": {"<task_type>": {…}}}
**   J1  The `days` times 24 hours before `now` (default: the end of this second) of one tenant, '*'
**       of all. NULL gives NULL.
**   J2  Days are those of llm_setting's zone; days without a request are left out.
**   J3  estimatedCost is of the requests that have a price, null if none has. "unknown" are
**       requests without a task. A byte of a name that is not UTF-8 becomes U+FFFD.
*/
#include "../base/time.h"
#include "../base/utf8.h"
#include "install.h"
#include "ledger_sql.h"
#include "query_sql.h"

enum { HOURS_MAX = 720, DAYS_MAX = 36525, SECONDS_A_DAY = 86400 };
enum { DOCUMENT_MAX = 1 << 30 }; /* bytes: SQLite's own limit is a little less */

static int open_blocks(tok_query *q, sqlite3_value **args, sqlite3_stmt **out) {
  int64_t hours = 5, now = tok_sql_now();
  int rc = tok_query_int(q, args[0], "hours", 1, HOURS_MAX, &hours);
  if (rc == SQLITE_OK) rc = tok_query_time(q, args[1], "now", &now);
  if (rc == SQLITE_OK) rc = tok_query_prepare(q, tok_ledger_script("query/blocks.sql"), out);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(*out, 1, hours * 3600);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(*out, 2, now);
  return rc;
}

static const tok_query_def blocks_def = {
    .name = "tok_blocks",
    .usage = "tok_blocks([hours [, now]])",
    .columns =
        "start TEXT, \"end\" TEXT, first_at TEXT, last_at TEXT, active INTEGER, requests INTEGER,"
        " input_tokens INTEGER, output_tokens INTEGER, total_tokens INTEGER, cost_usd REAL,"
        " tokens_per_min REAL, cost_per_hour REAL, minutes_left REAL, projected_tokens INTEGER,"
        " projected_cost_usd REAL, models TEXT",
    .n_columns = 16,
    .arguments = "hours HIDDEN, now HIDDEN",
    .n_required = 0,
    .n_args = 2,
    .numbers = 1u << 0,
    .open = open_blocks};

/* ---- tok_analytics --------------------------------------------------------------------------- */

static const char func[] = "tok_analytics";

static int bind_question(sqlite3_stmt *stmt, sqlite3_value *tenant, int64_t days, int64_t now) {
  int rc = tok_query_bind_int(stmt, ":lo", now - days * SECONDS_A_DAY);
  if (rc == SQLITE_OK) rc = tok_query_bind_int(stmt, ":hi", now);
  if (rc == SQLITE_OK) rc = tok_query_bind_int(stmt, ":days", days);
  if (rc == SQLITE_OK) rc = tok_query_bind_value(stmt, ":tenant", tenant);
  return rc;
}

/* The document as UTF-8: names in the ledger may hold any bytes, and json_object copies them. */
static void give(sqlite3_context *ctx, sqlite3_value *document) {
  tok_slice text;
  if (!tok_sql_text(ctx, document, &text)) return;
  if (tok_utf8_valid(text.ptr, text.len)) {
    sqlite3_result_value(ctx, document);
  } else {
    tok_buf out;
    tok_buf_init(&out, DOCUMENT_MAX);
    const unsigned char *p = (const unsigned char *)text.ptr;
    for (size_t i = 0, n; i < text.len; i += n) {
      uint32_t cp;
      n = tok_utf8_decode(p + i, text.len - i, &cp);
      if (cp == TOK_UTF8_INVALID) tok_buf_adds(&out, "\xef\xbf\xbd");
      else tok_buf_add(&out, text.ptr + i, n);
    }
    tok_sql_result_buf(ctx, func, &out);
    tok_buf_free(&out);
  }
  sqlite3_result_subtype(ctx, 'J');
}

static void answer(sqlite3_context *ctx, sqlite3_value *tenant, int64_t days, int64_t now) {
  sqlite3 *db = sqlite3_context_db_handle(ctx);
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, tok_ledger_script("query/analytics.sql"), -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = bind_question(stmt, tenant, days, now);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) {
    give(ctx, sqlite3_column_value(stmt, 0));
  } else {
    tok_sql_failure(ctx, func, rc, sqlite3_errmsg(db));
  }
  sqlite3_finalize(stmt);
}

static void analytics_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  int64_t days, now = tok_sql_now() + 1; /* what was recorded in this very second counts */
  if (argc < 2 || argc > 3) {
    tok_sql_error(ctx, func, "2 or 3 arguments (tenant_id, days, now) expected, got %d", argc);
    return;
  }
  for (int i = 0; i < argc; i++) {
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL) return;
  }
  if (!tok_sql_int(ctx, func, "days", argv[1], &days)) return;
  if (days < 1 || days > DAYS_MAX) {
    tok_sql_error(ctx, func, "days must be from 1 to %d, got %lld", DAYS_MAX, (long long)days);
    return;
  }
  if (argc == 3 && !tok_sql_time(ctx, func, "now", argv[2], &now)) return;
  answer(ctx, argv[0], days, now);
}

int tok_summary_register(sqlite3 *db) {
  static const tok_query_def *const defs[] = {&blocks_def};
  static const tok_func_def funcs[] = {
      {"tok_analytics", -1, TOK_READS | SQLITE_RESULT_SUBTYPE, analytics_func}};
  int rc = tok_query_register(db, defs, 1);
  return rc == SQLITE_OK ? tok_sql_functions(db, NULL, funcs, 1) : rc;
}
