/*
** Setting up budgets.
**
**     SELECT tok_quota_set('acme day',
**       '{"tenant_id":"acme","metric":"cost_usd","limit":25,"period":"day",
**         "zone":"America/New_York","thresholds":[0.5,0.8,0.95]}');
**     SELECT tok_quota_grant('acme day', '', 10, '2026-02-01', 'launch week');
**       -- 10 dollars more, once
**     SELECT tok_quota_override('per user', 'ann', 50000, '2026-02-01');
**       -- another limit for one key, for a time
**
** tok_quota_set(name, json [, now]) -> id. Makes the quota or changes what the JSON names, and
**   fills its calendar. Keys: the scope (tenant_id, user_id, api_key_id, session_id, provider,
**   model, task_type, tag; '*' is anything, * and ? within a value are wildcards), split_by, metric
**   (input, output, total, requests, cost_usd, cost_nano), limit, soft_limit, period (see
**   period.h), zone, action (warn, throttle, block), guard (insert, write, none), thresholds,
**   rollover, hold_size (max, p99, p95, none, fixed:N), unpriced (deny, allow, estimate),
**   unpriced_usd_per_1m, since, parent, active, description. Limits of cost_usd are dollars, so is
**   the refill of a period 'bucket 10/1h'. A new quota counts from the start of its period on, or
**   since the time given ("since":0: the whole ledger).
**   A quota of cost remembers its unit: after "metric":"cost_nano" a later {"limit":5000000000} is
**   nano-dollars too. Where none is known, as plain SQL wrote it, an amount alone is refused.
** tok_quota_grant(name, key, amount [, until [, reason [, priority [, since]]]]) -> id of the
**   grant. Dollars where the quota counts cost, nano-dollars where it was set as cost_nano. Spent
**   after the limit, by priority (low first), then expiry, then age.
** tok_quota_override(name, key, limit [, until [, reason [, since]]]) -> 1. The same units.
*/
#include <math.h>

#include "../base/json.h"
#include "budget_sql.h"
#include "period.h"

enum { THRESHOLDS_MAX = 32 }; /* more lines than anybody reads */

/* Parameters of the set_*.sql scripts. */
enum {
  P_NAME = 1,
  P_LIMIT,
  P_SOFT,
  P_ACTION,
  P_GUARD,
  P_ROLLOVER,
  P_PARENT,
  P_DESCRIPTION,
  P_ACTIVE,
  P_SCOPE, /* eight */
  P_SPLIT_BY = P_SCOPE + 8,
  P_METRIC,
  P_PERIOD,
  P_ZONE,
  P_SINCE,
  P_HOLD_SIZE,
  P_UNPRICED,
  P_UNPRICED_NANO,
  P_SINCE_GIVEN,
  P_UNIT, /* usd or nano, as the metric was written; NULL: no cost */
  P_END
};

typedef enum { TEXT, FLAG, UNITS, PRICE, TIME, LIST, METRIC } value_kind;

static const struct {
  const char *name;
  int parameter;
  value_kind kind;
} keys[] = {{"tenant_id", P_SCOPE, TEXT},
            {"user_id", P_SCOPE + 1, TEXT},
            {"api_key_id", P_SCOPE + 2, TEXT},
            {"session_id", P_SCOPE + 3, TEXT},
            {"provider", P_SCOPE + 4, TEXT},
            {"model", P_SCOPE + 5, TEXT},
            {"task_type", P_SCOPE + 6, TEXT},
            {"tag", P_SCOPE + 7, TEXT},
            {"split_by", P_SPLIT_BY, TEXT},
            {"metric", P_METRIC, METRIC},
            {"limit", P_LIMIT, UNITS},
            {"soft_limit", P_SOFT, UNITS},
            {"rollover", P_ROLLOVER, UNITS},
            {"period", P_PERIOD, TEXT},
            {"zone", P_ZONE, TEXT},
            {"action", P_ACTION, TEXT},
            {"guard", P_GUARD, TEXT},
            {"hold_size", P_HOLD_SIZE, TEXT},
            {"unpriced", P_UNPRICED, TEXT},
            {"unpriced_usd_per_1m", P_UNPRICED_NANO, PRICE},
            {"since", P_SINCE, TIME},
            {"parent", P_PARENT, TEXT},
            {"active", P_ACTIVE, FLAG},
            {"description", P_DESCRIPTION, TEXT},
            {"thresholds", 0, LIST}};

typedef struct {
  tok_slice value[P_END]; /* JSON numbers as written, texts without escapes; ptr NULL: not given */
  bool is_number[P_END];
  double threshold[THRESHOLDS_MAX];
  int n_thresholds; /* -1: not given */
  tok_buf text;     /* owned; texts that had escapes */
  char period[TOK_PERIOD_TEXT_BYTES];
  int64_t since;
  bool refills; /* a token bucket */
  bool ends;    /* another period follows */
} definition;

/* ---- reading --------------------------------------------------------------------------------- */

static void wrong(tok_call *c, const char *key, const char *expected) {
  tok_call_fail(c, SQLITE_ERROR, "%s must be %s", key, expected);
}

static void read_thresholds(tok_call *c, definition *d, tok_json *j) {
  d->n_thresholds = 0;
  if (j->event != TOK_JSON_ARRAY) {
    wrong(c, "thresholds", "an array of fractions such as [0.8, 0.95]");
    return;
  }
  while (c->rc == SQLITE_OK && tok_json_next(j) != TOK_JSON_ARRAY_END) {
    int64_t millionths;
    if (j->event != TOK_JSON_NUMBER || tok_json_fixed(j->text, 1000000, &millionths) != TOK_OK ||
        millionths <= 0 || millionths > 10000000 || d->n_thresholds == THRESHOLDS_MAX) {
      wrong(c, "thresholds", "at most 32 fractions above 0, at most 10, such as [0.8, 0.95]");
      return;
    }
    d->threshold[d->n_thresholds++] = (double)millionths / 1e6;
  }
}

static void read_value(tok_call *c, definition *d, size_t k, tok_json *j) {
  int p = keys[k].parameter;
  if (keys[k].kind == LIST) {
    read_thresholds(c, d, j);
    return;
  }
  if (j->event == TOK_JSON_TRUE || j->event == TOK_JSON_FALSE) {
    d->value[p] = tok_slice_of(j->event == TOK_JSON_TRUE ? "1" : "0");
    d->is_number[p] = true;
    if (keys[k].kind != FLAG) wrong(c, keys[k].name, "text or a number");
    return;
  }
  if (keys[k].kind == FLAG && (j->event != TOK_JSON_NUMBER ||
                               (!tok_slice_is(j->text, "0") && !tok_slice_is(j->text, "1")))) {
    wrong(c, keys[k].name, "true or false"); /* "true" would switch a limit off */
    return;
  }
  if (j->event != TOK_JSON_STRING && j->event != TOK_JSON_NUMBER) {
    wrong(c, keys[k].name, "text or a number");
    return;
  }
  d->is_number[p] = j->event == TOK_JSON_NUMBER;
  d->value[p] = j->text;
  if (!j->escaped) return;
  char *to = tok_buf_reserve(&d->text, j->text.len);
  if (to == NULL) {
    tok_call_fail(c, SQLITE_NOMEM, NULL);
    return;
  }
  d->value[p] = (tok_slice){to, tok_json_unescape(j->text, to)};
  d->text.len += d->value[p].len;
  if (memchr(to, '\0', d->value[p].len) != NULL) /* GLOB would end there, and match no row */
    wrong(c, keys[k].name, "text without NUL");
}

static void read_definition(tok_call *c, tok_slice json, definition *d) {
  tok_json j;
  memset(d, 0, sizeof *d);
  d->n_thresholds = -1;
  tok_buf_init(&d->text, json.len + 1);
  if (json.len > 0) tok_buf_reserve(&d->text, json.len); /* once, so that slices of it stay good */
  tok_json_init(&j, json);
  if (tok_json_next(&j) != TOK_JSON_OBJECT) {
    tok_call_fail(c, SQLITE_ERROR,
                  "a JSON object is expected, such as {\"metric\":\"total\",\"limit\":1000000}");
    return;
  }
  while (c->rc == SQLITE_OK && tok_json_next(&j) == TOK_JSON_KEY) {
    tok_slice key = j.text;
    size_t k = 0;
    while (k < sizeof keys / sizeof keys[0] && !tok_slice_is(key, keys[k].name)) k++;
    if (k == sizeof keys / sizeof keys[0]) {
      tok_call_fail(c, SQLITE_ERROR, "there is no setting '%.*s'", tok_shown(key), key.ptr);
      return;
    }
    tok_json_next(&j);
    if (j.event == TOK_JSON_ERROR) break;
    if (j.event != TOK_JSON_NULL) read_value(c, d, k, &j);
  }
  if (c->rc == SQLITE_OK && (j.event != TOK_JSON_OBJECT_END || tok_json_next(&j) != TOK_JSON_END))
    tok_call_fail(c, SQLITE_ERROR,
                  "the definition is not valid JSON, expected an object such as"
                  " {\"metric\":\"total\",\"limit\":1000,\"period\":\"day\"}");
}

/* ---- checking -------------------------------------------------------------------------------- */

/* What the quota has already, or an empty metric. */
typedef struct {
  int64_t id;
  char metric[16], period[TOK_PERIOD_TEXT_BYTES], zone[TOK_ZONE_NAME_MAX + 1];
  char unit[8]; /* usd, nano, or empty: not known */
  bool rolling;
} existing;

static existing find(tok_call *c, sqlite3_value *name) {
  existing e = {0};
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_SET_FIND);
  if (stmt != NULL) sqlite3_bind_value(stmt, 1, name);
  if (tok_call_step(c, stmt)) {
    const char *text[4];
    for (int i = 0; i < 4; i++) {
      text[i] = (const char *)sqlite3_column_text(stmt, i < 3 ? 1 + i : 5);
      if (text[i] == NULL) tok_call_fail(c, SQLITE_NOMEM, NULL);
    }
    e.id = sqlite3_column_int64(stmt, 0);
    e.rolling = sqlite3_column_int(stmt, 4) != 0;
    if (c->rc == SQLITE_OK) {
      sqlite3_snprintf(sizeof e.metric, e.metric, "%s", text[0]);
      sqlite3_snprintf(sizeof e.period, e.period, "%s", text[1]);
      sqlite3_snprintf(sizeof e.zone, e.zone, "%s", text[2]);
      sqlite3_snprintf(sizeof e.unit, e.unit, "%s", text[3]);
    }
  }
  tok_call_done(c, TOK_BQ_SET_FIND, stmt);
  return e;
}

enum { NANO = 1000000000 };

/* What an amount of a quota that is there already is multiplied with. */
static int64_t scale_of(const existing *e) {
  return e->metric[0] == 'c' && strcmp(e->unit, "nano") != 0 ? NANO : 1;
}

/* An amount of cost without its unit, where the quota's own is not known. */
static void check_unit(tok_call *c, const definition *d, const existing *e, bool any) {
  if (any && e->metric[0] == 'c' && e->unit[0] == '\0' && d->value[P_METRIC].ptr == NULL)
    tok_call_fail(
        c, SQLITE_ERROR,
        "a limit of this quota of cost needs its unit, expected \"metric\":\"cost_usd\" or "
        "\"metric\":\"cost_nano\" beside it: no tok_quota_set has named one");
}

/*
** The metric as it is stored; *scale: what a limit is multiplied with. Dollars do not become
** tokens: a limit that stays would be a billion times what was meant.
*/
static void check_metric(tok_call *c, definition *d, const existing *e, int64_t *scale) {
  tok_slice m = d->value[P_METRIC];
  *scale = scale_of(e);
  if (m.ptr == NULL) {
    if (e->id == 0)
      wrong(c, "metric", "given: input, output, total, requests, cost_usd or cost_nano");
    check_unit(c, d, e,
               d->value[P_LIMIT].ptr != NULL || d->value[P_SOFT].ptr != NULL ||
                   d->value[P_ROLLOVER].ptr != NULL);
    return;
  }
  bool usd = tok_slice_is(m, "cost_usd") || tok_slice_is(m, "cost"),
       nano = tok_slice_is(m, "cost_nano");
  *scale = usd ? NANO : 1;
  if (usd || nano) d->value[P_UNIT] = tok_slice_of(usd ? "usd" : "nano");
  if (usd || nano) d->value[P_METRIC] = tok_slice_of("cost");
  else if (!tok_slice_is(m, "input") && !tok_slice_is(m, "output") && !tok_slice_is(m, "total") &&
           !tok_slice_is(m, "requests"))
    tok_call_fail(c, SQLITE_ERROR,
                  "metric must be input, output, total, requests, cost_usd or cost_nano, got %.*s",
                  tok_shown(m), m.ptr);
  if (e->id != 0 && (e->metric[0] == 'c') != (usd || nano) && d->value[P_LIMIT].ptr == NULL)
    wrong(c, "limit", "given too where a metric of cost becomes one of a number, or the other way");
}

static void check_period(tok_call *c, definition *d, const existing *e, int64_t scale,
                         int64_t now) {
  tok_slice text = d->value[P_PERIOD], zone = d->value[P_ZONE];
  const tok_zone *z = NULL;
  const char *why;
  char *message = NULL;
  tok_period p;
  if (text.ptr == NULL) text = tok_slice_of(e->id != 0 ? e->period : "month");
  if (zone.ptr == NULL) zone = tok_slice_of(e->id != 0 ? e->zone : "UTC");
  if (c->rc != SQLITE_OK) return;
  int rc = tok_zones_find(&c->b->zones, zone, &z, &message);
  if (rc != SQLITE_OK) tok_call_fail(c, rc, "%s", message == NULL ? sqlite3_errstr(rc) : message);
  sqlite3_free(message);
  if (rc != SQLITE_OK) return;
  tok_status status = tok_period_parse(text, &p, &why);
  bool refilled = status == TOK_OK && p.kind == TOK_PERIOD_BUCKET && d->value[P_PERIOD].ptr != NULL;
  check_unit(c, d, e, refilled && p.n > 0);
  if (refilled && !tok_mul_i64(p.n, scale, &p.n)) {
    status = TOK_INVALID; /* a refill is in the unit of the limit */
    why = "has a refill that does not fit in 64 bits";
  }
  if (status != TOK_OK) {
    tok_call_fail(c, SQLITE_ERROR, "period '%.*s' %s", tok_shown(text), text.ptr, why);
    return;
  }
  tok_period_format(&p, d->period);
  if (d->value[P_PERIOD].ptr != NULL) d->value[P_PERIOD] = tok_slice_of(d->period);
  d->refills = p.kind == TOK_PERIOD_BUCKET;
  d->ends = p.kind != TOK_PERIOD_ROLLING && p.kind != TOK_PERIOD_LIFETIME;
  tok_span span;
  tok_period_at(&p, z, now, &span);
  d->since = p.kind == TOK_PERIOD_LIFETIME || span.start < 0 ? 0 : span.start;
}

static void check_since(tok_call *c, definition *d) {
  tok_slice s = d->value[P_SINCE];
  if (c->rc != SQLITE_OK || s.ptr == NULL) return;
  bool good = d->is_number[P_SINCE] ? tok_json_int(s, 1, &d->since) == TOK_OK
                                    : tok_time_parse(s, &d->since) == TOK_OK;
  if (!good) wrong(c, "since", "an ISO-8601 time or Unix seconds");
}

/* Binds a number times scale. */
static void bind_units(tok_call *c, sqlite3_stmt *stmt, const definition *d, int p,
                       const char *name, int64_t scale) {
  int64_t units;
  tok_slice s = d->value[p];
  if (s.ptr == NULL || c->rc != SQLITE_OK) return;
  tok_status status = !d->is_number[p] ? TOK_INVALID
                      : scale == 1     ? tok_json_int(s, 1, &units)
                                       : tok_json_fixed(s, scale, &units);
  const char *expected = status == TOK_OVERFLOW ? "less than 2 to the power of 63"
                         : status == TOK_OK     ? "0 or more"
                         : scale == 1           ? "an integer"
                                                : "a number of dollars";
  if (status == TOK_OK && units >= 0) sqlite3_bind_int64(stmt, p, units);
  else
    tok_call_fail(c, SQLITE_ERROR, "%s must be %s, got %.*s", name, expected, tok_shown(s), s.ptr);
}

static void bind_definition(tok_call *c, sqlite3_stmt *stmt, sqlite3_value *name,
                            const definition *d, int64_t scale) {
  if (stmt == NULL) return;
  sqlite3_bind_value(stmt, P_NAME, name);
  for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
    int p = keys[k].parameter;
    if (p == 0 || d->value[p].ptr == NULL || p > sqlite3_bind_parameter_count(stmt)) continue;
    if (keys[k].kind == UNITS) bind_units(c, stmt, d, p, keys[k].name, scale);
    /* a million tokens to one */
    else if (keys[k].kind == PRICE) bind_units(c, stmt, d, p, keys[k].name, 1000);
    else if (keys[k].kind == FLAG) sqlite3_bind_int(stmt, p, tok_slice_is(d->value[p], "1"));
    else sqlite3_bind_text64(stmt, p, d->value[p].ptr, d->value[p].len, SQLITE_STATIC, SQLITE_UTF8);
  }
  if (P_SINCE <= sqlite3_bind_parameter_count(stmt)) sqlite3_bind_int64(stmt, P_SINCE, d->since);
  if (P_SINCE_GIVEN <= sqlite3_bind_parameter_count(stmt))
    sqlite3_bind_int(stmt, P_SINCE_GIVEN, d->value[P_SINCE].ptr != NULL);
  tok_slice unit = d->value[P_UNIT];
  if (P_UNIT <= sqlite3_bind_parameter_count(stmt) && unit.ptr != NULL)
    sqlite3_bind_text64(stmt, P_UNIT, unit.ptr, unit.len, SQLITE_STATIC, SQLITE_UTF8);
}

/* ---- tok_quota_set --------------------------------------------------------------------------- */

static void write_quota(tok_call *c, sqlite3_value *name, const definition *d, int64_t scale,
                        tok_bq which) {
  sqlite3_stmt *stmt = tok_call_stmt(c, which);
  bind_definition(c, stmt, name, d, scale);
  tok_call_run(c, which, stmt);
}

static void write_thresholds(tok_call *c, int64_t id, const definition *d) {
  if (d->n_thresholds < 0) return;
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_THRESHOLD_CLEAR);
  if (stmt != NULL) sqlite3_bind_int64(stmt, 1, id);
  tok_call_run(c, TOK_BQ_THRESHOLD_CLEAR, stmt);
  for (int i = 0; i < d->n_thresholds; i++) {
    stmt = tok_call_stmt(c, TOK_BQ_THRESHOLD_ADD);
    if (stmt == NULL) return;
    sqlite3_bind_int64(stmt, 1, id);
    sqlite3_bind_double(stmt, 2, d->threshold[i]);
    tok_call_run(c, TOK_BQ_THRESHOLD_ADD, stmt);
  }
}

/* Inside the transaction; returns the quota's id. */
static int64_t set(tok_call *c, sqlite3_value *name, definition *d, sqlite3_value *now_arg) {
  int64_t now, scale;
  if (!tok_call_now(c, now_arg, false, &now)) return 0;
  existing e = find(c, name);
  check_metric(c, d, &e, &scale);
  check_period(c, d, &e, scale, now);
  check_since(c, d);
  if (e.id == 0 && d->value[P_LIMIT].ptr == NULL) wrong(c, "limit", "given");
  if (d->refills && d->n_thresholds > 0)
    tok_call_fail(
        c, SQLITE_ERROR,
        "a token bucket has no thresholds: it refills; rules of rate and spike tell of heavy use");
  if (!d->ends && d->value[P_ROLLOVER].ptr != NULL && !tok_slice_is(d->value[P_ROLLOVER], "0"))
    tok_call_fail(c, SQLITE_ERROR,
                  "rollover must be 0 where no period follows (rolling, lifetime), got %.*s",
                  tok_shown(d->value[P_ROLLOVER]), d->value[P_ROLLOVER].ptr);
  if (e.id == 0) {
    write_quota(c, name, d, scale, TOK_BQ_SET_INSERT);
  } else {
    write_quota(c, name, d, scale, TOK_BQ_SET_UPDATE);
    write_quota(c, name, d, scale, TOK_BQ_SET_STRUCTURE);
  }
  e = find(c, name);
  write_thresholds(c, e.id, d);
  tok_call_calendars(c, now);
  return e.id;
}

static bool name_argument(tok_call *c, sqlite3_value *v) {
  tok_slice name;
  if (tok_call_text(c, v, &name) && name.len == 0)
    tok_call_fail(c, SQLITE_ERROR, "the quota's name must not be empty");
  return c->rc == SQLITE_OK;
}

void tok_quota_set_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_call c = tok_call_start(ctx, "tok_quota_set");
  definition d;
  tok_slice json;
  int64_t id = 0;
  if (n < 2 || n > 3)
    tok_call_fail(&c, SQLITE_ERROR, "2 or 3 arguments (name, definition, now) expected, got %d", n);
  else if (sqlite3_value_type(args[0]) == SQLITE_NULL || sqlite3_value_type(args[1]) == SQLITE_NULL)
    return;
  if (c.rc == SQLITE_OK && name_argument(&c, args[0]) && tok_call_text(&c, args[1], &json)) {
    read_definition(&c, json, &d);
    tok_call_install(&c);
    tok_call_begin(&c);
    if (c.rc == SQLITE_OK) id = set(&c, args[0], &d, n > 2 ? args[2] : NULL);
    tok_call_commit(&c);
    tok_buf_free(&d.text);
  }
  if (tok_call_end(&c)) sqlite3_result_int64(ctx, id);
}

/* ---- grants and overrides -------------------------------------------------------------------- */

/*
** Units of the quota's metric: dollars where that is cost, unless it was written in nano-dollars.
*/
static int64_t units_argument(tok_call *c, const existing *e, const char *what, sqlite3_value *v) {
  int64_t units = 0;
  if (c->rc != SQLITE_OK) return 0;
  if (scale_of(e) == 1) {
    c->raised = !tok_sql_int(c->ctx, c->func, what, v, &units);
    if (c->raised) c->rc = SQLITE_ERROR;
  } else {
    double usd = sqlite3_value_double(v);
    if (sqlite3_value_numeric_type(v) != SQLITE_INTEGER &&
        sqlite3_value_numeric_type(v) != SQLITE_FLOAT)
      wrong(c, what, "a number of dollars");
    else if (!(usd >= 0 && usd < 9.2e9)) wrong(c, what, "0 to 9.2 billion dollars");
    else units = (int64_t)llround(usd * 1e9);
  }
  if (c->rc == SQLITE_OK && units < 0) wrong(c, what, "0 or more");
  return units;
}

static void bind_time(tok_call *c, sqlite3_stmt *stmt, int i, const char *what, sqlite3_value *v) {
  int64_t t;
  if (c->rc != SQLITE_OK || stmt == NULL || v == NULL || sqlite3_value_type(v) == SQLITE_NULL)
    return;
  if (tok_sql_time(c->ctx, c->func, what, v, &t)) {
    sqlite3_bind_int64(stmt, i, t);
  } else {
    c->rc = SQLITE_ERROR;
    c->raised = true;
  }
}

/* args: name, key, amount, until, reason, then priority (grants), since. */
static void add(tok_call *c, int n, sqlite3_value **args, tok_bq which, bool grant) {
  int since = grant ? 6 : 5;
  tok_slice name;
  existing e = find(c, args[0]);
  if (e.id == 0 && tok_call_text(c, args[0], &name))
    tok_call_fail(c, SQLITE_ERROR,
                  "there is no quota '%.*s', expected the name of one in llm_quota",
                  tok_shown(name), name.ptr);
  if (grant && e.rolling)
    tok_call_fail(c, SQLITE_ERROR,
                  "a rolling window or token bucket takes no grants; an override raises its limit"
                  " for a time");
  int64_t units = units_argument(c, &e, grant ? "amount" : "limit", args[2]);
  sqlite3_stmt *stmt = tok_call_stmt(c, which);
  if (stmt == NULL) return;
  sqlite3_bind_int64(stmt, 1, e.id);
  sqlite3_bind_value(stmt, 2, args[1]);
  sqlite3_bind_int64(stmt, 3, units);
  sqlite3_bind_int64(stmt, 4, 0);
  bind_time(c, stmt, 4, "since", n > since ? args[since] : NULL);
  bind_time(c, stmt, 5, "until", n > 3 ? args[3] : NULL);
  if (n > 4) sqlite3_bind_value(stmt, 6, args[4]);
  if (grant && n > 5) sqlite3_bind_value(stmt, 7, args[5]);
  tok_call_run(c, which, stmt);
}

static void add_func(sqlite3_context *ctx, const char *func, int n, sqlite3_value **args,
                     bool grant) {
  tok_call c = tok_call_start(ctx, func);
  int most = grant ? 7 : 6;
  int64_t id = 0;
  if (n < 3 || n > most)
    tok_call_fail(&c, SQLITE_ERROR, "3 to %d arguments expected, got %d", most, n);
  for (int i = 0; i < 3 && c.rc == SQLITE_OK; i++) {
    if (sqlite3_value_type(args[i]) == SQLITE_NULL) return;
  }
  tok_call_install(&c);
  tok_call_begin(&c);
  if (c.rc == SQLITE_OK) add(&c, n, args, grant ? TOK_BQ_GRANT : TOK_BQ_OVERRIDE, grant);
  if (c.rc == SQLITE_OK) id = sqlite3_last_insert_rowid(c.b->conn.db);
  tok_call_commit(&c);
  if (tok_call_end(&c)) sqlite3_result_int64(ctx, grant ? id : 1);
}

void tok_quota_grant_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  add_func(ctx, "tok_quota_grant", n, args, true);
}

void tok_quota_override_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  add_func(ctx, "tok_quota_override", n, args, false);
}
