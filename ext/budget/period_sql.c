/*
** Periods of quotas in SQL; period.h says what a period may be.
**
**     SELECT tok_period('every 1 month anchor 2026-01-31', '2026-03-01', 'Europe/Berlin');
**       -- {"period":"every 1 month anchor 2026-01-31","start":"2026-02-27T23:00:00Z",
**       --  "end":"2026-03-30T22:00:00Z","resets_at":"2026-03-30T22:00:00Z","label":"2026-02-28"}
**     SELECT p.label, coalesce(sum(cost_usd), 0)
**     FROM tok_periods('day', '2026-03-01', '2026-04-01', 'America/New_York') AS p
**     LEFT JOIN llm_usage AS u ON u.unix_time >= unixepoch(p.start)
**       AND u.unix_time < unixepoch(p."end")
**     GROUP BY p.start;   -- days without requests are there, too
**
** tok_period(period, ts [, zone]) -> JSON: the period that holds ts, when it resets, and its name.
** What lies outside the years 0 to 9999 is null. tok_periods(period, since, until [, zone]) ->
** start, end, label: those that have a part in since <= t < until (of a rolling window: its
** buckets), in order. Times are ISO-8601 text or Unix seconds, results ISO-8601 text in UTC. NULL
** gives NULL or no rows.
*/
#include "../tokens/tokens_sql.h"
#include "budget_sql.h"
#include "period.h"

enum { PERIOD_FLAGS = SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_RESULT_SUBTYPE };

/* ---- tok_period ------------------------------------------------------------------------------ */

static void print_period(const tok_period *p, const tok_zone *z, int64_t t, tok_buf *b) {
  char text[TOK_PERIOD_TEXT_BYTES], label[TOK_ZONE_TEXT_BYTES];
  tok_span span;
  tok_period_at(p, z, t, &span);
  tok_period_format(p, text);
  tok_period_label(p, z, t, label);
  tok_buf_adds(b, "{\"period\":\"");
  tok_buf_adds(b, text);
  tok_add_iso(b, "\",\"start\":", span.start);
  tok_add_iso(b, ",\"end\":", span.end);
  tok_add_iso(b, ",\"resets_at\":", tok_period_resets_at(p, z, t));
  tok_buf_adds(b, ",\"label\":\"");
  tok_buf_adds(b, label);
  tok_buf_adds(b, "\"}");
}

static void period_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  static const char func[] = "tok_period";
  tok_zone_conn *c = sqlite3_user_data(ctx);
  tok_period p;
  const char *wrong;
  int64_t t;
  for (int i = 0; i < n; i++) {
    if (sqlite3_value_type(args[i]) == SQLITE_NULL) return;
  }
  tok_slice text;
  if (!tok_sql_text(ctx, args[0], &text)) return;
  if (tok_period_parse(text, &p, &wrong) != TOK_OK) {
    tok_sql_error(ctx, func, "period '%.*s' %s", tok_shown(text), text.ptr == NULL ? "" : text.ptr,
                  wrong);
    return;
  }
  if (!tok_sql_time(ctx, func, "ts", args[1], &t)) return;
  const tok_zone *z = tok_sql_zone(ctx, func, &c->zones, n > 2 ? args[2] : NULL);
  if (z == NULL) return;
  tok_buf b;
  tok_buf_init(&b, tok_sql_limit(ctx));
  print_period(&p, z, t, &b);
  tok_sql_result_buf(ctx, func, &b);
  sqlite3_result_subtype(ctx, 'J');
}

/* ---- tok_periods ----------------------------------------------------------------------------- */

enum { COL_START, COL_END, COL_LABEL, COL_PERIOD, COL_SINCE, COL_UNTIL, COL_ZONE };
enum { ARG_PERIOD, ARG_SINCE, ARG_UNTIL, ARG_ZONE };

static const tok_tvf periods = {
    "tok_periods", "tok_periods(period, since, until [, zone])", COL_PERIOD, 3, 4, 0};

typedef struct {
  sqlite3_vtab base;
  tok_zone_conn *conn; /* borrowed: the connection's */
} periods_vtab;

typedef struct {
  sqlite3_vtab_cursor base;
  tok_tvf_args args;
  tok_period period;
  const tok_zone *zone; /* borrowed: the connection's */
  tok_span span;        /* the current row */
  int64_t until;
  sqlite3_int64 row;
} cursor;

static int periods_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                           sqlite3_vtab **out, char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  int rc = sqlite3_declare_vtab(db, "CREATE TABLE x(start TEXT, \"end\" TEXT, label TEXT,"
                                    " period HIDDEN, since HIDDEN, until HIDDEN, zone HIDDEN)");
  if (rc != SQLITE_OK) return rc;
  periods_vtab *v = tok_malloc(sizeof *v);
  if (v == NULL) return SQLITE_NOMEM;
  *v = (periods_vtab){.conn = aux};
  *out = &v->base;
  return sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
}

static int periods_disconnect(sqlite3_vtab *vtab) {
  tok_free(vtab);
  return SQLITE_OK;
}

static int periods_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  return tok_tvf_best_index(&periods, vtab, info);
}

static int periods_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  return tok_vtab_open(sizeof(cursor), out);
}

static int periods_close(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  tok_tvf_release(&c->args);
  tok_free(c);
  return SQLITE_OK;
}

static int time_arg(sqlite3_vtab *vtab, const tok_tvf_args *args, int k, const char *name,
                    int64_t *out) {
  sqlite3_value *v = args->value[k];
  tok_slice text = {NULL, 0};
  if (sqlite3_value_type(v) == SQLITE_INTEGER) {
    *out = sqlite3_value_int64(v);
    if (tok_time_in_range(*out)) return SQLITE_OK;
  }
  if (tok_tvf_text(args, k, &text) != SQLITE_OK) return SQLITE_NOMEM;
  if (tok_time_parse(text, out) == TOK_OK) return SQLITE_OK;
  return tok_vtab_error(vtab, "%s: %s must be an ISO-8601 time or Unix seconds, got '%.*s'",
                        periods.name, name, tok_shown(text), text.ptr == NULL ? "" : text.ptr);
}

static int read_period(sqlite3_vtab *vtab, const tok_tvf_args *args, tok_period *p) {
  tok_slice text;
  const char *wrong;
  if (tok_tvf_text(args, ARG_PERIOD, &text) != SQLITE_OK) return SQLITE_NOMEM;
  tok_status s = tok_period_parse(text, p, &wrong);
  if (s == TOK_OK && p->kind == TOK_PERIOD_BUCKET)
    wrong = "has no periods: it refills all the time";
  else if (s == TOK_OK) return SQLITE_OK;
  return tok_vtab_error(vtab, "%s: period '%.*s' %s", periods.name, tok_shown(text),
                        text.ptr == NULL ? "" : text.ptr, wrong);
}

static int read_zone(periods_vtab *vtab, const tok_tvf_args *args, const tok_zone **zone) {
  tok_slice name = tok_slice_of("UTC");
  char *message = NULL;
  if (args->value[ARG_ZONE] != NULL && tok_tvf_text(args, ARG_ZONE, &name) != SQLITE_OK)
    return SQLITE_NOMEM;
  int rc = tok_zones_find(&vtab->conn->zones, name, zone, &message);
  if (rc != SQLITE_OK && rc != SQLITE_NOMEM)
    rc = tok_vtab_error(&vtab->base, "%s: %s", periods.name,
                        message == NULL ? sqlite3_errstr(rc) : message);
  sqlite3_free(message);
  return rc;
}

static int periods_filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                          sqlite3_value **argv) {
  (void)idx_str;
  (void)argc;
  cursor *c = (cursor *)base;
  sqlite3_vtab *vtab = base->pVtab;
  int64_t since = 0;
  bool any_null;
  c->row = 0;
  c->until = INT64_MIN; /* no rows, unless all goes well */
  int rc = tok_tvf_bind(&periods, idx_num, argv, &c->args, &any_null);
  if (rc != SQLITE_OK || any_null) return rc;
  int64_t until = 0;
  rc = read_period(vtab, &c->args, &c->period);
  if (rc == SQLITE_OK) rc = time_arg(vtab, &c->args, ARG_SINCE, "since", &since);
  if (rc == SQLITE_OK) rc = time_arg(vtab, &c->args, ARG_UNTIL, "until", &until);
  if (rc == SQLITE_OK) rc = read_zone((periods_vtab *)vtab, &c->args, &c->zone);
  if (rc != SQLITE_OK || since >= until) return rc;
  tok_period_counter(&c->period, c->zone, since, &c->span);
  c->until = until;
  return SQLITE_OK;
}

static int periods_eof(sqlite3_vtab_cursor *base) {
  const cursor *c = (const cursor *)base;
  return c->until == INT64_MIN || c->span.start >= c->until;
}

static int periods_next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  c->row++;
  if (c->span.end >= c->until) c->until = INT64_MIN;
  else tok_period_counter(&c->period, c->zone, c->span.end, &c->span);
  return SQLITE_OK;
}

static void result_time(sqlite3_context *ctx, int64_t t) {
  char text[TOK_TIME_TEXT_BYTES];
  if (!tok_time_in_range(t)) return;
  tok_time_format(t, text);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

static int periods_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  const cursor *c = (const cursor *)base;
  char label[TOK_ZONE_TEXT_BYTES];
  if (i == COL_START) {
    result_time(ctx, c->span.start);
  } else if (i == COL_END) {
    result_time(ctx, c->span.end);
  } else if (i == COL_LABEL) {
    tok_period_label(&c->period, c->zone, c->span.end - 1,
                     label); /* its start may lie before the year 0 */
    sqlite3_result_text(ctx, label, -1, SQLITE_TRANSIENT);
  } else {
    tok_tvf_column(&periods, &c->args, ctx, i);
  }
  return SQLITE_OK;
}

static int periods_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = ((cursor *)base)->row;
  return SQLITE_OK;
}

static const sqlite3_module periods_module = {
    .xConnect = periods_connect,
    .xBestIndex = periods_best_index,
    .xDisconnect = periods_disconnect,
    .xOpen = periods_open,
    .xClose = periods_close,
    .xFilter = periods_filter,
    .xNext = periods_next,
    .xEof = periods_eof,
    .xColumn = periods_column,
    .xRowid = periods_rowid,
};

int tok_period_register(sqlite3 *db) {
  static const tok_func_def functions[] = {{"tok_period", 2, PERIOD_FLAGS, period_func},
                                           {"tok_period", 3, PERIOD_FLAGS, period_func}};
  static const tok_module_def modules[] = {{"tok_periods", &periods_module}};
  tok_zone_conn *c = tok_zone_conn_new(db);
  if (c == NULL) return SQLITE_NOMEM;
  int rc = tok_sql_functions(db, &c->conn, functions, sizeof functions / sizeof functions[0]);
  if (rc == SQLITE_OK)
    rc = tok_sql_modules(db, &c->conn, modules, sizeof modules / sizeof modules[0]);
  tok_conn_release(&c->conn);
  return rc;
}
