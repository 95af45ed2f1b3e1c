/*
** Holds: budget that is parked for calls in flight, so that no two callers spend the same.
**
**     SELECT tok_quota_reserve('req-1', '{"tenant_id":"acme","model":"gpt-4o"}',
**                              '{"input":1200,"output":800}');
**       -- {"ok":1,"hold":17,"expires":"2026-01-31T12:10:00Z","decision":"allow"}, or
**       -- {"ok":0,"quota":"acme day","key":"","metric":"total","limit":…,"used":…,
**       --  "held":…,"requested":2000,"remaining":1500,"resets_at":"…","retry_after_s":3600}
**     -- call the provider with max_tokens = 800, then
**     SELECT tok_quota_settle('req-1', '{"input_tokens":1190,"output_tokens":350}');
**       -- the row of llm_usage; or, where the call was not made,
**     SELECT tok_quota_release('req-1');
**
** tok_quota_reserve(ref, scope, amount [, ttl_s [, now]]) -> JSON
**   1. Holds the amount in every quota that covers the scope, or in none: ok is 0 where a quota
**      with action block has no room. Over the limit of other quotas ok is 1 and decision says warn
**      or throttle.
**   2. The ref is the request_id of the usage to come. The same ref again gives the same hold, and
**      reserves nothing.
**   3. A hold expires after ttl_s seconds (default 600, at most 7 days); expired holds are swept
**      here.
**   4. Fails safe: where a block quota counts what the amount does not say, or cost without a price
**      (unless the quota's `unpriced` says otherwise), ok is 0 with a reason.
**   5. Guarantee: used + held <= limit for quotas whose hold_size is max, as long as calls stay
**      within their amount. Of cost too: what is held of tokens is the most that they may cost, all
**      of them written to a cache for an hour. Where that is too much, the amount says more:
**      "cache_write":0, "reasoning":500, … (check_sql.c, 2), and that is then part of what the
**      call must stay within. What a call gets only if it asks is held where the amount says it:
**      "service_tier":"priority" (auto: the dearest but fast ones), "inference_geo":"us", fees of
**      searches and pages. What the provider reports as its price may be another.
**
** tok_quota_settle(ref, usage [, now]) -> id of the row of llm_usage. Records what was used (any
**   form that tok_usage() reads, or its canonical form; cost_usd, status, response_time_ms, …
**   beside) and frees the hold, in one transaction. Charged in full whatever was held, also when
**   the hold has expired or was released. Twice is no more than once. The row's timestamp is that
**   of the reservation, unless the usage has its own: the periods that held for the call are
**   charged for it.
** tok_quota_release(ref [, incurred [, now]]) -> 1, or 0 if the hold had ended, NULL if there is
**   none. incurred: what a cancelled call is charged for, an amount such as {"input":1200};
**   recorded with status cancelled.
** tok_quota_sweep([now]) -> holds that expired. Also fills calendars, forgets holds that ended a
**   month ago, and looks whether rows that clients without tok wrote in the last day came near
**   their model's context window (rules of llm_alert).
**
** All of them run their own transaction or a savepoint of the caller's; see budget_sql.c. NULL in,
** NULL out.
*/
#include "../prices/most.h"
#include "../usage/usage.h"
#include "budget_sql.h"

enum {
  TTL_DEFAULT_S = 600, /* longer than providers let a request run */
  TTL_MAX_S = 7 * 86400,
  KEEP_ENDED_S = 30 * 86400,
  CONTEXT_LOOK_BACK_S = 86400, /* who sweeps sweeps more often */
  PRUNED_AT_ONCE = 200, /* holds a sweep looks at where none is old; some ten microseconds */
  USUAL_LOOK_BACK = 2000, /* rows of the ledger; some hundred microseconds */
  USUAL_ROWS_MIN = 30     /* fewer say nothing of a 95th percentile */
};

static bool any_null(int n, sqlite3_value **args, int required) {
  for (int i = 0; i < required && i < n; i++) {
    if (sqlite3_value_type(args[i]) == SQLITE_NULL) return true;
  }
  return false;
}

static void bind_slice(sqlite3_stmt *stmt, int i, tok_slice s) {
  if (stmt != NULL) sqlite3_bind_text64(stmt, i, s.ptr, s.len, SQLITE_STATIC, SQLITE_UTF8);
}

typedef struct {
  int64_t id, expires, usage_id;
  bool found, used;
  char state[12];
} hold;

static hold find_hold(tok_call *c, tok_slice ref) {
  hold h = {0};
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_FIND_HOLD);
  bind_slice(stmt, 1, ref);
  if (tok_call_step(c, stmt)) {
    const char *state = (const char *)sqlite3_column_text(stmt, 1);
    if (state == NULL) tok_call_fail(c, SQLITE_NOMEM, NULL);
    h.found = true;
    h.id = sqlite3_column_int64(stmt, 0);
    h.expires = sqlite3_column_int64(stmt, 2);
    h.usage_id = sqlite3_column_int64(stmt, 3);
    h.used = sqlite3_column_type(stmt, 3) != SQLITE_NULL;
    sqlite3_snprintf(sizeof h.state, h.state, "%s", state == NULL ? "" : state);
  }
  tok_call_done(c, TOK_BQ_FIND_HOLD, stmt);
  return h;
}

/*
** Returns how many holds expired. Asks first: the UPDATE makes a table for what it finds, also
** where that is nothing.
*/
static int64_t sweep(tok_call *c, int64_t now) {
  if (!tok_call_any_expired(c, now)) return 0;
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_SWEEP);
  if (stmt != NULL) sqlite3_bind_int64(stmt, 1, now);
  tok_call_run(c, TOK_BQ_SWEEP, stmt);
  return c->rc == SQLITE_OK ? sqlite3_changes64(c->b->conn.db) : 0;
}

/* ---- reserve --------------------------------------------------------------------------------- */

/* What answers like this usually have, from the ledger; the cost in proportion. */
static void find_usual(tok_call *c, tok_request *r) {
  int64_t output[USUAL_LOOK_BACK];
  int n = 0;
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_USUAL_OUTPUT);
  if (stmt == NULL) return;
  bind_slice(stmt, 1, r->dim[TOK_DIM_MODEL]);
  bind_slice(stmt, 2, r->dim[TOK_DIM_TASK]);
  sqlite3_bind_int(stmt, 3, USUAL_LOOK_BACK);
  while (n < USUAL_LOOK_BACK && tok_call_step(c, stmt)) output[n++] = sqlite3_column_int64(stmt, 0);
  tok_call_done(c, TOK_BQ_USUAL_OUTPUT, stmt);
  if (n < USUAL_ROWS_MIN) return;
  r->has_usual = true;
  r->usual[0] = output[(n * 95 + 99) / 100 - 1]; /* nearest rank */
  r->usual[1] = output[(n * 99 + 99) / 100 - 1];
}

/* The same request with a usual output instead of its own. */
static void price_usual(tok_call *c, tok_request *r, int64_t now) {
  for (int i = 0; i < 2; i++) {
    tok_request usual = *r; /* borrows everything */
    int64_t output = r->usual[i];
    if (r->given[TOK_AMOUNT_OUTPUT] && output > r->amount[TOK_AMOUNT_OUTPUT])
      output = r->amount[TOK_AMOUNT_OUTPUT];
    usual.amount[TOK_AMOUNT_OUTPUT] = output;
    usual.given[TOK_AMOUNT_COST] = false;
    tok_request_price(c, NULL, &usual, now, true);
    r->usual[2 + i] =
        usual.given[TOK_AMOUNT_COST] ? usual.amount[TOK_AMOUNT_COST] : r->amount[TOK_AMOUNT_COST];
  }
}

/* A block quota must know what it holds. */
static void insist(const tok_request *r, tok_quota_rows *rows) {
  bool both = r->given[TOK_AMOUNT_INPUT] && r->given[TOK_AMOUNT_OUTPUT];
  for (int i = 0; i < rows->n; i++) {
    tok_quota_row *row = &rows->row[i];
    bool half = row->metric[0] == 't' && !both && !r->given[TOK_AMOUNT_TOTAL];
    if (row->view.action != TOK_BLOCK || row->reason != NULL || (row->view.known && !half))
      continue;
    row->reason = "the amount does not say what this quota counts";
    row->decision = TOK_BLOCK;
  }
}

static void load(tok_call *c, tok_request *r, int64_t now, tok_quota_rows *rows) {
  tok_quota_rows_load(c, r, now, rows);
  bool usual = false;
  if (rows->wants_usual && c->rc == SQLITE_OK) {
    find_usual(c, r);
    if (r->has_usual) price_usual(c, r, now);
    usual = r->has_usual;
  }
  if (usual || (rows->unplaced && tok_call_calendars(c, now))) {
    tok_quota_rows_free(rows);
    tok_quota_rows_load(c, r, now, rows);
  }
  insist(r, rows);
}

static void print_refusal(tok_call *c, const tok_quota_row *row, int64_t now, tok_buf *out) {
  int64_t seconds, resets_at;
  tok_span span;
  tok_add_text(out, "{\"ok\":0,\"quota\":", row->name);
  tok_add_text(out, ",\"key\":", row->key);
  tok_add_text(out, ",\"metric\":", row->metric[0] == 'c' ? "cost_usd" : row->metric);
  tok_add_view(out, row);
  tok_quota_span(c, row, now, &span, &resets_at);
  tok_add_iso(out, ",\"resets_at\":", resets_at);
  tok_buf_adds(out, ",\"retry_after_s\":");
  if (tok_quota_retry(c, row, now, &seconds)) tok_buf_add_i64(out, seconds);
  else tok_buf_adds(out, "null");
  if (row->reason != NULL) tok_add_text(out, ",\"reason\":", row->reason);
  tok_buf_addc(out, '}');
}

static void print_hold(const hold *h, bool repeated, const char *decision, tok_buf *out) {
  bool ok = !repeated || strcmp(h->state, "held") == 0 || h->used;
  tok_buf_adds(out, ok ? "{\"ok\":1,\"hold\":" : "{\"ok\":0,\"hold\":");
  tok_buf_add_i64(out, h->id);
  tok_add_iso(out, ",\"expires\":", h->expires);
  if (!repeated) {
    tok_buf_adds(out, ",\"decision\":\"");
    tok_buf_adds(out, decision);
  } else {
    tok_buf_adds(out, ",\"repeated\":1,\"state\":\"");
    tok_buf_adds(out, h->state);
    if (!ok)
      tok_buf_adds(out,
                   "\",\"reason\":\"the hold of this ref has ended; a new try needs a new ref");
  }
  tok_buf_adds(out, "\"}");
}

/* h->id: what it parks is parked already; 0: triggers do that. */
static void insert_hold(tok_call *c, const tok_request *r, tok_slice ref, int64_t now, hold *h) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_HOLD);
  if (stmt == NULL) return;
  tok_request_bind(c, stmt, r, now);
  bind_slice(stmt, 19, ref);
  sqlite3_bind_int64(stmt, 20, h->expires);
  if (h->id > 0) {
    sqlite3_bind_int64(stmt, 21, c->version);
    sqlite3_bind_int64(stmt, 22, h->id);
  }
  tok_call_run(c, TOK_BQ_HOLD, stmt);
  /* a trigger of the application's own */
  if (c->rc == SQLITE_OK && sqlite3_changes64(c->b->conn.db) != 1)
    tok_call_fail(c, SQLITE_ERROR, "the hold was not recorded: llm_hold ignored the row");
  h->id = sqlite3_last_insert_rowid(c->b->conn.db);
}

static int64_t next_hold(tok_call *c) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_NEXT_HOLD);
  int64_t last = tok_call_step(c, stmt) ? sqlite3_column_int64(stmt, 0) : INT64_MAX;
  tok_call_done(c, TOK_BQ_NEXT_HOLD, stmt);
  return last >= 0 && last < INT64_MAX ? last + 1 : 0;
}

/* Does the amount say all that a block quota must know to hold? See insist(). */
static bool is_certain(const tok_request *r, const tok_plan_covers *covers) {
  bool all =
      r->given[TOK_AMOUNT_TOTAL] || (r->given[TOK_AMOUNT_INPUT] && r->given[TOK_AMOUNT_OUTPUT]);
  for (int i = 0; i < covers->n; i++) {
    const tok_plan_cover *cover = &covers->cover[i];
    if (cover->quota->action == TOK_BLOCK &&
        (!cover->known || (cover->quota->metric == 't' && !all)))
      return false;
  }
  return true;
}

/* Reserves by the plan, where all allow. False, with nothing done: budget/match.sql must say. */
static bool reserve_planned(tok_call *c, const tok_plan *plan, const tok_request *r, tok_slice ref,
                            int64_t now, hold *h, tok_decision *worst) {
  tok_plan_covers covers;
  if (!tok_plan_decide(c, plan, r, now, &covers, worst) || *worst == TOK_BLOCK ||
      !is_certain(r, &covers))
    return false;
  int64_t id = covers.n == 0 ? 0 : next_hold(c);
  if (c->rc != SQLITE_OK || (id == 0 && covers.n > 0)) return false;
  tok_covers_park(c, &covers, id, now);
  h->id = id;
  insert_hold(c, r, ref, now, h);
  return true;
}

/* Inside the transaction. */
static void reserve(tok_call *c, tok_request *r, tok_slice ref, int64_t ttl, sqlite3_value *now_arg,
                    tok_buf *out) {
  tok_quota_rows rows = {0};
  int64_t now;
  if (!tok_call_now(c, now_arg, true, &now)) return;
  /* the first of a second sweeps: what is held since then expires in a later one */
  bool given = now_arg != NULL && sqlite3_value_type(now_arg) != SQLITE_NULL;
  if (given || now != c->clock_last) sweep(c, now);
  hold h = find_hold(c, ref);
  if (h.found) {
    print_hold(&h, true, "", out);
    return;
  }
  h.expires = now + ttl;
  const tok_plan *plan = tok_call_plan(c);
  tok_decision decision;
  tok_request_price(c, plan, r, now, false);
  if (reserve_planned(c, plan, r, ref, now, &h, &decision)) {
    print_hold(&h, false, tok_decision_names[decision], out);
    return;
  }
  load(c, r, now, &rows);
  const tok_quota_row *worst = tok_quota_rows_worst(&rows);
  if (worst != NULL && worst->decision == TOK_BLOCK) {
    print_refusal(c, worst, now, out);
  } else {
    insert_hold(c, r, ref, now, &h);
    print_hold(&h, false, tok_decision_names[worst == NULL ? TOK_ALLOW : worst->decision], out);
  }
  tok_quota_rows_free(&rows);
}

static bool ref_argument(tok_call *c, sqlite3_value *v, tok_slice *ref) {
  if (tok_call_text(c, v, ref) && ref->len == 0)
    tok_call_fail(c, SQLITE_ERROR, "ref must not be empty");
  return c->rc == SQLITE_OK;
}

void tok_quota_reserve_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_call c = tok_call_start(ctx, "tok_quota_reserve");
  tok_request r;
  tok_slice ref;
  tok_buf out;
  int64_t ttl = TTL_DEFAULT_S;
  tok_request_init(&r);
  tok_buf_init(&out, tok_sql_limit(ctx));
  if (n < 3 || n > 5) {
    tok_call_fail(&c, SQLITE_ERROR,
                  "3 to 5 arguments (ref, scope, amount, ttl_s, now) expected, got %d", n);
  } else if (any_null(n, args, 3)) {
    return;
  } else if (n > 3 && sqlite3_value_type(args[3]) != SQLITE_NULL) {
    c.raised = !tok_sql_int(ctx, c.func, "ttl_s", args[3], &ttl);
    if (c.raised) c.rc = SQLITE_ERROR;
    else if (ttl < 1 || ttl > TTL_MAX_S)
      tok_call_fail(&c, SQLITE_ERROR, "ttl_s must be 1 to %d, got %lld", (int)TTL_MAX_S,
                    (long long)ttl);
  }
  if (c.rc == SQLITE_OK && ref_argument(&c, args[0], &ref) &&
      tok_call_request(&c, args[1], args[2], &r)) {
    tok_call_install(&c);
    tok_call_begin(&c);
    if (c.rc == SQLITE_OK) reserve(&c, &r, ref, ttl, n > 4 ? args[4] : NULL, &out);
    tok_call_commit(&c);
  }
  if (c.rc == SQLITE_OK) {
    tok_sql_result_buf(ctx, c.func, &out);
    sqlite3_result_subtype(ctx, 'J');
  }
  tok_buf_free(&out);
  tok_request_free(&r);
  tok_call_end(&c);
}

/* ---- settle, release ------------------------------------------------------------------------- */

/* The usage's canonical form, and its JSON or {}; both owned (sqlite3_free). */
static bool canonical(tok_call *c, tok_slice usage, char **form, char **json) {
  *form = *json = NULL;
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_CANONICAL);
  bind_slice(stmt, 1, usage);
  if (tok_call_step(c, stmt)) {
    const char *text = (const char *)sqlite3_column_text(stmt, 0),
               *all = (const char *)sqlite3_column_text(stmt, 1);
    if (sqlite3_column_type(stmt, 0) == SQLITE_NULL)
      tok_call_fail(c, SQLITE_ERROR, "usage has no token counts that tok knows");
    else if (text == NULL) tok_call_fail(c, SQLITE_NOMEM, NULL);
    else *form = sqlite3_mprintf("%s", text);
    if (all != NULL) *json = sqlite3_mprintf("%s", all);
    if (c->rc == SQLITE_OK && (*form == NULL || *json == NULL))
      tok_call_fail(c, SQLITE_NOMEM, NULL);
  }
  tok_call_done(c, TOK_BQ_CANONICAL, stmt);
  return c->rc == SQLITE_OK;
}

/* A response that the ledger had already was ignored: its row is the one. */
static void settle_repeated(tok_call *c, tok_slice ref, const char *form) {
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf("SELECT %Q ->> '$.provider', %Q ->> '$.response_id'", form, form);
  sqlite3_stmt *update = tok_call_stmt(c, TOK_BQ_SETTLE_REPEATED);
  if (sql == NULL) tok_call_fail(c, SQLITE_NOMEM, NULL);
  else if (sqlite3_prepare_v2(c->b->conn.db, sql, -1, &stmt, NULL) != SQLITE_OK)
    tok_call_fail(c, sqlite3_errcode(c->b->conn.db), "%s", sqlite3_errmsg(c->b->conn.db));
  if (tok_call_step(c, stmt) && update != NULL) {
    bind_slice(update, 1, ref);
    sqlite3_bind_value(update, 2, sqlite3_column_value(stmt, 0));
    sqlite3_bind_value(update, 3, sqlite3_column_value(stmt, 1));
  }
  tok_call_run(c, TOK_BQ_SETTLE_REPEATED, update);
  sqlite3_finalize(stmt);
  sqlite3_free(sql);
}

/* Records usage under the hold of ref. Returns the row's id. */
static int64_t record(tok_call *c, tok_slice ref, const char *form, const char *json, int64_t now,
                      const char *status) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_SETTLE);
  if (stmt != NULL) {
    bind_slice(stmt, 1, ref);
    sqlite3_bind_text(stmt, 2, form, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, json, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 4, now);
    sqlite3_bind_text(stmt, 5, status, -1, SQLITE_STATIC);
  }
  tok_call_run(c, TOK_BQ_SETTLE, stmt);
  hold h = find_hold(c, ref);
  if (!h.used && c->rc == SQLITE_OK) {
    settle_repeated(c, ref, form);
    h = find_hold(c, ref);
    if (!h.used)
      tok_call_fail(c, SQLITE_ERROR, "the usage was not recorded: llm_usage ignored the row");
  }
  return h.usage_id;
}

void tok_quota_settle_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_call c = tok_call_start(ctx, "tok_quota_settle");
  tok_slice ref, usage;
  int64_t now, id = 0;
  char *form = NULL, *json = NULL;
  if (n < 2 || n > 3)
    tok_call_fail(&c, SQLITE_ERROR, "2 or 3 arguments (ref, usage, now) expected, got %d", n);
  else if (any_null(n, args, 2)) return;
  if (c.rc == SQLITE_OK && ref_argument(&c, args[0], &ref)) {
    tok_call_install(&c);
    tok_call_begin(&c);
    hold h = c.rc == SQLITE_OK ? find_hold(&c, ref) : (hold){0};
    if (!h.found)
      tok_call_fail(&c, SQLITE_ERROR,
                    "there is no hold '%.*s', expected the ref of a tok_quota_reserve",
                    tok_shown(ref), ref.ptr);
    if (h.used) id = h.usage_id;
    else if (tok_call_now(&c, n > 2 ? args[2] : NULL, false, &now) &&
             tok_call_text(&c, args[1], &usage) && canonical(&c, usage, &form, &json))
      id = record(&c, ref, form, json, now, NULL);
    tok_call_commit(&c);
  }
  sqlite3_free(form);
  sqlite3_free(json);
  if (tok_call_end(&c)) sqlite3_result_int64(ctx, id);
}

/* As canonical usage (sqlite3_free); NULL without memory. */
static char *incurred_usage(const tok_request *r) {
  sqlite3_str *out = sqlite3_str_new(NULL);
  tok_bounds b;
  tok_request_bounds(r, &b);
  sqlite3_str_appendf(out, "{\"input_tokens\":%lld,\"output_tokens\":%lld",
                      (long long)r->amount[TOK_AMOUNT_INPUT],
                      (long long)r->amount[TOK_AMOUNT_OUTPUT]);
  for (int m = 0; m < TOK_METER_N; m++) {
    const char *name = tok_usage_name((tok_meter)m);
    if ((b.said >> m & 1) == 0 || name == NULL) continue;
    sqlite3_str_appendf(out, ",\"%s\":%.15g", name,
                        (double)b.quanta[m] / (double)tok_meters[m].quantum);
  }
  if (b.tier != TOK_TIER_N)
    sqlite3_str_appendf(out, ",\"service_tier\":\"%s\"",
                        tok_tier_name((tok_tier)b.tier));
  sqlite3_str_appendall(out, "}");
  return sqlite3_str_finish(out);
}

/* What a cancelled call cost, as usage. */
static void charge(tok_call *c, tok_slice ref, sqlite3_value *incurred, int64_t now) {
  tok_request r;
  tok_slice amount;
  if (!tok_call_text(c, incurred, &amount)) return;
  tok_request_init(&r);
  tok_status status = tok_request_amount(&r, amount);
  if (status == TOK_INVALID) tok_call_fail(c, SQLITE_ERROR, "incurred %s", r.wrong);
  char *form = NULL, *json = NULL;
  if (c->rc == SQLITE_OK) {
    form = incurred_usage(&r);
    json = r.given[TOK_AMOUNT_COST]
               ? sqlite3_mprintf("{\"cost_nano\":%lld}", (long long)r.amount[TOK_AMOUNT_COST])
               : sqlite3_mprintf("{}");
    if (form == NULL || json == NULL) tok_call_fail(c, SQLITE_NOMEM, NULL);
    else record(c, ref, form, json, now, "cancelled");
  }
  sqlite3_free(form);
  sqlite3_free(json);
  tok_request_free(&r);
}

void tok_quota_release_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_call c = tok_call_start(ctx, "tok_quota_release");
  tok_slice ref;
  int64_t now;
  hold h = {0};
  bool open = false;
  if (n < 1 || n > 3)
    tok_call_fail(&c, SQLITE_ERROR, "1 to 3 arguments (ref, incurred, now) expected, got %d", n);
  else if (any_null(n, args, 1)) return;
  if (c.rc == SQLITE_OK && ref_argument(&c, args[0], &ref)) {
    tok_call_install(&c);
    tok_call_begin(&c);
    if (c.rc == SQLITE_OK) h = find_hold(&c, ref);
    open = strcmp(h.state, "held") == 0;
    if (h.found && !h.used && n > 1 && sqlite3_value_type(args[1]) != SQLITE_NULL) {
      if (tok_call_now(&c, n > 2 ? args[2] : NULL, false, &now)) charge(&c, ref, args[1], now);
    } else if (open) {
      sqlite3_stmt *stmt = tok_call_stmt(&c, TOK_BQ_RELEASE);
      bind_slice(stmt, 1, ref);
      tok_call_run(&c, TOK_BQ_RELEASE, stmt);
    }
    tok_call_commit(&c);
  }
  if (tok_call_end(&c) && h.found) sqlite3_result_int(ctx, open);
}

/* Forgets ended holds that expired before `before`. */
static void prune(tok_call *c, int64_t before) {
  int64_t n = PRUNED_AT_ONCE;
  while (c->rc == SQLITE_OK && n == PRUNED_AT_ONCE) {
    sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_PRUNE);
    if (stmt == NULL) return;
    sqlite3_bind_int64(stmt, 1, before);
    sqlite3_bind_int(stmt, 2, PRUNED_AT_ONCE);
    tok_call_run(c, TOK_BQ_PRUNE, stmt);
    n = sqlite3_changes64(c->b->conn.db);
  }
}

/* What clients without tok wrote in the last day. */
static void look_at_contexts(tok_call *c, int64_t now) {
  sqlite3_stmt *stmt = tok_call_stmt(c, TOK_BQ_CONTEXT_ROWS);
  if (stmt != NULL) sqlite3_bind_int64(stmt, 1, now - CONTEXT_LOOK_BACK_S);
  tok_call_run(c, TOK_BQ_CONTEXT_ROWS, stmt);
}

void tok_quota_sweep_func(sqlite3_context *ctx, int n, sqlite3_value **args) {
  tok_call c = tok_call_start(ctx, "tok_quota_sweep");
  int64_t now, expired = 0;
  if (n > 1) tok_call_fail(&c, SQLITE_ERROR, "at most 1 argument (now) expected, got %d", n);
  tok_call_install(&c);
  tok_call_begin(&c);
  if (c.rc == SQLITE_OK && tok_call_now(&c, n > 0 ? args[0] : NULL, true, &now)) {
    expired = sweep(&c, now);
    tok_call_calendars(&c, now);
    look_at_contexts(&c, now);
    prune(&c, now - KEEP_ENDED_S);
  }
  tok_call_commit(&c);
  if (tok_call_end(&c)) sqlite3_result_int64(ctx, expired);
}
