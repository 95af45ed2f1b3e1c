/*
** Forecasts of the ledger, and how good they have been.
**
**     SELECT * FROM tok_forecast('cost', 'day', 30);
**     SELECT * FROM tok_forecast('total', 'hour', 48,
**                                '{"tenant_id":"acme","zone":"America/New_York"}', 0.95);
**     SELECT ts, forecast, method, wape, status
**     FROM tok_forecast('requests', 'day', 14, NULL, NULL, '2026-06-01');
**     SELECT sum(abs(error)) / sum(actual) AS wape FROM tok_backtest('cost', 'day', 7);
**
** tok_forecast(metric, bucket, horizon [, filter_json [, level [, now]]]) -> ts, forecast, lower,
**   upper
**   T1  metric: cost (USD), input, output, total (tokens), requests. bucket: hour, day, week,
**       month, … of the zone: filter's "zone", else llm_setting's. horizon: 1 to 2000 buckets.
**       level: default 0.8.
**   T2  ts: hours as 2026-03-08T01:00:00-05:00, longer buckets as their first date, 2026-03-08.
**   T3  The ledger counts as complete up to `now`: a bucket that is not over is not looked at, and
**       the forecast starts with it; a bucket before it without rows is one without usage. Default:
**       the clock, but where the newest row is older than a day (and two buckets), so that
**       recording has stopped or an old ledger was imported, that row.
**   T4  Hours look back llm_setting's forecast_window_days, days twelve times as far, longer
**       buckets at everything.
**   T5  filter: {"tenant_id":…, "user_id", "api_key_id", "session_id", "provider", "model",
**       "task_type", "tag"}, null for rows without; and "zone", "level".
**   T6  Hidden columns, the same in every row: method (JSON), n, filled, repaired, wape, mase,
**       coverage, status, total, total_lower, total_upper. No rows where there is no usage; NULL
**       arguments that are required give no rows.
** tok_backtest(same arguments) -> origin, ts, step, actual, forecast, lower, upper, error
**   B1  What the forecast would have said at up to 16 points of the past, beside what came: origin
**       is the first bucket that was not known. Weights of the mix at an origin come from the other
**       origins. Same hidden columns.
*/
#include <math.h>

#include "../tokens/tokens_sql.h"
#include "forecast.h"
#include "history_sql.h"
#include "print_sql.h"
#include "table_args_sql.h"

enum { ARG_METRIC, ARG_BUCKET, ARG_HORIZON, ARG_FILTER, ARG_LEVEL, ARG_NOW, N_ARGS };

/* Visible columns of both tables in one order; a table has a list of those it shows. */
typedef enum { V_ORIGIN, V_TS, V_STEP, V_ACTUAL, V_FORECAST, V_LOWER, V_UPPER, V_ERROR } visible;

typedef struct {
  tok_tvf tvf;
  const char *schema;
  const visible *columns;
  bool back;
} table;

/* Hidden columns after the arguments. */
#define TRUST_COLUMNS                                                                              \
  " metric HIDDEN, bucket HIDDEN, horizon HIDDEN, filter_json HIDDEN, level HIDDEN, now HIDDEN,"   \
  " method TEXT HIDDEN, n INTEGER HIDDEN, filled INTEGER HIDDEN, repaired INTEGER HIDDEN,"         \
  " wape REAL HIDDEN, mase REAL HIDDEN, coverage REAL HIDDEN, status TEXT HIDDEN,"                 \
  " total REAL HIDDEN, total_lower REAL HIDDEN, total_upper REAL HIDDEN)"
enum {
  T_METHOD,
  T_N,
  T_FILLED,
  T_REPAIRED,
  T_WAPE,
  T_MASE,
  T_COVERAGE,
  T_STATUS,
  T_TOTAL,
  T_LOWER,
  T_UPPER
};

static const visible forecast_columns[] = {V_TS, V_FORECAST, V_LOWER, V_UPPER};
static const visible backtest_columns[] = {V_ORIGIN,   V_TS,    V_STEP,  V_ACTUAL,
                                           V_FORECAST, V_LOWER, V_UPPER, V_ERROR};

static const table forecast_table = {
    {"tok_forecast", "tok_forecast(metric, bucket, horizon [, filter_json [, level [, now]]])", 4,
     3, N_ARGS, 1u << ARG_HORIZON | 1u << ARG_LEVEL},
    "CREATE TABLE x(ts TEXT, forecast REAL, lower REAL, upper REAL," TRUST_COLUMNS,
    forecast_columns,
    false};
static const table backtest_table = {
    {"tok_backtest", "tok_backtest(metric, bucket, horizon [, filter_json [, level [, now]]])", 8,
     3, N_ARGS, 1u << ARG_HORIZON | 1u << ARG_LEVEL},
    "CREATE TABLE x(origin TEXT, ts TEXT, step INTEGER, actual REAL, forecast REAL, lower REAL,"
    " upper REAL, error REAL," TRUST_COLUMNS,
    backtest_columns,
    true};

typedef struct {
  sqlite3_vtab base;
  tok_forecast_conn *conn; /* borrowed: the registration's */
  const table *table;
} vtab;

typedef struct {
  sqlite3_vtab_cursor base;
  tok_tvf_args args;
  tok_history history;
  tok_forecast f;
  double width; /* of the intervals, in standard deviations */
  size_t row, n_rows;
  int64_t next; /* start of the row's bucket, forecast only */
} cursor;

static int connect_table(sqlite3 *db, void *aux, const table *t, sqlite3_vtab **out) {
  int rc = sqlite3_declare_vtab(db, t->schema);
  if (rc != SQLITE_OK) return rc;
  vtab *v = tok_malloc(sizeof *v);
  if (v == NULL) return SQLITE_NOMEM;
  *v = (vtab){.conn = aux, .table = t};
  *out = &v->base;
  return SQLITE_OK;
}

static int connect_forecast(sqlite3 *db, void *aux, int argc, const char *const *argv,
                            sqlite3_vtab **out, char **error) {
  (void)argc, (void)argv, (void)error;
  return connect_table(db, aux, &forecast_table, out);
}

static int connect_backtest(sqlite3 *db, void *aux, int argc, const char *const *argv,
                            sqlite3_vtab **out, char **error) {
  (void)argc, (void)argv, (void)error;
  return connect_table(db, aux, &backtest_table, out);
}

static int disconnect(sqlite3_vtab *base) {
  tok_free(base);
  return SQLITE_OK;
}

static const table *table_of(const sqlite3_vtab *base) { return ((const vtab *)base)->table; }

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  int rc = tok_tvf_best_index(&table_of(base)->tvf, base, info);
  info->orderByConsumed = 0; /* rows come in order, but their text need not sort (offsets) */
  return rc;
}

static int open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  (void)base;
  return tok_vtab_open(sizeof(cursor), out);
}

static void forget(cursor *c) {
  tok_forecast_free(&c->f);
  tok_history_free(&c->history);
  c->row = c->n_rows = 0;
}

static int close(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  forget(c);
  tok_tvf_release(&c->args);
  tok_free(c);
  return SQLITE_OK;
}

/* ---- arguments ------------------------------------------------------------------------------- */

static int read_level(const tok_table_args *a, tok_forecast_options *o) {
  static const char expected[] = "a number between 0 and 1, as 0.8";
  int rc = tok_args_number(a, ARG_LEVEL, "level", expected, 0, &o->level);
  if (rc != SQLITE_OK || (o->level > 0 && o->level < 1)) return rc;
  return tok_args_refuse(a, ARG_LEVEL, "level", expected);
}

static int read_arguments(vtab *v, const tok_tvf_args *args, tok_history_ask *ask,
                          tok_forecast_options *o) {
  const tok_table_args a = {&v->table->tvf, &v->base, args};
  int64_t horizon = 0;
  int rc = tok_args_metric(&a, ARG_METRIC, &ask->metric);
  if (rc == SQLITE_OK) rc = tok_args_unit(&a, ARG_BUCKET, &ask->unit);
  if (rc == SQLITE_OK)
    rc = tok_tvf_int(&v->table->tvf, &v->base, args, ARG_HORIZON, "horizon", 1, &horizon);
  if (rc == SQLITE_OK && horizon > TOK_HORIZON_MAX) {
    rc = tok_vtab_error(&v->base, "%s: horizon must be at most %d, got %lld", v->table->tvf.name,
                        TOK_HORIZON_MAX, horizon);
  }
  if (rc == SQLITE_OK) rc = tok_args_filter(&a, ARG_FILTER, &ask->filter);
  if (rc == SQLITE_OK && ask->filter.level > 0) o->level = ask->filter.level;
  if (rc == SQLITE_OK) rc = read_level(&a, o);
  if (rc == SQLITE_OK) rc = tok_args_now(&a, ARG_NOW, ask);
  o->horizon = (size_t)horizon;
  return rc;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static int read_history(vtab *v, tok_history_ask *ask, tok_history *h) {
  char *message = NULL;
  int rc = tok_history_read(ask, h, &message);
  if (rc != SQLITE_OK && message != NULL) {
    int error = tok_vtab_error(&v->base, "%s", message);
    if (error == SQLITE_NOMEM || rc == SQLITE_OK) rc = error;
  }
  sqlite3_free(message);
  return rc;
}

static int filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                  sqlite3_value **argv) {
  (void)idx_str, (void)argc;
  cursor *c = (cursor *)base;
  vtab *v = (vtab *)base->pVtab;
  tok_history_ask ask = {.func = v->table->tvf.name, .conn = v->conn};
  tok_forecast_options o = {.level = 0.8, .positive = -1};
  bool any_null;
  forget(c);
  int rc = tok_tvf_bind(&v->table->tvf, idx_num, argv, &c->args, &any_null);
  if (rc != SQLITE_OK) return rc;
  for (int k = 0; k < v->table->tvf.n_required; k++) {
    if (!tok_args_given(&c->args, k)) return SQLITE_OK;
  }
  rc = read_arguments(v, &c->args, &ask, &o);
  if (rc == SQLITE_OK) rc = read_history(v, &ask, &c->history);
  if (rc != SQLITE_OK || c->history.n == 0) return rc;
  tok_series s = tok_history_series(&c->history);
  if (tok_forecast_run(&s, &o, &c->f) != TOK_OK) return SQLITE_NOMEM;
  c->n_rows = v->table->back ? c->f.n_back * c->f.back_h : c->f.h;
  c->width = tok_forecast_width(&c->f, o.level);
  c->next = tok_history_after(&c->history, 0);
  return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  tok_span span;
  tok_zone_bucket(c->history.zone, c->history.unit, c->next, &span);
  c->next = span.end;
  c->row++;
  return SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *base) {
  const cursor *c = (const cursor *)base;
  return c->row >= c->n_rows;
}

static void result_bucket(sqlite3_context *ctx, const tok_history *h, int64_t start) {
  char text[TOK_ZONE_TEXT_BYTES];
  if (!tok_time_in_range(start)) return;
  tok_zone_label(h->zone, h->unit == TOK_UNIT_HOUR ? TOK_UNIT_HOUR : TOK_UNIT_DAY, start, text);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

static void result_real(sqlite3_context *ctx, double v) {
  if (isfinite(v)) sqlite3_result_double(ctx, v);
}

static void result_forecast(const cursor *c, sqlite3_context *ctx, visible column) {
  if (column == V_TS) result_bucket(ctx, &c->history, c->next);
  else if (column == V_FORECAST) result_real(ctx, c->f.mean[c->row]);
  else if (column == V_LOWER) result_real(ctx, c->f.lower[c->row]);
  else result_real(ctx, c->f.upper[c->row]);
}

static void result_backtest(const cursor *c, sqlite3_context *ctx, visible column) {
  tok_backtest_row r = tok_forecast_back(&c->f, c->history.v, c->width, c->row);
  const double values[] = {[V_ACTUAL] = r.actual, [V_FORECAST] = r.forecast, [V_LOWER] = r.lower,
                           [V_UPPER] = r.upper, [V_ERROR] = r.error};
  if (column == V_ORIGIN) result_bucket(ctx, &c->history, c->history.start[r.origin]);
  else if (column == V_TS) result_bucket(ctx, &c->history, c->history.start[r.at]);
  else if (column == V_STEP) sqlite3_result_int64(ctx, (sqlite3_int64)r.step);
  else result_real(ctx, values[column]);
}

static void result_mix(sqlite3_context *ctx, const tok_forecast *f) {
  tok_buf b;
  tok_buf_init(&b, tok_sql_limit(ctx));
  tok_print_mix(&b, f);
  tok_sql_result_buf(ctx, "tok_forecast", &b);
}

static void result_trust(const cursor *c, sqlite3_context *ctx, int column) {
  const tok_forecast *f = &c->f;
  switch (column) {
  case T_METHOD: result_mix(ctx, f); break;
  case T_N: sqlite3_result_int64(ctx, (sqlite3_int64)f->n); break;
  case T_FILLED: sqlite3_result_int64(ctx, (sqlite3_int64)f->n_filled); break;
  case T_REPAIRED: sqlite3_result_int64(ctx, (sqlite3_int64)f->n_repaired); break;
  case T_WAPE: result_real(ctx, f->wape); break;
  case T_MASE: result_real(ctx, f->mase); break;
  case T_COVERAGE: result_real(ctx, f->coverage); break;
  case T_STATUS: sqlite3_result_text(ctx, tok_grade_name(f->grade), -1, SQLITE_STATIC); break;
  case T_TOTAL: result_real(ctx, f->total); break;
  case T_LOWER: result_real(ctx, f->total_lower); break;
  case T_UPPER: result_real(ctx, f->total_upper); break;
  default: break;
  }
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const cursor *c = (const cursor *)base;
  const table *t = table_of(base->pVtab);
  if (i >= t->tvf.first_hidden + N_ARGS) result_trust(c, ctx, i - t->tvf.first_hidden - N_ARGS);
  else if (i >= t->tvf.first_hidden) tok_tvf_column(&t->tvf, &c->args, ctx, i);
  else if (t->back) result_backtest(c, ctx, t->columns[i]);
  else result_forecast(c, ctx, t->columns[i]);
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *id) {
  *id = (sqlite3_int64)((cursor *)base)->row;
  return SQLITE_OK;
}

#define MODULE(connect)                                                                            \
  {                                                                                                \
    .xConnect = (connect), .xBestIndex = best_index, .xDisconnect = disconnect, .xOpen = open,     \
    .xClose = close, .xFilter = filter, .xNext = next, .xEof = eof, .xColumn = column,             \
    .xRowid = rowid                                                                                \
  }
static const sqlite3_module forecast_module = MODULE(connect_forecast);
static const sqlite3_module backtest_module = MODULE(connect_backtest);

int tok_forecast_tables_register(sqlite3 *db) {
  static const tok_module_def modules[] = {{"tok_forecast", &forecast_module},
                                           {"tok_backtest", &backtest_module}};
  tok_forecast_conn *c = tok_forecast_conn_new(db);
  if (c == NULL) return SQLITE_NOMEM;
  int rc = tok_sql_modules(db, &c->conn, modules, sizeof modules / sizeof modules[0]);
  tok_conn_release(&c->conn);
  return rc;
}
