/*
** tok_forecast as an aggregate: what comes next in any series.
**
**     SELECT tok_forecast(day, usd, 14) FROM spending;
**     SELECT tok_forecast(hour, tokens, 24, '{"level":0.95,"gaps":"zero"}') FROM traffic;
**     SELECT json_extract(p.value, '$.ts') AS ts, json_extract(p.value, '$.forecast') AS forecast
**     FROM json_each((SELECT tok_forecast(day, usd, 14) FROM spending), '$.points') p;
**
** tok_forecast(ts, value, horizon [, options_json]) -> JSON
**   F1  {points:[{ts,forecast,lower,upper}], total, total_lower, total_upper, level,
**       method:{name:weight}, n, filled, repaired, backtest:{origins,wape,mase,coverage}, status,
**       step}; NULL without rows.
**   F2  ts is ISO-8601 text or Unix seconds; points come back in the form of the first row. Rows in
**       any order; rows of one time are added up; NULL in ts or value leaves the row out. Rows that
**       follow no step (single requests) are an error that says so.
**   F3  horizon: 1 to 2000 steps. options: level (default 0.8), season (steps; 1 = none), zone
**       (days, weeks and months are those of the zone; a date without a time is a day of any),
**       positive (default: if the history is), gaps ('unknown', the default: a missing step is
**       filled in; 'zero': nothing happened), method (one method instead of the mix). horizon and
**       options of the first row count.
**   F4  The newest 4096 steps of any number of rows count; memory is bounded (3 MB); about 1 ms for
**       1,000 points.
**   F5  n: points used after leading zeros; filled: missing ones; repaired: spikes and holes that
**       were replaced. status 'insufficient' below 4 points (their mean, no interval), 'short
**       history' below 4 seasons, else 'ok'. level_since (only where there is one): from when a new
**       level of traffic holds; what came before counts relative to its own level.
**   F6  The same rows give the same bytes on every machine.
*/
#include <math.h>

#include "../base/time.h"
#include "../base/zone_sql.h"
#include "fmath.h"
#include "options.h"
#include "print_sql.h"

static const char func[] = "tok_forecast";

/* Values beyond would overflow in sums; no series of anything has them. */
static const double VALUE_MAX = 1e300;

typedef enum { TS_SECONDS, TS_DATE, TS_TIME } ts_form;

typedef struct {
  bool begun, failed;
  ts_form form;
  tok_points points;
  tok_forecast_request request;
} state;

/* ---- rows ------------------------------------------------------------------------------------ */

static bool begin(sqlite3_context *ctx, state *s, int argc, sqlite3_value **argv) {
  char wrong[TOK_WRONG_BYTES];
  int64_t horizon = 0;
  tok_forecast_request_init(&s->request);
  if (!tok_sql_int(ctx, func, "horizon", argv[2], &horizon)) return false;
  if (horizon < 1 || horizon > TOK_HORIZON_MAX) {
    tok_sql_error(ctx, func, "horizon must be 1 to %d steps, got %lld", TOK_HORIZON_MAX, horizon);
    return false;
  }
  s->request.run.horizon = (size_t)horizon;
  if (argc > 3 && sqlite3_value_type(argv[3]) != SQLITE_NULL) {
    tok_slice json;
    if (!tok_sql_text(ctx, argv[3], &json)) return false;
    tok_status status = tok_forecast_request_parse(json, &s->request, wrong);
    if (status != TOK_OK) {
      tok_sql_status(ctx, func, status, wrong);
      return false;
    }
  }
  sqlite3_value *ts = argv[0];
  if (sqlite3_value_type(ts) != SQLITE_TEXT) s->form = TS_SECONDS;
  else s->form = sqlite3_value_bytes(ts) == 10 ? TS_DATE : TS_TIME;
  s->begun = true;
  return true;
}

static bool number(sqlite3_context *ctx, sqlite3_value *v, double *out) {
  int type = sqlite3_value_numeric_type(v);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
    tok_sql_error(ctx, func, "value must be a number, got %s",
                  type == SQLITE_BLOB ? "a blob" : "text");
    return false;
  }
  *out = sqlite3_value_double(v);
  if (fabs(*out) <= VALUE_MAX) return true;
  tok_sql_error(ctx, func, "value must be finite and at most 1e300, got %!g", *out);
  return false;
}

/* Unix seconds of a real are those of the second that contains it. */
static bool time_of(sqlite3_context *ctx, sqlite3_value *v, int64_t *out) {
  double d = sqlite3_value_type(v) == SQLITE_FLOAT ? floor(sqlite3_value_double(v)) : NAN;
  if (d >= (double)TOK_TIME_MIN && d <= (double)TOK_TIME_MAX) {
    *out = (int64_t)d;
    return true;
  }
  return tok_sql_time(ctx, func, "ts", v, out);
}

static void step(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  state *s = sqlite3_aggregate_context(ctx, sizeof *s);
  int64_t ts;
  double value;
  if (s == NULL) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  if (s->failed || sqlite3_value_type(argv[0]) == SQLITE_NULL ||
      sqlite3_value_type(argv[1]) == SQLITE_NULL || sqlite3_value_type(argv[2]) == SQLITE_NULL) {
    return;
  }
  s->failed = true; /* unless all goes well */
  if (!s->begun && !begin(ctx, s, argc, argv)) return;
  if (!time_of(ctx, argv[0], &ts) || !number(ctx, argv[1], &value)) return;
  tok_points_add(&s->points, ts, value);
  if (s->points.status != TOK_OK) sqlite3_result_error_nomem(ctx);
  s->failed = s->points.status != TOK_OK;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void add_time(tok_buf *b, ts_form form, int64_t t, const tok_zone *zone) {
  char text[TOK_TIME_TEXT_BYTES], label[TOK_ZONE_TEXT_BYTES];
  if (form == TS_SECONDS) {
    tok_buf_add_i64(b, t);
    return;
  }
  tok_buf_addc(b, '"');
  if (form == TS_TIME) {
    tok_time_format(t, text);
    tok_buf_adds(b, text);
  } else {
    tok_zone_label(zone, TOK_UNIT_DAY, t, label);
    tok_buf_adds(b, label);
  }
  tok_buf_addc(b, '"');
}

/* The time of grid point i; in a zone whose clocks change, days are days of the calendar. */
static int64_t point_time(const tok_series *s, size_t i, const tok_zone *zone) {
  int64_t t = tok_series_time(s, i);
  int64_t local = s->start + tok_zone_offset(zone, s->start);
  if (s->step.months > 0 || s->step.seconds % 86400 != 0) return t;
  int64_t days = (int64_t)i * (s->step.seconds / 86400);
  local += days * 86400;
  return local > TOK_TIME_MAX - 86400 ? TOK_TIME_MAX : tok_zone_utc(zone, local);
}

static void add_step(tok_buf *b, tok_step step) {
  tok_buf_adds(b, step.months > 0 ? ",\"step\":\"P" : ",\"step\":\"PT"); /* ISO 8601 durations */
  tok_buf_add_i64(b, step.months > 0 ? step.months : step.seconds);
  tok_buf_adds(b, step.months > 0 ? "M\"}" : "S\"}");
}

static void print(tok_buf *b, const state *s, const tok_series *grid, const tok_forecast *f,
                  const tok_zone *zone) {
  tok_buf_adds(b, "{\"points\":[");
  for (size_t j = 0; j < f->h; j++) {
    tok_buf_adds(b, j > 0 ? ",{\"ts\":" : "{\"ts\":");
    add_time(b, s->form, point_time(grid, grid->n + j, zone), zone);
    tok_print_member(b, true, "forecast", f->mean[j]);
    tok_print_member(b, true, "lower", f->lower[j]);
    tok_print_member(b, true, "upper", f->upper[j]);
    tok_buf_addc(b, '}');
  }
  tok_buf_addc(b, ']');
  tok_print_member(b, true, "total", f->total);
  tok_print_member(b, true, "total_lower", f->total_lower);
  tok_print_member(b, true, "total_upper", f->total_upper);
  tok_buf_addc(b, ',');
  tok_print_trust(b, f, s->request.run.level);
  if (f->level_at > 0) {
    tok_buf_adds(b, ",\"level_since\":");
    add_time(b, s->form, point_time(grid, f->level_at, zone), zone);
  }
  add_step(b, grid->step);
}

static const tok_zone *zone_of(sqlite3_context *ctx, const char *name) {
  tok_zone_conn *r = sqlite3_user_data(ctx);
  const tok_zone *zone = NULL;
  char *message = NULL;
  int rc = tok_zones_find(&r->zones, tok_slice_of(name[0] == '\0' ? "UTC" : name), &zone, &message);
  if (rc != SQLITE_OK) tok_sql_failure(ctx, func, rc, message);
  sqlite3_free(message);
  return rc == SQLITE_OK ? zone : NULL;
}

static void answer(sqlite3_context *ctx, state *s) {
  tok_series grid = {0};
  tok_forecast f = {0};
  const tok_zone *zone = zone_of(ctx, s->request.zone);
  if (zone == NULL) return;
  if (s->form == TS_DATE) zone = zone_of(ctx, "UTC");
  if (zone == NULL) return;
  /* the state may have moved */
  s->request.run.method = s->request.method[0] == '\0' ? NULL : s->request.method;
  tok_status status = tok_series_grid(&s->points, NULL, &grid);
  if (status == TOK_INVALID) {
    tok_sql_error(ctx, func,
                  "the times follow no regular step; add the rows up into hours or days first");
  } else if (status == TOK_OK) {
    status = tok_forecast_run(&grid, &s->request.run, &f);
    if (status == TOK_OK) {
      tok_buf b;
      tok_buf_init(&b, tok_sql_limit(ctx));
      print(&b, s, &grid, &f, zone);
      tok_sql_result_buf(ctx, func, &b);
      sqlite3_result_subtype(ctx, 'J');
    }
  }
  if (status == TOK_NOMEM) sqlite3_result_error_nomem(ctx);
  tok_forecast_free(&f);
  tok_series_free(&grid);
}

static void finish(sqlite3_context *ctx) {
  state *s = sqlite3_aggregate_context(ctx, 0);
  if (s == NULL) return;
  if (!s->failed && s->begun) answer(ctx, s);
  tok_points_free(&s->points);
}

int tok_forecast_aggregate_register(sqlite3 *db) {
  /* zones are the machine's */
  enum { FLAGS = SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_RESULT_SUBTYPE };
  static const tok_agg_def defs[] = {{func, 3, FLAGS, step, finish, NULL, NULL},
                                     {func, 4, FLAGS, step, finish, NULL, NULL}};
  tok_zone_conn *r = tok_zone_conn_new(db);
  if (r == NULL) return SQLITE_NOMEM;
  int rc = tok_sql_aggregates(db, &r->conn, defs, sizeof defs / sizeof defs[0]);
  tok_conn_release(&r->conn);
  return rc;
}
