/*
** Where each budget stands.
**
**     SELECT quota, key, used, held, remaining, pct, projected, exhausted_at FROM tok_quota_status;
**     SELECT * FROM tok_quota_status('acme day', '2026-01-31T12:00:00Z');
**
** tok_quota_status([name [, now]]): a row for each active quota and, with split_by, each of its
** keys that has been used in the period of `now`. Amounts are in the metric's unit; of cost_usd in
** dollars.
**   start, end     the period (of a rolling window: the window; of a token bucket NULL)
**   used           of a token bucket: what is missing to full; resets_at: when it is full again
**   limit          with what was carried over, grants and overrides
**   pct            100 * (used + held) / limit
**   decision       what a request of one unit would be told
**   projected      used at the end of the period if it goes on like this; NULL in its first
**                  hundredth and for lifetimes
**   exhausted_at   when the limit is reached if it goes on like this; NULL if not within the period
**   guarantee      what the limit is worth: see guarantee_of() below
** Also the owner of the room's statements; see budget_sql.h.
*/
#include "../tokens/tokens_sql.h"
#include "budget_sql.h"
#include "period.h"
#include "scripts.h"

enum {
  COL_QUOTA,
  COL_KEY,
  COL_METRIC,
  COL_ACTION,
  COL_DECISION,
  COL_PERIOD,
  COL_START,
  COL_END,
  COL_LIMIT,
  COL_USED,
  COL_HELD,
  COL_REMAINING,
  COL_PCT,
  COL_PROJECTED,
  COL_EXHAUSTED_AT,
  COL_RESETS_AT,
  COL_UNPRICED,
  COL_GUARANTEE,
  COL_NAME,
  COL_NOW
};

static const tok_tvf status = {
    "tok_quota_status", "tok_quota_status([name [, now]])", COL_NAME, 0, 2, 0};

typedef struct {
  sqlite3_vtab base;
  tok_budget *budget; /* borrowed: the connection's */
} status_vtab;

typedef struct {
  sqlite3_vtab_cursor base;
  tok_tvf_args args;
  sqlite3_stmt *stmt; /* owned; on a row unless NULL */
  int64_t now;
  tok_quota_view view; /* of the current row */
  tok_span span;
  int64_t resets_at;
  bool is_cost, refills; /* a token bucket: no period, so no pace */
  sqlite3_int64 row;
} cursor;

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                   char **error) {
  (void)argc;
  (void)argv;
  (void)error;
  int rc = sqlite3_declare_vtab(
      db, "CREATE TABLE x(quota TEXT, key TEXT, metric TEXT, action TEXT, decision TEXT,"
          " period TEXT, start TEXT, \"end\" TEXT, \"limit\" NUMERIC, used NUMERIC, held NUMERIC,"
          " remaining NUMERIC, pct REAL, projected NUMERIC, exhausted_at TEXT, resets_at TEXT,"
          " unpriced INTEGER, guarantee TEXT, name HIDDEN, now HIDDEN)");
  if (rc != SQLITE_OK) return rc;
  status_vtab *v = tok_malloc(sizeof *v);
  if (v == NULL) return SQLITE_NOMEM;
  *v = (status_vtab){.budget = aux};
  tok_budget_own(v->budget);
  *out = &v->base;
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *vtab) {
  tok_budget_disown(((status_vtab *)vtab)->budget);
  tok_free(vtab);
  return SQLITE_OK;
}

static int best_index(sqlite3_vtab *vtab, sqlite3_index_info *info) {
  return tok_tvf_best_index(&status, vtab, info);
}

static int open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out) {
  (void)vtab;
  return tok_vtab_open(sizeof(cursor), out);
}

static void stop(cursor *c) {
  sqlite3_finalize(c->stmt);
  c->stmt = NULL;
}

static int close_cursor(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  stop(c);
  tok_tvf_release(&c->args);
  tok_free(c);
  return SQLITE_OK;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static tok_decision action_of(const unsigned char *text) {
  return text == NULL || text[0] == 'b' ? TOK_BLOCK : text[0] == 't' ? TOK_THROTTLE : TOK_WARN;
}

static int fail(sqlite3_vtab *vtab, int rc, const char *why) {
  if (rc == SQLITE_NOMEM) return rc;
  int other = tok_vtab_error(vtab, "tok_quota_status: %s", why);
  return rc == SQLITE_OK || other == SQLITE_NOMEM ? other : rc;
}

static int find_period(cursor *c, const char *text, const char *name) {
  sqlite3_vtab *vtab = c->base.pVtab;
  tok_period p;
  const char *wrong;
  char *message = NULL;
  const tok_zone *z;
  if (text == NULL || name == NULL) return SQLITE_NOMEM;
  if (tok_period_parse(tok_slice_of(text), &p, &wrong) != TOK_OK)
    return tok_vtab_error(vtab, "tok_quota_status: period '%s' %s", text, wrong);
  int rc = tok_zones_find(&((status_vtab *)vtab)->budget->zones, tok_slice_of(name), &z, &message);
  if (rc != SQLITE_OK) {
    rc = fail(vtab, rc, message == NULL ? sqlite3_errstr(rc) : message);
  } else {
    tok_period_at(&p, z, c->now, &c->span);
    c->resets_at = tok_period_resets_at(&p, z, c->now);
  }
  sqlite3_free(message);
  return rc;
}

static int fill_bucket(cursor *c, const tok_bucket *b) {
  int64_t seconds;
  tok_bucket_view(b, c->now, &c->view);
  c->span = (tok_span){INT64_MIN, INT64_MAX};
  if (!tok_bucket_wait(b, c->now, 0, 0, &seconds) || !tok_add_i64(c->now, seconds, &c->resets_at))
    c->resets_at = INT64_MAX;
  return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base) {
  cursor *c = (cursor *)base;
  tok_bucket bucket;
  int rc = sqlite3_step(c->stmt);
  c->row++;
  if (rc == SQLITE_ROW) {
    const unsigned char *metric = sqlite3_column_text(c->stmt, 2);
    c->is_cost = metric != NULL && metric[0] == 'c';
    c->view = (tok_quota_view){.used = sqlite3_column_int64(c->stmt, 7),
                               .held = sqlite3_column_int64(c->stmt, 8),
                               .limit = sqlite3_column_int64(c->stmt, 9),
                               .soft = sqlite3_column_int64(c->stmt, 10),
                               .action = action_of(sqlite3_column_text(c->stmt, 3))};
    c->refills = tok_bucket_read(c->stmt, 15, &bucket);
    if (c->refills) return fill_bucket(c, &bucket);
    return find_period(c, (const char *)sqlite3_column_text(c->stmt, 4),
                       (const char *)sqlite3_column_text(c->stmt, 5));
  }
  if (rc != SQLITE_DONE) rc = fail(base->pVtab, rc, sqlite3_errmsg(sqlite3_db_handle(c->stmt)));
  else rc = SQLITE_OK;
  stop(c);
  return rc;
}

static int read_now(cursor *c) {
  sqlite3_value *v = c->args.value[1];
  tok_slice text;
  c->now = tok_sql_now();
  if (v == NULL) return SQLITE_OK;
  if (sqlite3_value_type(v) == SQLITE_INTEGER) {
    c->now = sqlite3_value_int64(v);
    if (tok_time_in_range(c->now)) return SQLITE_OK;
  }
  if (tok_tvf_text(&c->args, 1, &text) != SQLITE_OK) return SQLITE_NOMEM;
  if (tok_time_parse(text, &c->now) == TOK_OK) return SQLITE_OK;
  return tok_vtab_error(
      c->base.pVtab, "tok_quota_status: now must be an ISO-8601 time or Unix seconds, got '%.*s'",
      tok_shown(text), text.ptr == NULL ? "" : text.ptr);
}

static int filter(sqlite3_vtab_cursor *base, int idx_num, const char *idx_str, int argc,
                  sqlite3_value **argv) {
  (void)idx_str;
  (void)argc;
  cursor *c = (cursor *)base;
  sqlite3 *db = ((status_vtab *)base->pVtab)->budget->conn.db;
  bool any_null;
  stop(c);
  c->row = 0;
  int rc = tok_tvf_bind(&status, idx_num, argv, &c->args, &any_null);
  if (rc != SQLITE_OK || any_null) return rc;
  rc = read_now(c);
  if (rc != SQLITE_OK) return rc;
  const char *sql = tok_script_text(tok_budget_scripts, tok_budget_n_scripts, "budget/status.sql");
  rc = sqlite3_prepare_v2(db, sql, -1, &c->stmt, NULL);
  if (rc != SQLITE_OK) return fail(base->pVtab, rc, tok_budget_said(sqlite3_errmsg(db)));
  sqlite3_bind_int64(c->stmt, 1, c->now);
  if (c->args.value[0] != NULL) sqlite3_bind_value(c->stmt, 2, c->args.value[0]);
  return next(base);
}

static int eof(sqlite3_vtab_cursor *base) { return ((cursor *)base)->stmt == NULL; }

/* ---- columns --------------------------------------------------------------------------------- */

static void result_units(sqlite3_context *ctx, const cursor *c, double units) {
  if (c->is_cost) sqlite3_result_double(ctx, units / 1e9);
  else sqlite3_result_int64(ctx, (int64_t)units);
}

static void result_exact(sqlite3_context *ctx, const cursor *c, int64_t units) {
  if (c->is_cost) sqlite3_result_double(ctx, (double)units / 1e9);
  else sqlite3_result_int64(ctx, units);
}

static void result_time(sqlite3_context *ctx, int64_t t) {
  char text[TOK_TIME_TEXT_BYTES];
  if (!tok_time_in_range(t)) return;
  tok_time_format(t, text);
  sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

/* Units a second since the period began; 0 while that says nothing. */
static double pace(const cursor *c) {
  if (c->refills) return 0;
  if (!tok_time_in_range(c->span.start) || !tok_time_in_range(c->span.end)) return 0;
  double elapsed = (double)(c->now - c->span.start), length = (double)(c->span.end - c->span.start);
  return elapsed * 100 < length || elapsed <= 0 ? 0 : (double)c->view.used / elapsed;
}

static void result_projected(sqlite3_context *ctx, const cursor *c) {
  double rate = pace(c);
  if (rate > 0 && rate * (double)(c->span.end - c->span.start) < 9.2e18)
    result_units(ctx, c, rate * (double)(c->span.end - c->span.start));
}

static void result_exhausted(sqlite3_context *ctx, const cursor *c) {
  double rate = pace(c), rest = (double)tok_quota_remaining(&c->view);
  if (rest <= 0) result_time(ctx, c->now);
  else if (rate > 0 && rest / rate < (double)(c->span.end - c->now))
    result_time(ctx, c->now + (int64_t)(rest / rate));
}

/*
** hard for writes        guard write: no INSERT, no UPDATE and no reservation goes beyond the
**                        limit; see hard
** hard                   no INSERT and no reservation goes beyond the limit; only a call that used
**                        more than it held does
** hard for priced        the same, but calls without a price count nothing or an estimate
** hard for reservations  reserve refuses, INSERT does not
** by usual sizes         holds are as large as 95 or 99 % of calls, or fixed, or nothing: what
**                        exceeds them is charged
** advice                 nothing is refused
*/
static const char *guarantee_of(const cursor *c) {
  const char *guard = (const char *)sqlite3_column_text(c->stmt, 11),
             *size = (const char *)sqlite3_column_text(c->stmt, 12);
  const char *unpriced = (const char *)sqlite3_column_text(c->stmt, 13);
  if (c->view.action != TOK_BLOCK || guard == NULL || size == NULL || unpriced == NULL)
    return "advice";
  const unsigned char *metric = sqlite3_column_text(c->stmt, 2);
  /* requests are counted, the input of a request is known */
  char first = metric == NULL ? 't' : (char)metric[0];
  if (strcmp(size, "max") != 0 && first != 'r' && !(first == 'i' && size[0] == 'p'))
    return "by usual sizes";
  if (strcmp(guard, "none") == 0) return "hard for reservations";
  if (c->is_cost && strcmp(unpriced, "deny") != 0) return "hard for priced";
  return strcmp(guard, "write") == 0 ? "hard for writes" : "hard";
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i) {
  cursor *c = (cursor *)base;
  const tok_quota_view *v = &c->view;
  static const int plain[] = {[COL_QUOTA] = 0,  [COL_KEY] = 1,    [COL_METRIC] = 2,
                              [COL_ACTION] = 3, [COL_PERIOD] = 4, [COL_UNPRICED] = 14};
  switch (i) {
  case COL_METRIC:
    if (c->is_cost) sqlite3_result_text(ctx, "cost_usd", -1, SQLITE_STATIC);
    else sqlite3_result_value(ctx, sqlite3_column_value(c->stmt, 2));
    break;
  case COL_QUOTA:
  case COL_KEY:
  case COL_ACTION:
  case COL_PERIOD:
  case COL_UNPRICED:
    sqlite3_result_value(ctx, sqlite3_column_value(c->stmt, plain[i]));
    break;
  case COL_DECISION:
    sqlite3_result_text(ctx, tok_decision_names[tok_quota_decide(v)], -1, SQLITE_STATIC);
    break;
  case COL_START: result_time(ctx, c->span.start); break;
  case COL_END: result_time(ctx, c->span.end); break;
  case COL_LIMIT: result_exact(ctx, c, v->limit); break;
  case COL_USED: result_exact(ctx, c, v->used); break;
  case COL_HELD: result_exact(ctx, c, v->held); break;
  case COL_REMAINING: result_exact(ctx, c, tok_quota_remaining(v)); break;
  case COL_PCT:
    if (v->limit > 0)
      sqlite3_result_double(ctx, 100 * ((double)v->used + (double)v->held) / (double)v->limit);
    break;
  case COL_PROJECTED: result_projected(ctx, c); break;
  case COL_EXHAUSTED_AT: result_exhausted(ctx, c); break;
  case COL_RESETS_AT: result_time(ctx, c->resets_at); break;
  case COL_GUARANTEE: sqlite3_result_text(ctx, guarantee_of(c), -1, SQLITE_STATIC); break;
  default: tok_tvf_column(&status, &c->args, ctx, i);
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = ((cursor *)base)->row;
  return SQLITE_OK;
}

const sqlite3_module tok_quota_status_module = {
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
};
