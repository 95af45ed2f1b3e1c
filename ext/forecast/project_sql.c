/*
** Projections of periods and budgets.
**
**     SELECT tok_project('cost', 'month');
**     SELECT tok_project('total', 'day', '{"tenant_id":"acme","budget":1000000}',
**                        '2026-06-15T12:00:00Z');
**     SELECT tok_forecast_alerts();
**
** tok_project(metric, period [, filter_json [, now]]) -> JSON {metric, period, start, end, now,
** so_far, rest, projected, lower, upper, budget, quota, p_over, exhausted:{early,median,late},
** run_rate, level, method, n, filled, repaired, backtest, status}
**   P1  metric: cost (USD), input, output, total, requests. period: hour, day, week, month,
**       quarter, year, or a period of quotas that has an end ('every 5h'), by the calendar of the
**       zone: filter's "zone", else llm_setting's.
**   P2  so_far: used from start to now. projected = so_far + rest. lower, upper: its interval
**       (filter's "level", default 0.8). run_rate: so_far divided by the share of the period that
**       is over, for comparison.
**   P3  budget: filter's "budget" (in the metric's unit), else the limit of the tightest active
**       quota whose scope, metric and period are these; null without. p_over: probability of more
**       than that. exhausted: when it is used up, at the upper bound, the median and the lower
**       bound; null if not before the end.
**   P4  now: default the clock. Buckets before it without rows count as no usage.
**   P5  NULL in metric or period gives NULL. Without any usage the projection is null and status
**       'insufficient'.
** tok_forecast_alerts([now]) -> INTEGER events recorded
**   A1  Every active rule of llm_alert with basis 'forecast' is looked at: where the projected
**       total of the quota's running period reaches value * limit (value 1: the limit itself), one
**       event a rule, key and period is written to llm_alert_event: used_units is the projection.
**       Quotas split by one column have a projection for each key.
**   A2  Call it from a timer: forecasts look at history, which a trigger should not. Where it
**       fails, the events written before stay, and the next call writes the rest. Scopes with
**       wildcards, quotas split by several columns and periods without an end have no projection
**       and are passed over.
*/
#include <math.h>

#include "../budget/period.h"
#include "forecast.h"
#include "history_sql.h"
#include "print_sql.h"
#include "project.h"
#include "scripts.h"

/* What is projected, and the answer. */
typedef struct {
  tok_history_ask ask;
  char period_text[TOK_PERIOD_TEXT_BYTES];
  tok_span span;
  char quota[TOK_SCOPE_BYTES]; /* "" if the budget is not a quota's */
  tok_project_ask p;
  tok_projection out;
  double run_rate;
  tok_history history;
  tok_forecast f;
} projection;

static void projection_free(projection *j) {
  tok_forecast_free(&j->f);
  tok_history_free(&j->history);
}

/* ---- what is asked --------------------------------------------------------------------------- */

static int wrong(const projection *j, char **message, const char *format, tok_slice got,
                 const char *why) {
  *message =
      sqlite3_mprintf(format, j->ask.func, tok_shown(got), got.ptr == NULL ? "" : got.ptr, why);
  return *message == NULL ? SQLITE_NOMEM : SQLITE_ERROR;
}

/* The period that holds now. */
static int find_period(projection *j, tok_slice text, const tok_zone *zone, char **message) {
  tok_period p;
  const char *why;
  if (tok_period_parse(text, &p, &why) != TOK_OK) {
    return wrong(j, message, "%s: period '%.*s' %s", text, why);
  }
  if (p.kind != TOK_PERIOD_CALENDAR && p.kind != TOK_PERIOD_EVERY && p.kind != TOK_PERIOD_STEP) {
    return wrong(j, message, "%s: period '%.*s' %s", text, "has no end to project to");
  }
  tok_period_at(&p, zone, j->ask.now, &j->span);
  tok_period_format(&p, j->period_text);
  return SQLITE_OK;
}

/* Is the budget that of a quota? A database without llm_quota has none. */
static int find_quota(projection *j, char **message) {
  sqlite3 *db = j->ask.conn->conn.db;
  sqlite3_stmt *stmt = NULL;
  const tok_filter *f = &j->ask.filter;
  for (int k = 0; k < TOK_N_SCOPE; k++) {
    if (f->given[k] && f->is_null[k]) return SQLITE_OK; /* no quota is about rows without a value */
  }
  int rc = sqlite3_prepare_v2(db, tok_forecast_script("forecast/quota.sql"), -1, &stmt, NULL);
  if (tok_sql_absent(db, rc)) return SQLITE_OK;
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_text(stmt, 1, tok_metric_names[j->ask.metric], -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(stmt, 2, j->period_text, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(stmt, 3, j->ask.now);
  for (int k = 0; k < TOK_N_SCOPE && rc == SQLITE_OK; k++) {
    char name[32];
    sqlite3_snprintf((int)sizeof name, name, ":%s", tok_scope_names[k]);
    int at = sqlite3_bind_parameter_index(stmt, name);
    if (f->given[k]) rc = sqlite3_bind_text(stmt, at, f->value[k], -1, SQLITE_STATIC);
  }
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(stmt, 0);
    sqlite3_snprintf(TOK_SCOPE_BYTES, j->quota, "%s", name == NULL ? "" : name);
    j->p.budget = tok_metric_amount(j->ask.metric, sqlite3_column_int64(stmt, 1));
    rc = name == NULL ? SQLITE_NOMEM : SQLITE_DONE;
  }
  if (rc != SQLITE_DONE)
    *message =
        rc == SQLITE_NOMEM ? NULL : sqlite3_mprintf("%s: %s", j->ask.func, sqlite3_errmsg(db));
  sqlite3_finalize(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* ---- projecting ------------------------------------------------------------------------------ */

/* Forecasts the buckets from the running one to the period's last. */
static int forecast_rest(projection *j) {
  tok_forecast_options o = {.level = j->p.level, .positive = -1};
  tok_rest rest = tok_history_rest(&j->history, j->ask.now, j->span.end, TOK_HORIZON_MAX);
  j->p.elapsed = rest.elapsed;
  j->p.last_part = rest.last_part;
  o.horizon = rest.steps;
  if (j->history.n == 0) return SQLITE_OK;
  tok_series s = tok_history_series(&j->history);
  if (tok_forecast_run(&s, &o, &j->f) != TOK_OK) return SQLITE_NOMEM;
  tok_project(&j->p, &j->f, &j->out);
  return SQLITE_OK;
}

/* ask.func, conn, metric, filter and now are set. */
static int project(projection *j, tok_slice period, char **message) {
  const tok_zone *zone = NULL;
  int rc = tok_history_zone(&j->ask, &zone, message);
  if (rc == SQLITE_OK) rc = find_period(j, period, zone, message);
  if (rc == SQLITE_OK && isnan(j->p.budget)) rc = find_quota(j, message);
  if (rc != SQLITE_OK) return rc;
  j->p.level = j->ask.filter.level > 0 ? j->ask.filter.level : 0.8;
  j->ask.unit = tok_history_unit_for(j->span);
  j->ask.now_given = true;
  rc = tok_history_read(&j->ask, &j->history, message);
  if (rc == SQLITE_OK)
    rc = tok_history_sum(&j->ask, zone, j->span.start, j->ask.now, &j->p.so_far, message);
  if (rc == SQLITE_OK) rc = forecast_rest(j);
  double over = tok_span_share(j->span, j->ask.now);
  j->run_rate = over > 0 ? j->p.so_far / over : NAN;
  return rc;
}

/* ---- tok_project ----------------------------------------------------------------------------- */

static void add_text(tok_buf *b, const char *name, const char *text) {
  tok_buf_adds(b, name);
  tok_buf_add_json(b, tok_slice_of(text));
}

static void add_time(tok_buf *b, const char *name, int64_t t) {
  char text[TOK_TIME_TEXT_BYTES];
  if (!tok_time_in_range(t)) {
    tok_buf_adds(b, name);
    tok_buf_adds(b, "null");
    return;
  }
  tok_time_format(t, text);
  add_text(b, name, text);
}

/* When `steps` of the forecast's buckets have passed; null if that is not a number. */
static void add_exhausted(tok_buf *b, const char *name, const projection *j, double steps) {
  if (isnan(steps)) {
    tok_buf_adds(b, name);
    tok_buf_adds(b, "null");
  } else {
    add_time(b, name, tok_history_moment(&j->history, j->ask.now, j->span.end, steps));
  }
}

static void print(tok_buf *b, const projection *j) {
  bool known = j->history.n > 0;
  add_text(b, "{\"metric\":", tok_metric_names[j->ask.metric]);
  add_text(b, ",\"period\":", j->period_text);
  add_time(b, ",\"start\":", j->span.start);
  add_time(b, ",\"end\":", j->span.end);
  add_time(b, ",\"now\":", j->ask.now);
  tok_print_member(b, true, "so_far", j->p.so_far);
  tok_print_member(b, true, "rest", known ? j->out.rest : NAN);
  tok_print_member(b, true, "projected", known ? j->out.projected : NAN);
  tok_print_member(b, true, "lower", known ? j->out.lower : NAN);
  tok_print_member(b, true, "upper", known ? j->out.upper : NAN);
  tok_print_member(b, true, "budget", j->p.budget);
  if (j->quota[0] != '\0') add_text(b, ",\"quota\":", j->quota);
  else tok_buf_adds(b, ",\"quota\":null");
  tok_print_member(b, true, "p_over", known ? j->out.p_over : NAN);
  add_exhausted(b, ",\"exhausted\":{\"early\":", j, known ? j->out.early : NAN);
  add_exhausted(b, ",\"median\":", j, known ? j->out.median : NAN);
  add_exhausted(b, ",\"late\":", j, known ? j->out.late : NAN);
  tok_buf_addc(b, '}');
  tok_print_member(b, true, "run_rate", j->run_rate);
  tok_buf_addc(b, ',');
  tok_print_trust(b, &j->f, j->p.level);
  tok_buf_addc(b, '}');
}

static void raise(sqlite3_context *ctx, int rc, const char *message) {
  if (rc == SQLITE_NOMEM || message == NULL) {
    if (rc == SQLITE_NOMEM) sqlite3_result_error_nomem(ctx);
    else sqlite3_result_error_code(ctx, rc);
    return;
  }
  sqlite3_result_error(ctx, message, -1);
  if (rc != SQLITE_ERROR) sqlite3_result_error_code(ctx, rc);
}

static bool read_filter(sqlite3_context *ctx, const char *func, sqlite3_value *v, tok_filter *f) {
  char what[TOK_WRONG_BYTES];
  tok_slice json;
  tok_filter_init(f);
  if (v == NULL || sqlite3_value_type(v) == SQLITE_NULL) return true;
  if (!tok_sql_text(ctx, v, &json)) return false;
  if (tok_filter_parse(json, f, what) == TOK_OK) return true;
  tok_sql_error(ctx, func, "%s", what);
  return false;
}

/* The time argument, or the clock's time. */
static bool read_now(sqlite3_context *ctx, const char *func, sqlite3_value *v, int64_t *now) {
  if (v != NULL && sqlite3_value_type(v) != SQLITE_NULL)
    return tok_sql_time(ctx, func, "now", v, now);
  *now = tok_sql_now();
  return true;
}

static void project_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  static const char func[] = "tok_project";
  if (sqlite3_value_type(argv[0]) == SQLITE_NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL)
    return;
  tok_slice metric, period;
  if (!tok_sql_text(ctx, argv[0], &metric) || !tok_sql_text(ctx, argv[1], &period)) return;
  projection *j = tok_malloc(sizeof *j); /* too large for a stack that is not ours */
  char *message = NULL;
  if (j == NULL) {
    sqlite3_result_error_nomem(ctx);
    return;
  }
  *j = (projection){.ask = {.func = func, .conn = sqlite3_user_data(ctx)}};
  bool ok = tok_metric_parse(metric, &j->ask.metric) == TOK_OK;
  if (!ok) {
    tok_sql_error(ctx, func, "metric must be cost, input, output, total or requests, got '%.*s'",
                  tok_shown(metric), metric.ptr);
  }
  ok = ok && read_filter(ctx, func, argc > 2 ? argv[2] : NULL, &j->ask.filter) &&
       read_now(ctx, func, argc > 3 ? argv[3] : NULL, &j->ask.now);
  if (ok) {
    j->p.budget = j->ask.filter.budget;
    int rc = project(j, period, &message);
    tok_buf b;
    tok_buf_init(&b, tok_sql_limit(ctx));
    if (rc == SQLITE_OK) {
      print(&b, j);
      tok_sql_result_buf(ctx, func, &b);
      sqlite3_result_subtype(ctx, 'J');
    } else {
      raise(ctx, rc, message);
    }
  }
  sqlite3_free(message);
  projection_free(j);
  tok_free(j);
}

/* ---- tok_forecast_alerts --------------------------------------------------------------------- */

enum {
  RULE_ALERT,
  RULE_VALUE,
  RULE_QUOTA,
  RULE_METRIC,
  RULE_PERIOD,
  RULE_ZONE,
  RULE_LIMIT,
  RULE_SPLIT,
  RULE_KEY,
  RULE_SCOPE
};

static void set_scope(tok_filter *f, int k, const char *value) {
  f->given[k] = true;
  sqlite3_snprintf(TOK_SCOPE_BYTES, f->value[k], "%s", value == NULL ? "" : value);
}

/*
** The filter that means the rule's rows; false where there is none: scopes with wildcards inside,
** several columns to split by.
*/
static bool scope_of(sqlite3_stmt *rule, tok_filter *f) {
  const char *split = (const char *)sqlite3_column_text(rule, RULE_SPLIT);
  const char *zone = (const char *)sqlite3_column_text(rule, RULE_ZONE);
  bool found = split == NULL || split[0] == '\0';
  tok_filter_init(f);
  sqlite3_snprintf(TOK_NAME_BYTES, f->zone, "%s", zone == NULL ? "UTC" : zone);
  for (int k = 0; k < TOK_N_SCOPE; k++) {
    const char *value = (const char *)sqlite3_column_text(rule, RULE_SCOPE + k);
    if (value == NULL) return false;
    if (strcmp(value, "*") != 0) {
      if (strpbrk(value, "*?") != NULL) return false;
      set_scope(f, k, value);
    }
    if (split != NULL && strcmp(split, tok_scope_names[k]) == 0) {
      set_scope(f, k, (const char *)sqlite3_column_text(rule, RULE_KEY));
      found = true;
    }
  }
  return found;
}

static int record(projection *j, sqlite3_stmt *rule, int64_t limit, double line, int *n) {
  sqlite3 *db = j->ask.conn->conn.db;
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, tok_forecast_script("forecast/alert_event.sql"), -1, &stmt, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_value(stmt, 1, sqlite3_column_value(rule, RULE_ALERT));
  if (rc == SQLITE_OK) rc = sqlite3_bind_value(stmt, 2, sqlite3_column_value(rule, RULE_QUOTA));
  if (rc == SQLITE_OK) rc = sqlite3_bind_value(stmt, 3, sqlite3_column_value(rule, RULE_KEY));
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(stmt, 4, j->span.start);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(stmt, 5, tok_metric_units(j->ask.metric, line));
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(stmt, 6, tok_metric_units(j->ask.metric, j->out.projected));
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(stmt, 7, limit);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(stmt, 8, j->ask.now);
  if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
  if (rc == SQLITE_DONE) *n += sqlite3_changes(db);
  sqlite3_finalize(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* One rule and key. Periods without an end and scopes that no filter means have no projection. */
static int look_at(tok_forecast_conn *conn, sqlite3_stmt *rule, projection *j, int64_t now, int *n,
                   char **message) {
  *j = (projection){.ask = {.func = "tok_forecast_alerts", .conn = conn, .now = now}};
  tok_slice metric, period;
  if (tok_sql_column(rule, RULE_METRIC, &metric) != SQLITE_OK ||
      tok_sql_column(rule, RULE_PERIOD, &period) != SQLITE_OK)
    return SQLITE_NOMEM;
  int64_t limit = sqlite3_column_int64(rule, RULE_LIMIT);
  if (tok_metric_parse(metric, &j->ask.metric) != TOK_OK || !scope_of(rule, &j->ask.filter))
    return SQLITE_OK;
  tok_period p;
  const char *why;
  bool ends = tok_period_parse(period, &p, &why) == TOK_OK && p.kind <= TOK_PERIOD_STEP;
  if (!ends) return SQLITE_OK;
  j->p.budget = tok_metric_amount(j->ask.metric, limit);
  int rc = project(j, period, message);
  double line = j->p.budget * sqlite3_column_double(rule, RULE_VALUE);
  if (rc == SQLITE_OK && j->history.n > 0 && j->out.projected >= line)
    rc = record(j, rule, limit, line, n);
  projection_free(j);
  return rc;
}

static int look_at_all(tok_forecast_conn *conn, int64_t now, int *n, char **message) {
  sqlite3 *db = conn->conn.db;
  sqlite3_stmt *rules = NULL;
  projection *j = tok_malloc(sizeof *j);
  if (j == NULL) return SQLITE_NOMEM;
  int rc =
      sqlite3_prepare_v2(db, tok_forecast_script("forecast/alert_rules.sql"), -1, &rules, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int64(rules, 1, now);
  while (rc == SQLITE_OK && (rc = sqlite3_step(rules)) == SQLITE_ROW) {
    rc = look_at(conn, rules, j, now, n, message);
  }
  if (rc == SQLITE_DONE) rc = SQLITE_OK;
  if (rc != SQLITE_OK && rc != SQLITE_NOMEM && *message == NULL) {
    const char *why = sqlite3_errmsg(db);
    *message = sqlite3_mprintf("tok_forecast_alerts: %s%s", why, tok_sql_advice(why));
  }
  sqlite3_finalize(rules);
  tok_free(j);
  return rc;
}

static void alerts_func(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  static const char func[] = "tok_forecast_alerts";
  tok_forecast_conn *conn = sqlite3_user_data(ctx);
  char *message = NULL;
  int64_t now = 0;
  int n = 0;
  if (!read_now(ctx, func, argc > 0 ? argv[0] : NULL, &now)) return;
  int rc = look_at_all(conn, now, &n, &message);
  if (rc == SQLITE_OK) sqlite3_result_int(ctx, n);
  else raise(ctx, rc, message);
  sqlite3_free(message);
}

int tok_project_register(sqlite3 *db) {
  enum { PROJECTS = SQLITE_UTF8 | SQLITE_RESULT_SUBTYPE };
  static const tok_func_def defs[] = {{"tok_project", 2, PROJECTS, project_func},
                                      {"tok_project", 3, PROJECTS, project_func},
                                      {"tok_project", 4, PROJECTS, project_func},
                                      {"tok_forecast_alerts", 0, TOK_WRITES, alerts_func},
                                      {"tok_forecast_alerts", 1, TOK_WRITES, alerts_func}};
  tok_forecast_conn *c = tok_forecast_conn_new(db);
  if (c == NULL) return SQLITE_NOMEM;
  int rc = tok_sql_functions(db, &c->conn, defs, sizeof defs / sizeof defs[0]);
  tok_conn_release(&c->conn);
  return rc;
}
