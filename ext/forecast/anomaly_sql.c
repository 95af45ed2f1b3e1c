/*
** What was not normal, and who caused it.
**
**     SELECT * FROM tok_anomalies('cost', 'hour');
**     SELECT start, impact, cause
**     FROM tok_anomalies('total', 'day', '{"tenant_id":"acme","zone":"Europe/Berlin"}');
**     SELECT * FROM tok_anomalies('cost', 'day', NULL, 3, 5.0);   -- more sensitive, from 5 USD on
**     SELECT * FROM tok_anomalies('requests', 'hour', NULL, NULL, 100, 2);
**       -- also from twice the expected
**
** tok_anomalies(metric, bucket [, filter_json [, threshold [, min_impact [, spike [, now]]]]])
** -> start, end, actual, expected, lower, upper, score, impact, impact_pct, direction, cause
**   A1  metric: cost (USD), input, output, total (tokens), requests. bucket: hour, day, week, … of
**       the zone: filter's "zone", else llm_setting's. filter: as that of tok_forecast.
**   A2  A row is an event: consecutive buckets in one direction, 'up' or 'down'. start is its first
**       moment, end the first after it: hours as 2026-03-08T01:00:00-05:00, longer buckets as
**       dates.
**   A3  expected: the level (a running median) times what the same hour of other days and weeks, or
**       the same weekday, is of it; of both sides where there is a later side, of the past alone
**       for the newest buckets.
**   A4  score: standard deviations of the event's worst bucket, from threshold (default 4) on.
**       lower and upper: what would have passed. All but score are sums over the event, in the
**       metric's unit.
**   A5  impact = actual - expected; impact_pct in percent of expected, NULL where that is 0. Events
**       whose |impact| is below min_impact (default 0) are left out.
**   A6  spike: buckets of at least so many times the expected are events too, whatever the noise; a
**       number above 1.
**   A7  cause: 'tenant_id=acme (83 %)': the tenant, model, task or provider that explains most of
**       the impact against the same span of up to 3 weeks before (days, in a ledger younger than a
**       week), and how much of it. Where several explain more than half, the one whose share
**       changed most. NULL if there is none.
**   A8  A bucket without rows is a zero, in the ledger's time (see T3 of tok_forecast, also for
**       now). One in which a tenth of the requests have no price (or no count of that metric) is
**       unknown: neither judged nor compared with. The bucket that is not over is not looked at.
**   A9  Less than 240 hours, or 10 of a longer bucket: no rows, and none for an hour (a day) that
**       has no hour of the same weekday before it, or two after it, to go by. So much is looked at:
**       T4 of tok_forecast.
**   A10 NULL for metric or bucket gives no rows; NULL for the others is their default.
*/
#include <math.h>

#include "../tokens/tokens_sql.h"
#include "anomaly.h"
#include "anomaly_sql.h"
#include "history_sql.h"
#include "scripts.h"
#include "table_args_sql.h"

enum { ARG_METRIC, ARG_BUCKET, ARG_FILTER, ARG_THRESHOLD, ARG_IMPACT, ARG_SPIKE, ARG_NOW, N_ARGS };
enum {
  COL_START,
  COL_END,
  COL_ACTUAL,
  COL_EXPECTED,
  COL_LOWER,
  COL_UPPER,
  COL_SCORE,
  COL_IMPACT,
  COL_PERCENT,
  COL_DIRECTION,
  COL_CAUSE,
  FIRST_HIDDEN
};

static const char schema[] = "CREATE TABLE x(start TEXT, \"end\" TEXT, actual REAL, expected REAL, "
                             "lower REAL, upper REAL, score REAL,"
                             " impact REAL, impact_pct REAL, direction TEXT, cause TEXT, metric "
                             "HIDDEN, bucket HIDDEN, filter_json HIDDEN,"
                             " threshold HIDDEN, min_impact HIDDEN, spike HIDDEN, now HIDDEN)";

static const tok_tvf tvf = {
    "tok_anomalies",
    "tok_anomalies(metric, bucket [, filter_json [, threshold [, min_impact [, spike [, now]]]]])",
    FIRST_HIDDEN,
    2,
    N_ARGS,
    1u << ARG_THRESHOLD | 1u << ARG_IMPACT | 1u << ARG_SPIKE};

typedef struct {
  sqlite3_vtab base;
  tok_forecast_conn *conn; /* borrowed: the registration's */
} vtab;

typedef struct {
  sqlite3_vtab_cursor base;
  tok_tvf_args args;
  tok_history_ask ask;
  tok_history history;
  tok_anomalies found;
  size_t row;
} cursor;

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                   char **error) {
  (void)argc, (void)argv, (void)error;
  int rc = sqlite3_declare_vtab(db, schema);
  if (rc != SQLITE_OK)
    return rc;
  vtab *v = tok_malloc(sizeof *v);
  if (v == NULL)
    return SQLITE_NOMEM;
  *v = (vtab){.conn = aux};
  *out = &v->base;
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base) {
  tok_free(base);
  return SQLITE_OK;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  int rc = tok_tvf_best_index(&tvf, base, info);
  info->orderByConsumed = 0; /* rows come in order, but their text need not sort (offsets) */
  return rc;
}

static int open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  (void)base;
  return tok_vtab_open(sizeof(cursor), out);
}

static void forget(cursor *c) {
  tok_anomalies_free(&c->found);
  tok_history_free(&c->history);
  c->row = 0;
}

static int close(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  forget(c);
  tok_tvf_release(&c->args);
  tok_free(c);
  return SQLITE_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

static int read_arguments(vtab *v, const tok_tvf_args *args, tok_history_ask *ask,
                          tok_anomaly_options *o) {
  const tok_table_args a = {&tvf, &v->base, args};
  int rc = tok_args_metric(&a, ARG_METRIC, &ask->metric);
  if (rc == SQLITE_OK)
    rc = tok_args_unit(&a, ARG_BUCKET, &ask->unit);
  if (rc == SQLITE_OK)
    rc = tok_args_filter(&a, ARG_FILTER, &ask->filter);
  if (rc == SQLITE_OK)
    rc = tok_args_number(&a, ARG_THRESHOLD, "threshold", "a number above 0", 0, &o->threshold);
  if (rc == SQLITE_OK && !(o->threshold > 0))
    rc = tok_args_refuse(&a, ARG_THRESHOLD, "threshold", "a number above 0");
  if (rc == SQLITE_OK)
    rc = tok_args_number(&a, ARG_IMPACT, "min_impact", "a number of at least 0", 0, &o->min_impact);
  if (rc == SQLITE_OK)
    rc = tok_args_number(&a, ARG_SPIKE, "spike", "a number above 1", 1, &o->spike);
  if (rc == SQLITE_OK && o->spike == 1)
    rc = tok_args_refuse(&a, ARG_SPIKE, "spike", "a number above 1");
  return rc == SQLITE_OK ? tok_args_now(&a, ARG_NOW, ask) : rc;
}

/* A statement of this room with the filter bound; the caller finalizes it also after a failure. */
static int prepare(const tok_history_ask *ask, const char *script, sqlite3_stmt **stmt) {
  int rc = sqlite3_prepare_v2(ask->conn->conn.db, tok_forecast_script(script), -1, stmt, NULL);
  if (rc == SQLITE_OK)
    rc = tok_history_bind(*stmt, &ask->filter);
  int at = sqlite3_bind_parameter_index(*stmt, ":metric");
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_text(*stmt, at, tok_metric_names[ask->metric], -1, SQLITE_STATIC);
  return rc;
}

static int bind_int(sqlite3_stmt *stmt, int rc, const char *name, int64_t value) {
  return rc == SQLITE_OK ? sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, name), value)
                         : rc;
}

static int find(cursor *c, const tok_anomaly_options *o) {
  tok_anomaly_usage usage;
  sqlite3_stmt *stmt = NULL;
  int rc = tok_anomaly_usage_init(&usage, &c->history) == TOK_OK
               ? prepare(&c->ask, "forecast/known.sql", &stmt)
               : SQLITE_NOMEM;
  rc = bind_int(stmt, rc, ":since", c->history.start[0]);
  rc = bind_int(stmt, rc, ":until", tok_history_after(&c->history, 0));
  while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    tok_anomaly_usage_add(&usage, sqlite3_column_int64(stmt, 0), sqlite3_column_double(stmt, 1),
                          sqlite3_column_double(stmt, 2));
    rc = SQLITE_OK;
  }
  sqlite3_finalize(stmt);
  if (rc == SQLITE_DONE)
    rc = tok_anomaly_usage_find(&usage, o, &c->found) == TOK_OK ? SQLITE_OK : SQLITE_NOMEM;
  tok_anomaly_usage_free(&usage);
  return rc;
}

static int read_history(vtab *v, cursor *c) {
  char *message = NULL;
  int rc = tok_history_read(&c->ask, &c->history, &message);
  if (rc != SQLITE_OK && message != NULL && tok_vtab_error(&v->base, "%s", message) == SQLITE_NOMEM)
    rc = SQLITE_NOMEM;
  sqlite3_free(message);
  return rc;
}

static int filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                  sqlite3_value **argv) {
  (void)idx_str, (void)argc;
  cursor *c = (cursor *)base;
  vtab *v = (vtab *)base->pVtab;
  tok_anomaly_options o = {.threshold = TOK_ANOMALY_THRESHOLD};
  bool any_null;
  forget(c);
  c->ask = (tok_history_ask){.func = tvf.name, .conn = v->conn};
  int rc = tok_tvf_bind(&tvf, idx_num, argv, &c->args, &any_null);
  if (rc != SQLITE_OK)
    return rc;
  for (int k = 0; k < tvf.n_required; k++) {
    if (!tok_args_given(&c->args, k))
      return SQLITE_OK;
  }
  rc = read_arguments(v, &c->args, &c->ask, &o);
  if (rc == SQLITE_OK)
    rc = read_history(v, c);
  if (rc != SQLITE_OK || c->history.n == 0)
    return rc;
  return find(c, &o);
}

static int next(sqlite3_vtab_cursor *base) {
  ((cursor *)base)->row++;
  return SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *base) {
  const cursor *c = (const cursor *)base;
  return c->row >= c->found.n_events;
}

/* ---- columns --------------------------------------------------------------------------------- */

static void result_moment(sqlite3_context *ctx, const tok_history *h, int64_t t) {
  char text[TOK_ZONE_TEXT_BYTES];
  if (!tok_time_in_range(t))
    return;
  tok_zone_label(h->zone, h->unit == TOK_UNIT_HOUR ? TOK_UNIT_HOUR : TOK_UNIT_DAY, t, text);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

/* The best of the rows; its text is owned by *text (sqlite3_free). */
static int best_cause(sqlite3_stmt *stmt, tok_cause *cause, char **text) {
  int rc;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    if (!tok_cause_offer(cause, sqlite3_column_double(stmt, 2), sqlite3_column_double(stmt, 3),
                         sqlite3_column_double(stmt, 4), sqlite3_column_double(stmt, 5))) {
      continue;
    }
    const unsigned char *value = sqlite3_column_text(stmt, 1);
    sqlite3_free(*text);
    *text = value == NULL ? NULL
                          : sqlite3_mprintf("%s=%s (%d %%)", sqlite3_column_text(stmt, 0), value,
                                            tok_cause_percent(cause));
    if (*text == NULL)
      return SQLITE_NOMEM;
  }
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int result_cause(const cursor *c, sqlite3_context *ctx, const tok_anomaly_event *e) {
  tok_cause cause = {.excess = e->impact, .expected = e->expected};
  tok_span event = tok_anomaly_span(&c->history, e);
  tok_cause_spans before = tok_cause_spans_of(c->history.start[0], event);
  sqlite3_stmt *stmt = NULL;
  char *text = NULL;
  int rc = prepare(&c->ask, "forecast/cause.sql", &stmt);
  rc = bind_int(stmt, rc, ":start", event.start);
  rc = bind_int(stmt, rc, ":until", event.end);
  rc = bind_int(stmt, rc, ":shift", before.shift_s);
  rc = bind_int(stmt, rc, ":count", before.count);
  if (rc == SQLITE_OK)
    rc = best_cause(stmt, &cause, &text);
  sqlite3_finalize(stmt);
  if (rc == SQLITE_OK && text != NULL)
    sqlite3_result_text(ctx, text, -1, sqlite3_free);
  else
    sqlite3_free(text);
  return rc;
}

static int result_event(const cursor *c, sqlite3_context *ctx, int i) {
  const tok_anomaly_event *e = &c->found.event[c->row];
  tok_span span = tok_anomaly_span(&c->history, e);
  switch (i) {
  case COL_START:
    result_moment(ctx, &c->history, span.start);
    break;
  case COL_END:
    result_moment(ctx, &c->history, span.end);
    break;
  case COL_ACTUAL:
    sqlite3_result_double(ctx, e->actual);
    break;
  case COL_EXPECTED:
    sqlite3_result_double(ctx, e->expected);
    break;
  case COL_LOWER:
    sqlite3_result_double(ctx, e->lower);
    break;
  case COL_UPPER:
    sqlite3_result_double(ctx, e->upper);
    break;
  case COL_SCORE:
    sqlite3_result_double(ctx, e->score);
    break;
  case COL_IMPACT:
    sqlite3_result_double(ctx, e->impact);
    break;
  case COL_PERCENT:
    if (e->expected > 0)
      sqlite3_result_double(ctx, e->impact_pct);
    break;
  case COL_DIRECTION:
    sqlite3_result_text(ctx, e->up ? "up" : "down", -1, SQLITE_STATIC);
    break;
  default:
    return result_cause(c, ctx, e);
  }
  return SQLITE_OK;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const cursor *c = (const cursor *)base;
  if (i < FIRST_HIDDEN)
    return result_event(c, ctx, i);
  tok_tvf_column(&tvf, &c->args, ctx, i);
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *id) {
  *id = (sqlite3_int64)((cursor *)base)->row;
  return SQLITE_OK;
}

static const sqlite3_module module = {.xConnect = connect,
                                      .xBestIndex = best_index,
                                      .xDisconnect = disconnect,
                                      .xOpen = open,
                                      .xClose = close,
                                      .xFilter = filter,
                                      .xNext = next,
                                      .xEof = eof,
                                      .xColumn = column,
                                      .xRowid = rowid};

int tok_anomalies_register(sqlite3 *db) {
  static const tok_module_def modules[] = {{"tok_anomalies", &module}};
  tok_forecast_conn *c = tok_forecast_conn_new(db);
  if (c == NULL)
    return SQLITE_NOMEM;
  int rc = tok_sql_modules(db, &c->conn, modules, sizeof modules / sizeof modules[0]);
  tok_conn_release(&c->conn);
  return rc;
}
