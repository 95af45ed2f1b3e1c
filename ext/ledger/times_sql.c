/*
** Response times counted in bins: what the column `times` of llm_rollup holds, and reports take
** percentiles from.
**
**     SELECT tok_times_percentile(tok_times(response_time_ms), 0.95) FROM llm_usage;
**     SELECT tenant_id, tok_times_percentile(tok_times(times), 0.95) FROM llm_rollup
**     WHERE dim = 'tenant_id' AND level = 86400 AND bucket >= unixepoch('2026-01-01')
**     GROUP BY tenant_id;
**
** tok_times(x) -> TEXT, aggregate
**   S1  x is a response time in whole milliseconds, 0 or more, or the text of such counts; all are
**       added up. NULLs are left out; nothing but NULLs: NULL.
** tok_times_merge(a, b) -> TEXT
**   S2  Both added up, in order. NULL where one is NULL or is no such text: then what was counted
**       is unknown.
** tok_times_percentile(times, p) -> REAL
**   S3  As tok_percentile of the times, within 0.8 %. NULL where nothing is counted.
**   S4  Malformed text, negative sums and a p that is not from 0 to 1 are errors. O(length) each.
*/
#include "ledger_sql.h"
#include "times.h"

enum { TEXT_BYTES_MAX = 1 << 16 }; /* 1665 bins of at most 25 characters: 42 KB */

static const char what[] = "bins and counts, as '612:3 640:1'";

static void result_text(sqlite3_context *ctx, const tok_times *t) {
  tok_buf text;
  tok_buf_init(&text, TEXT_BYTES_MAX);
  tok_times_write(t, &text);
  if (text.status == TOK_OK && text.len == 0) sqlite3_result_text(ctx, "", 0, SQLITE_STATIC);
  else tok_sql_result_buf(ctx, "tok_times", &text);
  tok_buf_free(&text);
}

static void merge_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  tok_times t;
  tok_times_clear(&t);
  for (int i = 0; i < argc; i++) {
    if (sqlite3_value_type(argv[i]) == SQLITE_NULL) return;
    tok_slice text;
    if (!tok_sql_text(ctx, argv[i], &text)) return;
    if (!tok_times_read(&t, text)) return;
  }
  result_text(ctx, &t);
}

static void percentile_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  static const char func[] = "tok_times_percentile";
  tok_times t;
  double at = 0;
  (void)argc;
  if (sqlite3_value_type(argv[0]) == SQLITE_NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL)
    return;
  tok_slice text;
  int type = sqlite3_value_numeric_type(argv[1]);
  double p = sqlite3_value_double(argv[1]);
  if ((type != SQLITE_INTEGER && type != SQLITE_FLOAT) || !(p >= 0 && p <= 1)) {
    if (tok_sql_text(ctx, argv[1], &text))
      tok_sql_error(ctx, func, "p must be a number from 0 to 1, got '%.*s'", tok_shown(text),
                    text.ptr);
    return;
  }
  if (!tok_sql_text(ctx, argv[0], &text)) return;
  tok_times_clear(&t);
  tok_status status = tok_times_read(&t, text) ? tok_times_percentile(&t, p, &at) : TOK_INVALID;
  if (status == TOK_OK) sqlite3_result_double(ctx, at);
  else if (status != TOK_NOTFOUND)
    tok_sql_error(ctx, func, "times must be %s, none negative", what);
}

/* ---- the aggregate --------------------------------------------------------------------------- */

typedef struct {
  bool any;
  tok_times times; /* cleared when any becomes true */
} state;

static void step(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  static const char func[] = "tok_times";
  (void)argc;
  int type = sqlite3_value_type(argv[0]);
  if (type == SQLITE_NULL) return;
  state *s = sqlite3_aggregate_context(ctx, sizeof *s);
  if (s == NULL) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  if (!s->any) tok_times_clear(&s->times);
  s->any = true;
  if (type == SQLITE_INTEGER && sqlite3_value_int64(argv[0]) >= 0) {
    if (tok_times_add(&s->times, tok_times_bin(sqlite3_value_int64(argv[0])), 1)) return;
  } else if (type == SQLITE_TEXT) {
    tok_slice text;
    if (tok_sql_text(ctx, argv[0], &text) && !tok_times_read(&s->times, text))
      tok_sql_error(ctx, func, "x must be %s", what);
    return;
  }
  tok_sql_error(ctx, func, "x must be milliseconds, 0 or more, or %s", what);
}

static void final(sqlite3_context *ctx) {
  state *s = sqlite3_aggregate_context(ctx, 0);
  if (s != NULL && s->any) result_text(ctx, &s->times);
}

int tok_times_register(sqlite3 *db) {
  static const tok_func_def defs[] = {{"tok_times_merge", 2, TOK_PURE, merge_func},
                                      {"tok_times_percentile", 2, TOK_PURE, percentile_func}};
  static const tok_agg_def aggregates[] = {{"tok_times", 1, TOK_PURE, step, final, NULL, NULL}};
  int rc = tok_sql_functions(db, NULL, defs, sizeof defs / sizeof defs[0]);
  return rc == SQLITE_OK ? tok_sql_aggregates(db, NULL, aggregates, 1) : rc;
}
