/*
** Percentiles, as aggregates and over windows.
**
**     SELECT model, tok_p50(response_time_ms), tok_p95(response_time_ms)
**       FROM llm_usage GROUP BY model;
**     SELECT timestamp, tok_percentile(response_time_ms, 0.9)
**       OVER (ORDER BY unix_time ROWS 99 PRECEDING) FROM llm_usage;
**
** tok_percentile(x, p) -> REAL; tok_p50(x), tok_p95(x), tok_p99(x): the same with p = 0.5, 0.95,
**   0.99
**   P1  The value at rank p * (n - 1) of the n values in order, interpolated between its two
**       neighbours (percentile_cont of SQL). Exact: no sketch.
**   P2  NULLs are left out; no values, or p NULL: NULL.
**   P3  x is a number, or text that is one; anything else and infinities are errors. Integers
**       beyond 2^53 are taken as the nearest REAL.
**   P4  p is a number from 0 to 1, the same in all rows; else an error.
**   P5  An aggregate takes O(n); in a window whose frame moves each row takes O(sqrt n), never a
**       sort. Memory: 8 bytes a value, at most 24 in a moving window.
*/
#include <math.h>

#include "ledger_sql.h"
#include "percentile.h"

typedef struct {
  tok_sample sample;
  const char *func; /* static: the name that errors begin with */
  double p;
  bool p_set, p_null;
} state;

static const char *type_name(sqlite3_value *v) {
  return sqlite3_value_type(v) == SQLITE_BLOB ? "a blob" : "text";
}

/* A finite number; false after raising an error. */
static bool number(sqlite3_context *ctx, const char *func, const char *name, sqlite3_value *v,
                   double *out) {
  int type = sqlite3_value_numeric_type(v);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
    tok_sql_error(ctx, func, "%s must be a number, got %s", name, type_name(v));
    return false;
  }
  *out = sqlite3_value_double(v);
  if (isfinite(*out)) return true;
  tok_sql_error(ctx, func, "%s must be finite, got %sinfinity", name, *out < 0 ? "-" : "");
  return false;
}

static bool take_p(sqlite3_context *ctx, state *s, sqlite3_value *v) {
  double p = 0;
  bool is_null = sqlite3_value_type(v) == SQLITE_NULL;
  if (!is_null && !number(ctx, s->func, "p", v, &p)) return false;
  if (!(p >= 0 && p <= 1)) {
    tok_sql_error(ctx, s->func, "p must be from 0 to 1, got %!g", p);
    return false;
  }
  if (s->p_set && (s->p != p || s->p_null != is_null)) {
    tok_sql_error(ctx, s->func, "p must be the same in all rows");
    return false;
  }
  s->p = p;
  s->p_null = is_null;
  s->p_set = true;
  return true;
}

static void add(sqlite3_context *ctx, state *s, sqlite3_value *v) {
  double x;
  if (sqlite3_value_type(v) == SQLITE_NULL || !number(ctx, s->func, "x", v, &x)) return;
  if (tok_sample_add(&s->sample, x) != TOK_OK) sqlite3_result_error_nomem(ctx);
}

static void step(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  state *s = sqlite3_aggregate_context(ctx, sizeof *s);
  if (s == NULL) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  s->func = "tok_percentile";
  if (take_p(ctx, s, argv[1])) add(ctx, s, argv[0]);
}

#define STEP(name, sql, fraction)                                             \
  static void name(sqlite3_context *ctx, int argc, sqlite3_value **argv) {    \
    (void)argc;                                                               \
    state *s = sqlite3_aggregate_context(ctx, sizeof *s);                     \
    if (s == NULL) {                                                          \
      sqlite3_result_error_nomem(ctx);                                        \
      return;                                                                 \
    }                                                                         \
    s->func = sql;                                                            \
    s->p = fraction;                                                          \
    add(ctx, s, argv[0]);                                                     \
  }
STEP(step_50, "tok_p50", 0.5)
STEP(step_95, "tok_p95", 0.95)
STEP(step_99, "tok_p99", 0.99)

/* What step() took leaves again; it was a number then. */
static void inverse(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  state *s = sqlite3_aggregate_context(ctx, 0);
  if (s == NULL || sqlite3_value_type(argv[0]) == SQLITE_NULL) return;
  sqlite3_value_numeric_type(argv[0]);
  if (tok_sample_remove(&s->sample, sqlite3_value_double(argv[0])) != TOK_OK) {
    sqlite3_result_error_nomem(ctx);
  }
}

static void result(sqlite3_context *ctx, state *s, bool keep) {
  double x;
  if (s == NULL || s->p_null || s->sample.n == 0) return;
  if (tok_sample_percentile(&s->sample, s->p, keep, &x) != TOK_OK) sqlite3_result_error_nomem(ctx);
  else sqlite3_result_double(ctx, x);
}

static void value(sqlite3_context *ctx) { result(ctx, sqlite3_aggregate_context(ctx, 0), true); }

static void final(sqlite3_context *ctx) {
  state *s = sqlite3_aggregate_context(ctx, 0);
  result(ctx, s, false);
  if (s != NULL) tok_sample_free(&s->sample);
}

int tok_percentile_register(sqlite3 *db) {
  static const tok_agg_def defs[] = {
      {"tok_percentile", 2, TOK_PURE, step, final, value, inverse},
      {"tok_p50", 1, TOK_PURE, step_50, final, value, inverse},
      {"tok_p95", 1, TOK_PURE, step_95, final, value, inverse},
      {"tok_p99", 1, TOK_PURE, step_99, final, value, inverse},
  };
  return tok_sql_aggregates(db, NULL, defs, sizeof defs / sizeof defs[0]);
}
